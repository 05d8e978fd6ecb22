/** `rr search` in a real terminal: a long answer goes through the pager, a short one does not. */
import assert from "node:assert/strict";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { denoFolder, Shell } from "../../shell/_shell.ts";

const PROGRAM = `#!/bin/sh
exec '${Deno.execPath()}' run -A --quiet '${
  new URL("../../../cli.ts", import.meta.url).pathname
}' "$@"
`;
const PAGED = "sed -e s/^/paged:/";

/** A shell with sixty commands in its history. */
async function shellWith(env: Record<string, string>): Promise<Shell> {
  const shell = await Shell.open("bash", {
    hook: false,
    rr: PROGRAM,
    env: { DENO_DIR: denoFolder(), RUSTORY_DB_PATH: "db/history.db", ...env },
  });
  using world = new FakeWorld();
  using history = openHistory(`${shell.home}/db/history.db`, world);
  history.log.append(
    Array.from({ length: 60 }, (_, i) => makeEntry({ command: `echo number ${i} end` })),
  );
  return shell;
}

Deno.test("rr search shows a long answer through PAGER, and a short one as it is", async () => {
  await using shell = await shellWith({ PAGER: PAGED });
  const long = await shell.line("rr search number");
  assert.match(long, /paged:echo number 59 end/);
  assert.match(long, /paged:echo number 0 end/);
  const short = await shell.line("rr search --limit 3 number");
  assert.match(short, /echo number 59 end/);
  assert.doesNotMatch(short, /paged:/);
});

Deno.test("rr search prefers RUSTORY_PAGER, and does without one where it is cat or missing", async () => {
  await using shell = await shellWith({ PAGER: "false" });
  assert.match(
    await shell.line(`RUSTORY_PAGER='${PAGED}' rr search number`),
    /paged:echo number 7/,
  );
  for (const none of ["cat", "no-such-pager"]) {
    const shown = await shell.line(`RUSTORY_PAGER='${none}' rr search number`);
    assert.match(shown, /number 59 end\r\n/);
    assert.match(shown, /number 0 end\r\n/);
    assert.doesNotMatch(shown, /paged:/);
  }
});

Deno.test("rr search pages nothing that does not go to the terminal", async () => {
  await using shell = await shellWith({ PAGER: PAGED });
  await shell.line("rr search number >all </dev/null 2>err");
  const lines = Deno.readTextFileSync(`${shell.home}/all`).trimEnd().split("\n");
  assert.equal(lines.length, 60);
  assert.ok(lines.every((line) => line.startsWith("echo number")));
});
