import assert from "node:assert/strict";
import {
  checkColumns,
  columnsOf,
  parseBinding,
  parseBindings,
  parseHeight,
} from "../../src/picker/choices.ts";
import { areaBelowPrompt, columns, isBelowPrompt } from "../../src/picker/render/layout.ts";
import { parsePartStyle, parsePartStyles } from "../../src/picker/render/style.ts";

Deno.test("parseHeight() takes rows, a share or all, and nothing else", () => {
  assert.deepEqual(parseHeight("full"), { kind: "full" });
  assert.deepEqual(parseHeight("100%"), { kind: "full" });
  assert.deepEqual(parseHeight("40%"), { kind: "share", percent: 40 });
  assert.deepEqual(parseHeight("15"), { kind: "rows", rows: 15 });
  for (const text of ["", "2", "0%", "101%", "1000", "half", "-5", "15 rows", "1e2", "+20"]) {
    assert.throws(() => parseHeight(text), SyntaxError, text);
  }
});

Deno.test("the area leaves the row of the prompt, whatever was chosen", () => {
  const terminal = { columns: 80, rows: 24 };
  const rowsOf = (text: string): number => areaBelowPrompt(terminal, parseHeight(text)).rows;
  assert.deepEqual(["70%", "10%", "99%", "8", "3", "200"].map(rowsOf), [16, 12, 23, 8, 3, 23]);
  const isBelow = (rows: number, text: string): boolean =>
    isBelowPrompt({ columns: 80, rows }, parseHeight(text));
  assert.deepEqual([isBelow(24, "full"), isBelow(24, "70%"), isBelow(13, "70%")], [
    false,
    true,
    false,
  ]);
  // So few that they fit even into a low terminal.
  assert.deepEqual([isBelow(10, "8"), isBelow(8, "8")], [true, false]);
});

Deno.test("columns() shows what was chosen where there is room, and never starves the command", () => {
  const shown = (total: number, words: string[]): string[] =>
    Object.entries(columns({ columns: total, rows: 9 }, columnsOf(words)))
      .filter(([name, width]) => width > 0 && !["pointer", "command"].includes(name))
      .map(([name]) => name);
  assert.deepEqual(shown(200, ["none"]), []);
  assert.deepEqual(shown(80, ["folder"]), ["cwd"]);
  assert.deepEqual(shown(60, ["folder"]), []);
  assert.deepEqual(shown(40, ["exit", "time"]), ["time", "exit"]);
  assert.deepEqual(shown(20, ["exit", "time"]), []);
  for (const word of ["cwd", "Time", ""]) assert.throws(() => checkColumns([word]), SyntaxError);
  checkColumns([]);
  checkColumns(["none"]);
  assert.throws(
    () => checkColumns(["none", "time"]),
    /either "none" alone or columns such as "time"/,
  );
  assert.throws(() => checkColumns(["time", "exit", "time"]), /each column once, not "time" twice/);
});

Deno.test("parseBinding() reads a key as terminals can tell it, and an action that there is", () => {
  const same = { key: "ctrl-f", action: "page-down" };
  assert.deepEqual(parseBinding("ctrl-f=page-down"), same);
  assert.deepEqual(parseBinding(" CTRL-F = Page-Down "), same);
  assert.deepEqual(parseBinding("alt-X=delete").key, "alt-X");
  assert.deepEqual(parseBinding("alt-==none"), { key: "alt-=", action: "none" });
  assert.deepEqual(parseBinding("ctrl-m=run").key, "enter");
  assert.deepEqual(parseBinding("alt-enter=row-3"), { key: "alt-enter", action: "row-3" });
  for (const text of ["", "x=down", "ctrl-f", "super-f=down", "f13=down", "ctrl-f=", "=down"]) {
    assert.throws(() => parseBinding(text), SyntaxError, text);
  }
  assert.throws(() => parseBinding("ctrl-f=page-dwn"), /did you mean page-down/);
  assert.throws(() => parseBinding("ctrl-c=delete"), /ctrl-c always leaves/);
  assert.equal(parseBindings(["f11=pin", "f12=pin", "alt-x=up", "alt-X=down"]).length, 4);
  assert.throws(
    () => parseBindings(["f12=copy", "ctrl-f=up", "F12=delete"]),
    /leave out "f12=copy" or "F12=delete", both are f12/,
  );
  assert.throws(() => parseBindings(["ctrl-j=edit", "enter=run"]), /both are enter/);
});

Deno.test("parsePartStyle() reads attributes and colours of all three kinds", () => {
  assert.deepEqual(parsePartStyle("match=bold green"), { part: "match", sgr: "1;32" });
  assert.deepEqual(parsePartStyle("dim=bright-black on-white").sgr, "90;47");
  assert.deepEqual(parsePartStyle("match-selected=208 on-17").sgr, "38;5;208;48;5;17");
  assert.deepEqual(parsePartStyle("failed=#Ff8000").sgr, "38;2;255;128;0");
  assert.deepEqual(parsePartStyle("selected=plain").sgr, "");
  for (const text of ["", "match", "match=", "matsch=red", "match=256", "match=#fff", "dim=pink"]) {
    assert.throws(() => parsePartStyle(text), SyntaxError, text);
  }
  assert.throws(() => parsePartStyle("match=red bold blue"), /leave out "red" or "blue"/);
  assert.throws(
    () => parsePartStyle("dim=red on-blue on-#ff8800"),
    /out "on-blue" or "on-#ff8800"/,
  );
  assert.throws(
    () => parsePartStyles(["match=red", "dim=red", "match=bold"]),
    /leave out "match=red" or "match=bold"/,
  );
});
