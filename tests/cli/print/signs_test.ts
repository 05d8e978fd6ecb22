/** Where the locale has no UTF-8, nothing of our own is drawn with more than ASCII. */
import assert from "node:assert/strict";
import { runPicker } from "../../../src/cli/picker/run_picker.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { FakeTerminal } from "../../picker/_fake_terminal.ts";
import { ListSource } from "../../picker/_list_source.ts";
import { annsWorld, rr } from "../_run.ts";

// deno-lint-ignore no-control-regex -- the range of ASCII
const ASCII = /^[\x00-\x7f]*$/;
const LONG = `echo ${"word ".repeat(60)}`;
const LINES = "for f in a b\ndo\tprintf '\x01\x7f' $f\ndone";
const LOCALES: readonly (readonly [boolean, Readonly<Record<string, string>>])[] = [
  [false, {}],
  [false, { LANG: "C" }],
  [false, { LC_ALL: "POSIX", LANG: "en_US.UTF-8" }],
  [false, { LC_CTYPE: "de_DE.ISO-8859-1", LANG: "en_US.UTF-8" }],
  [true, { LANG: "en_US.UTF-8" }],
  [true, { LC_ALL: "C.utf8", LANG: "C" }],
];

const LINES_OF_RR: readonly (readonly string[])[] = [
  ["search"],
  ["search", "-l"],
  ["stats"],
  ["stats", "--year"],
  ["search", "--help"],
  ["status"],
  ["search", "--since", "nonsense ".repeat(30)],
];

Deno.test("no verb draws with more than ASCII where the locale has no UTF-8", async () => {
  for (const [isUtf8, env] of LOCALES) {
    using world = annsWorld({ terminal: true, env: { TERM: "xterm", COLUMNS: "130", ...env } });
    for (const command of [LONG, LINES]) {
      await rr(world, "record", "--cmd", command, "--cwd", `/srv/${"deep/".repeat(20)}`);
    }
    let drawn = "";
    for (const line of LINES_OF_RR) {
      const { out, err } = await rr(world, ...line);
      drawn += out + err;
      if (!isUtf8) assert.match(out + err, ASCII, `${line.join(" ")} under ${JSON.stringify(env)}`);
    }
    assert.equal(ASCII.test(drawn), !isUtf8, JSON.stringify(env));
  }
});

Deno.test("a command's own letters are printed as they are, whatever the locale", async () => {
  using world = annsWorld({ terminal: true, env: { LC_ALL: "C" } });
  await rr(world, "record", "--cmd", "echo caf\u00e9 \u2026 \u2500");
  assert.equal((await rr(world, "search")).out, "echo caf\u00e9 \u2026 \u2500\n");
});

Deno.test("the picker draws with ASCII where the locale has no UTF-8, and gives what was recorded", async () => {
  for (const [isUtf8, env] of LOCALES) {
    using world = new FakeWorld({ terminal: true, env: { TERM: "xterm", ...env } });
    await using terminal = new FakeTerminal(60, 24);
    const outcome = runPicker(
      world,
      new ListSource([LONG, LINES]),
      {},
      () => Promise.resolve(terminal),
    );
    await terminal.shows((rows) => rows.some((row) => row.includes("for f in a b")));
    terminal.type("\x1bOP"); // F1
    await terminal.shows((rows) => rows.some((row) => row.includes("esc back")));
    terminal.type("\x1b[27u"); // Esc
    await terminal.shows((rows) => rows.some((row) => row.startsWith("> ")));
    terminal.type("for");
    await terminal.shows((rows) => rows.some((row) => /^> for .* 1\/2/.test(row)));
    terminal.type("\r");
    assert.deepEqual(await outcome, { kind: "chosen", action: "edit", command: LINES });
    assert.equal(ASCII.test(terminal.written), !isUtf8, JSON.stringify(env));
  }
});
