import assert from "node:assert/strict";
import { searchInteractively } from "../../src/cli/picker/interactive.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const SETTINGS = {
  dbPath: ":memory:",
  deviceId: "laptop" as DeviceId,
  userId: "ana",
  hostname: "lap",
  home: "/home/ana",
  searchEnter: "edit",
  searchUi: "builtin",
  pickerHeight: "70%",
  pickerPrompt: "top",
  pickerColumns: ["time"],
  pickerEditing: "emacs",
  pickerKeys: [],
  pickerTheme: "auto",
  pickerColours: [],
} as const;

/** On a dumb terminal, where the test can answer in lines. */
async function choose(
  commands: readonly string[],
  typed: string,
  flags: { widget?: boolean; up?: boolean; query?: string } = {},
): Promise<{ code: number; out: string; started: number }> {
  using world = new FakeWorld({
    terminal: true,
    stdin: typed,
    env: { TERM: "dumb", LANG: "C.UTF-8" },
  });
  using history = openHistory(":memory:", world);
  history.log.append(commands.map((command) => makeEntry({ command })));
  const all = { query: undefined, widget: false, ahead: false, up: false, ...flags };
  const code = await searchInteractively(world, SETTINGS, history, all);
  return { code, out: world.takeOut(), started: world.started.length };
}

Deno.test("searchInteractively() answers a widget byte for byte", async () => {
  const command = "printf '\x1b[31m'\necho";
  assert.deepEqual(await choose([command], "1\n", { widget: true }), {
    code: 0,
    out: `edit\n${command}`,
    started: 0,
  });
});

Deno.test("searchInteractively() prints nothing that acts on a terminal", async () => {
  const { out } = await choose(["printf '\x1b[31m'\necho"], "1\n");
  assert.equal(out, "printf '␛[31m'\necho\n");
});

Deno.test("searchInteractively() starts with the text already typed", async () => {
  const { out } = await choose(["git push", "ls"], "1\n", { query: "git", widget: true });
  assert.equal(out, "edit\ngit push");
});

Deno.test("searchInteractively() ends with 130 when it was left, 1 when there is nothing", async () => {
  const left = await choose(["ls"], "\n", { widget: true });
  assert.deepEqual([left.code, left.out], [130, ""]);
  const nothing = await choose([], "", { widget: true });
  assert.deepEqual([nothing.code, nothing.out], [1, ""]);
});
