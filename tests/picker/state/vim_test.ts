/** The letters of vim's normal mode, as the picker takes them. */
import assert from "node:assert/strict";
import { keymapOf } from "../../../src/picker/keys/keymap.ts";
import { PickerHarness } from "../_harness.ts";

const COMMANDS = ["git push", "ls -la", "git status"];

Deno.test("reduce() moves with vim's letters past no end of the query", () => {
  const picker = new PickerHarness(COMMANDS, { query: "git", keymap: keymapOf([], "vim") });
  assert.deepEqual(picker.press("escape", "'l'", "'a'"), []);
  assert.equal(picker.state.normal, undefined);
});

Deno.test("reduce() takes vim's letters one by one that came at once", () => {
  const picker = new PickerHarness(COMMANDS, { keymap: keymapOf([], "vim") });
  picker.press("escape", "'jjk'");
  assert.equal(picker.selected(), "ls -la");
  picker.press("'ggixy'");
  assert.equal(picker.state.query, "xy");
});
