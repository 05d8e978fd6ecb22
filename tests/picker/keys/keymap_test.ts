import assert from "node:assert/strict";
import { parseBindings } from "../../../src/picker/choices.ts";
import { commandOf, keymapOf, keyOfAction } from "../../../src/picker/keys/keymap.ts";
import { KEYS } from "../../../src/picker/keys/keys.ts";
import { helpLines } from "../../../src/picker/render/help.ts";
import { render } from "../../../src/picker/render/render.ts";
import { STYLED_PARTS } from "../../../src/picker/render/style.ts";
import { contextOf, PickerHarness } from "../_harness.ts";

const COMMANDS = ["git push", "ls -la", "git status", "make test"];

function bound(...bindings: string[]): ReturnType<typeof keymapOf> {
  return keymapOf(parseBindings(bindings));
}

Deno.test("a key that is bound anew does that alone, and the action keeps its others", () => {
  const keymap = bound("ctrl-d=page-down", "f12=delete", "alt-1=copy", "ctrl-t=none");
  assert.deepEqual(commandOf(keymap, "ctrl-d"), { kind: "move", by: "page-down" });
  assert.deepEqual(commandOf(keymap, "f12"), { kind: "delete" });
  assert.deepEqual(commandOf(keymap, "alt-1"), { kind: "copy" });
  assert.equal(commandOf(keymap, "ctrl-t"), undefined);
  assert.deepEqual(commandOf(keymap, "f8"), { kind: "mode" });
  assert.equal(keyOfAction(keymap, "page-down"), "ctrl-d");
});

Deno.test("the help and the line of keys name the keys as they are bound", () => {
  const keymap = bound("ctrl-o=none", "f10=details", "f1=none", "alt-2=none");
  const help = helpLines(keymap, 100).join("\n");
  assert.match(help, /^f10 +every run/m);
  assert.match(help, /^alt-1, alt-3, .*alt-9 +take the command of that row/m);
  const picker = new PickerHarness(COMMANDS, { keymap, size: { columns: 90, rows: 10 } });
  const last = render(picker.state, contextOf(COMMANDS)).rows.at(-1)!;
  assert.match(last, /enter edit · alt-enter run · F10 details .* alt-\? keys/);
  assert.match(helpLines(keymapOf(), 100).join("\n"), /^alt-1 to alt-9 /m);
});

Deno.test("the help fits every terminal down to 20 columns, and says all that it says on a wide one", () => {
  const words = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => line.split(" ").filter((word) => word !== ""));
  const wide = words(helpLines(keymapOf(), 200));
  for (const columns of [20, 30, 44, 60, 80, 100]) {
    const lines = helpLines(keymapOf(), columns);
    assert.deepEqual(lines.filter((line) => line.length > columns), [], `${columns} columns`);
    assert.deepEqual(words(lines), wide);
  }
});

Deno.test("every action and every part with a style is named in the docs", async () => {
  const docs = await Deno.readTextFile(new URL("../../../docs/search.md", import.meta.url));
  const words = new Set(docs.match(/[a-z]+(?:-[a-z0-9]+)*/g));
  for (const name of [...KEYS.map(({ action }) => action), ...STYLED_PARTS]) {
    assert.ok(words.has(name), name);
  }
});

Deno.test("a deletion is confirmed by the key that asked for it, wherever that is", () => {
  const picker = new PickerHarness(COMMANDS, { keymap: bound("ctrl-d=down", "f12=delete") });
  picker.press("f12", "ctrl-d");
  assert.equal(picker.state.notice, "Nothing was deleted");
  assert.deepEqual(picker.press("f12", "f12"), [{ kind: "delete", line: 0, reach: "everywhere" }]);
});

Deno.test("vim: Esc makes letters commands, i types again, a second Esc leaves", () => {
  const picker = new PickerHarness(COMMANDS, { keymap: keymapOf([], "vim") });
  picker.press("'git'");
  assert.deepEqual(picker.press("escape"), []);
  picker.press("'j'");
  assert.equal(picker.selected(), "git status");
  picker.press("'gg'");
  assert.equal(picker.selected(), "git push");
  picker.press("'0'", "'x'", "'A'", "'!'");
  assert.equal(picker.state.query, "it!");
  picker.press("escape", "'d'", "'d'");
  assert.equal(picker.state.query, "");
  picker.press("'ihello'"); // typed so fast that it comes as one
  assert.equal(picker.state.query, "hello");
  assert.deepEqual(picker.press("escape", "escape"), [{ kind: "leave", why: "cancelled" }]);
});

Deno.test("vim: ctrl-d moves where letters are commands and deletes where one types; q leaves", () => {
  const many = Array.from({ length: 50 }, (_, i) => `c${i}`);
  const keymap = keymapOf([], "vim");
  const picker = new PickerHarness(many, { keymap });
  picker.press("escape", "ctrl-d");
  assert.equal(picker.state.view.kind, "list");
  assert.ok(picker.state.selected > 5);
  picker.press("'G'");
  assert.equal(picker.selected(), "c49");
  picker.press("'?'", "'j'");
  assert.deepEqual(picker.state.view, { kind: "help", top: 1 });
  picker.press("escape", "'i'", "ctrl-d");
  assert.equal(picker.state.view.kind, "confirm");
  picker.press("'n'", "escape");
  assert.deepEqual(picker.press("'q'"), [{ kind: "leave", why: "cancelled" }]);
});

Deno.test("vim: the sign before the query tells that letters are commands", () => {
  const picker = new PickerHarness(COMMANDS, { keymap: keymapOf([], "vim") });
  const sign = (): string => render(picker.state, contextOf(COMMANDS)).rows[0]!.split("m")[1]![0]!;
  assert.equal(sign(), ">");
  picker.press("escape");
  assert.equal(sign(), ":");
  assert.match(helpLines(picker.state.keymap, 100).join("\n"), /j, k, gg, G/);
});
