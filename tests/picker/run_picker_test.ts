import assert from "node:assert/strict";
import type { Outcome } from "../../src/cli/picker/outcome.ts";
import { runPicker } from "../../src/cli/picker/run_picker.ts";
import type { PickerRunOptions } from "../../src/cli/picker/run_options.ts";
import { aheadForWidget, TypedAhead } from "../../src/cli/picker/typed_ahead.ts";
import { RrError } from "../../src/base/rr_error.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { FakeTerminal } from "./_fake_terminal.ts";
import { ListSource } from "./_list_source.ts";

const COMMANDS = ["git push", "ls -la", "for f in *; do\n  echo $f\ndone", "git status", "make"];

class Running implements AsyncDisposable {
  readonly world: FakeWorld;
  readonly terminal: FakeTerminal;
  readonly outcome: Promise<Outcome>;

  constructor(
    source: ListSource,
    options: PickerRunOptions = {},
    { columns = 80, rows = 24, env = {} as Record<string, string> } = {},
  ) {
    this.world = new FakeWorld({ terminal: true, env: { TERM: "xterm-256color", ...env } });
    this.terminal = new FakeTerminal(columns, rows);
    this.outcome = runPicker(this.world, source, options, () => Promise.resolve(this.terminal));
  }

  /** The terminal must be as it was found. */
  async assertRestored(): Promise<void> {
    await this.terminal.drawn();
    const { written, isRaw, isClosed, screen } = this.terminal;
    assert.deepEqual([isRaw, isClosed, screen.isAlternate()], [false, true, false]);
    for (const mode of ["?25", "?7", "?2004", "?1049", "?2026"]) {
      const on = written.lastIndexOf(`\x1b[${mode}h`);
      const off = written.lastIndexOf(`\x1b[${mode}l`);
      const isOnAtEnd = mode === "?25" || mode === "?7";
      assert.ok(isOnAtEnd ? on >= off : off >= on, `${mode} was left ${isOnAtEnd ? "off" : "on"}`);
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGWINCH"] as const) {
      assert.equal(this.world.raise(signal), 0, `${signal} is still handled`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminal[Symbol.asyncDispose]();
    this.world[Symbol.dispose]();
  }
}

Deno.test("runPicker() shows the newest commands, narrows and gives the choice as recorded", async () => {
  await using picker = new Running(new ListSource(COMMANDS));
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  picker.terminal.type("done");
  await picker.terminal.shows((rows) => /^> done/.test(rows[1]!) && /for f in/.test(rows[2]!));
  picker.terminal.type("\r");
  const command = COMMANDS[2]!;
  assert.deepEqual(await picker.outcome, { kind: "chosen", action: "edit", command });
  await picker.assertRestored();
});

Deno.test("runPicker() keeps what was typed before it was there", async () => {
  const source = new ListSource(COMMANDS);
  const world = new FakeWorld({ terminal: true, env: { TERM: "xterm" } });
  const terminal = new FakeTerminal();
  terminal.type("make\x1b\r");
  const outcome = await runPicker(world, source, {}, () => Promise.resolve(terminal));
  assert.deepEqual(outcome, { kind: "chosen", action: "run", command: "make" });
  await terminal[Symbol.asyncDispose]();
  world[Symbol.dispose]();
});

Deno.test("runPicker() leaves for the shell what is typed after the choice", async () => {
  await using picker = new Running(new ListSource(COMMANDS));
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  picker.terminal.type("\r");
  picker.terminal.type("next command\r");
  await picker.outcome;
  assert.equal(picker.terminal.left(), 1);
});

Deno.test("runPicker() gives back what came with the choice in one piece, and behind Esc", async () => {
  const typedAhead = new TypedAhead();
  await using picker = new Running(new ListSource(COMMANDS), { typedAhead });
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  picker.terminal.type("git st\r -s é\x1b[A\r");
  const outcome = await picker.outcome;
  assert.deepEqual(outcome, { kind: "chosen", action: "edit", command: "git status" });
  assert.equal(typedAhead.text(), " -s é\x1b[A\r");
  await using left = new Running(new ListSource(COMMANDS), { typedAhead });
  await left.terminal.shows((rows) => rows[2]?.includes("git push"));
  left.terminal.type("\x1b");
  await left.world.clock.untilSleeping();
  left.world.clock.advance(20);
  left.terminal.type("echo"); // alt-e, had it come at once
  assert.deepEqual(await left.outcome, { kind: "cancelled" });
  assert.equal(typedAhead.text(), "echo");
  await using quick = new Running(new ListSource(COMMANDS), { typedAhead });
  quick.terminal.type("\x1bls\r"); // no key has alt-l
  assert.deepEqual(await quick.outcome, { kind: "cancelled" });
  assert.equal(typedAhead.text(), "ls\r");
});

Deno.test("aheadForWidget() writes every byte so that printf reads it, and no NUL", () => {
  assert.equal(aheadForWidget(""), "\n.");
  assert.equal(aheadForWidget("a\0é\x1b"), "\n.\\141\\303\\251\\033");
});

Deno.test("runPicker() is left by Esc once no sequence follows, by ctrl-c and by ctrl-g", async () => {
  for (const key of ["\x1b", "\x03", "\x07"]) {
    await using picker = new Running(new ListSource(COMMANDS));
    picker.terminal.type(key);
    if (key === "\x1b") {
      await picker.world.clock.untilSleeping();
      picker.world.clock.advance(40);
    }
    assert.deepEqual(await picker.outcome, { kind: "cancelled" });
    await picker.assertRestored();
  }
});

Deno.test("runPicker() ends cleanly when the terminal is closed, and on signals", async () => {
  for (const how of ["hang up", "SIGTERM", "SIGHUP", "SIGINT", "abort"] as const) {
    const abort = new AbortController();
    await using picker = new Running(new ListSource(COMMANDS), { signal: abort.signal });
    await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
    if (how === "hang up") picker.terminal.hangUp();
    else if (how === "abort") abort.abort();
    else assert.equal(picker.world.raise(how), 1);
    assert.deepEqual(await picker.outcome, { kind: "cancelled" }, how);
    await picker.assertRestored();
  }
});

Deno.test("runPicker() puts the terminal back when reading the history fails", async () => {
  const source = new ListSource(COMMANDS);
  source.failure = new RrError("database", "Cannot use the database");
  await using picker = new Running(source);
  await assert.rejects(picker.outcome, { code: "database" });
  await picker.assertRestored();
});

Deno.test("runPicker() says what to do about an empty history, and stays until it is left", async () => {
  await using picker = new Running(new ListSource([]));
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("rr import")));
  picker.terminal.type("\r");
  assert.deepEqual(await picker.outcome, { kind: "nothing" });
  await picker.assertRestored();
});

Deno.test("runPicker() ends with nothing when Enter finds nothing", async () => {
  await using picker = new Running(new ListSource(COMMANDS), { query: "zzz" });
  picker.terminal.type("\r");
  assert.deepEqual(await picker.outcome, { kind: "nothing" });
});

Deno.test("runPicker() loads another set of commands for a filter, and finds in it", async () => {
  const source = new ListSource(COMMANDS);
  source.scoped = ["git status"];
  await using picker = new Running(source);
  picker.terminal.type("git");
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  picker.terminal.type("\x1bh");
  await picker.terminal.shows((rows) => rows[2]?.includes("git status"));
  assert.deepEqual(source.filters.at(-1), { scope: "host", okOnly: false });
  picker.terminal.type("\x0f"); // details of a line of the new set
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("ran 2 times")));
  picker.terminal.type("\r");
  assert.deepEqual(await picker.outcome, {
    kind: "chosen",
    action: "edit",
    command: "git status",
  });
});

Deno.test("runPicker() stays alive in a filter that holds nothing", async () => {
  const source = new ListSource(COMMANDS);
  source.doubt = "is ? meant";
  await using picker = new Running(source);
  picker.terminal.type("\x1bs");
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("nothing here")));
  picker.terminal.type("ab");
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("nothing matches")));
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("is ab meant")));
  picker.terminal.type("\x15\x1bamake\r");
  const outcome = await picker.outcome;
  assert.deepEqual(outcome, { kind: "chosen", action: "edit", command: "make" });
});

Deno.test("runPicker() deletes after a yes and shows the rest", async () => {
  const source = new ListSource(COMMANDS);
  await using picker = new Running(source);
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  picker.terminal.type("\x04");
  await picker.terminal.shows((rows) =>
    rows.some((row) => /Delete all 2 runs.*\? y .*h .*here/.test(row))
  );
  picker.terminal.type("y");
  await picker.terminal.shows((rows) => rows[2]?.includes("ls -la"));
  assert.equal(source.commands[0], undefined);
  picker.terminal.type("\x03");
  await picker.outcome;
});

Deno.test("runPicker() says so when a deletion fails, and goes on", async () => {
  const source = new ListSource(COMMANDS);
  await using picker = new Running(source);
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  source.failure = new RrError("busy", "Cannot write: another process does");
  picker.terminal.type("\x04y");
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("another process does")));
  picker.terminal.type("\r");
  assert.equal((await picker.outcome).kind, "chosen");
});

Deno.test("runPicker() says so when the choice was deleted by somebody else", async () => {
  const source = new ListSource(COMMANDS);
  await using picker = new Running(source);
  await picker.terminal.shows((rows) => rows[2]?.includes("git push"));
  source.commands[0] = undefined;
  picker.terminal.type("\r");
  await picker.terminal.shows((rows) => rows.some((row) => row.includes("deleted meanwhile")));
  picker.terminal.type("\x03");
  await picker.outcome;
});

Deno.test("runPicker() follows the size of the terminal", async () => {
  await using picker = new Running(new ListSource(COMMANDS), {}, { columns: 20, rows: 5 });
  await picker.terminal.shows((rows) => rows[1]?.includes("git push"));
  assert.equal(picker.terminal.screen.isAlternate(), true); // too small to share it with the prompt
  picker.terminal.resizeTo(100, 30);
  picker.world.raise("SIGWINCH");
  await picker.terminal.shows((rows) => rows[1]?.includes("desk") && rows[29]?.includes("F1"));
  picker.terminal.resizeTo(1, 1);
  picker.world.raise("SIGWINCH");
  picker.terminal.type("\r");
  assert.equal((await picker.outcome).kind, "chosen");
  await picker.assertRestored();
});

Deno.test("runPicker() takes sizes from the environment when the terminal knows none", async () => {
  const env = { COLUMNS: "50", LINES: "10" };
  await using picker = new Running(new ListSource(COMMANDS), {}, { columns: 50, rows: 10, env });
  picker.terminal.size = () => ({ columns: 0, rows: 0 });
  await picker.terminal.shows((rows) => rows[9]?.startsWith("enter edit"));
  picker.terminal.type("\x03");
  await picker.outcome;
});

Deno.test("runPicker() draws no colours with NO_COLOR", async () => {
  await using picker = new Running(new ListSource(COMMANDS), { query: "g" }, {
    env: { NO_COLOR: "1" },
  });
  picker.terminal.type("\r");
  await picker.outcome;
  // deno-lint-ignore no-control-regex -- colours are 30 to 37, 90 to 97 and so on
  assert.doesNotMatch(picker.terminal.written, /\x1b\[[\d;]*(3[0-7]|9[0-7]|4[0-7])m/);
});

Deno.test("runPicker() refuses a standard input that is no terminal, with a hint", async () => {
  using world = new FakeWorld({ env: { TERM: "xterm" } });
  await assert.rejects(
    runPicker(world, new ListSource(COMMANDS)),
    (error: unknown) => error instanceof RrError && error.code === "usage" && !!error.hint,
  );
});

Deno.test("runPicker() asks line by line on a dumb terminal", async () => {
  const env = { TERM: "dumb", LANG: "C.UTF-8" };
  using world = new FakeWorld({ terminal: true, env, stdin: "git\n99\ngit st\n1\n" });
  const outcome = await runPicker(world, new ListSource(COMMANDS));
  assert.deepEqual(outcome, { kind: "chosen", action: "edit", command: "git status" });
  const shown = world.takeErr();
  assert.match(shown, /for f in \*; do↵/);
  // deno-lint-ignore no-control-regex -- nothing but text and newlines
  assert.doesNotMatch(shown, /[\x00-\x09\x0b-\x1f]/);
  using empty = new FakeWorld({ terminal: true, env, stdin: "\n" });
  assert.deepEqual(await runPicker(empty, new ListSource(COMMANDS)), { kind: "cancelled" });
  using none = new FakeWorld({ terminal: true, env });
  assert.deepEqual(await runPicker(none, new ListSource([])), { kind: "nothing" });

  // A long command leaves the others on the screen, and is taken whole.
  const long = `echo ${"x".repeat(5_000)}`;
  using wordy = new FakeWorld({ terminal: true, env, stdin: "echo\n1\n" });
  assert.deepEqual(await runPicker(wordy, new ListSource([long])), {
    kind: "chosen",
    action: "edit",
    command: long,
  });
  assert.match(wordy.takeErr(), /^ 1 {2}echo x{70}…$/m);
});
