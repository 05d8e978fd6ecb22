import assert from "node:assert/strict";
import fc from "fast-check";
import { edit, type EditAction, insert } from "../../../src/picker/keys/line_edit.ts";

/** The line with `|` for the cursor, before and after the action. */
function after(line: string, action: EditAction): string {
  const cursor = line.indexOf("|");
  const next = edit({ query: line.replace("|", ""), cursor }, action);
  return `${next.query.slice(0, next.cursor)}|${next.query.slice(next.cursor)}`;
}

Deno.test("edit() moves and deletes as emacs does", () => {
  const cases: [EditAction, string, string][] = [
    ["left", "ab|c", "a|bc"],
    ["left", "|ab", "|ab"],
    ["right", "a|bc", "ab|c"],
    ["right", "ab|", "ab|"],
    ["word-left", "git push --all|", "git push --|all"],
    ["word-left", "git |push", "|git push"],
    ["word-right", "|git push", "git| push"],
    ["word-right", "git| --all", "git --all|"],
    ["line-start", "ab|c", "|abc"],
    ["line-end", "a|bc", "abc|"],
    ["delete-back", "ab|c", "a|c"],
    ["delete-back", "|c", "|c"],
    ["delete-forward", "a|bc", "a|c"],
    ["delete-forward", "a|", "a|"],
    ["delete-word-back", "git push --all |x", "git push |x"],
    ["delete-word-back", "  |", "|"],
    ["delete-to-start", "ab|c", "|c"],
    ["delete-to-end", "a|bc", "a|"],
  ];
  for (const [action, line, expected] of cases) assert.equal(after(line, action), expected, action);
});

Deno.test("edit() takes a letter with its marks, and an emoji of several parts, as one", () => {
  assert.equal(after("ae\u0301|x", "delete-back"), "a|x");
  assert.equal(after("a|e\u0301x", "delete-forward"), "a|x");
  // What is drawn as one: a joiner that joins nothing takes no column of its own.
  assert.equal(after("م|ی\u200cخ", "right"), "می\u200c|خ");
  assert.equal(after("می\u200c|خ", "delete-back"), "م|خ");
  assert.equal(after("a👨‍👩‍👧|", "left"), "a|👨‍👩‍👧");
  assert.equal(after("|👨‍👩‍👧b", "right"), "👨‍👩‍👧|b");
  assert.equal(after("한글|", "delete-back"), "한|");
});

Deno.test("edit() and insert() keep the cursor in the line and the text well-formed (property)", () => {
  const actions = fc.array(fc.oneof(
    fc.constantFrom<EditAction>(
      "left",
      "right",
      "word-left",
      "word-right",
      "line-start",
      "line-end",
      "delete-back",
      "delete-forward",
      "delete-word-back",
      "delete-to-start",
      "delete-to-end",
    ),
    fc.string({ unit: "grapheme" }).map((text) => ({ text })),
  ));
  fc.assert(fc.property(actions, (all) => {
    let line = { query: "", cursor: 0 };
    for (const action of all) {
      line = typeof action === "string" ? edit(line, action) : insert(line, action.text);
      assert.ok(line.cursor >= 0 && line.cursor <= line.query.length);
      assert.ok(line.query.isWellFormed());
      assert.ok(line.query.slice(0, line.cursor).isWellFormed());
    }
  }));
});
