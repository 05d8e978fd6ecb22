import assert from "node:assert/strict";
import fc from "fast-check";
import { clip, clipStart, glyphs, textWidth } from "../../src/search/matching/glyphs.ts";
import { printable, printableJson } from "../../src/base/printable.ts";

// deno-lint-ignore no-control-regex -- what must never come out
const RAW = /[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

Deno.test("printable() shows what would act on a terminal", () => {
  const cases: [string, string][] = [
    ["plain", "plain"],
    ["a\nb\tc", "a↵b c"],
    ["\x1b]0;title\x07", "␛]0;title␇"],
    ["\x1b]52;c;cm0gLXJm\x1b\\", "␛]52;c;cm0gLXJm␛\\"],
    ["\x9b31m", "\ufffd31m"],
    ["\x00\x7f", "␀␡"],
    ["safe\u202egpj.sh", "safe\ufffdgpj.sh"],
    ["a\u200bb\ufeffc\u{e0041}d\u00ade", "a\ufffdb\ufffdc\ufffdd\ufffde"],
    ["\ud800x", "\ufffdx"],
    ["👨‍👩‍👧", "👨‍👩‍👧"],
  ];
  for (const [text, shown] of cases) assert.equal(printable(text), shown);
});

Deno.test("printable() leaves nothing harmful in any text, and is idempotent (property)", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const shown = printable(text);
    assert.doesNotMatch(shown, RAW);
    assert.equal(printable(shown), shown);
  }));
});

Deno.test("printableJson() leaves nothing harmful and changes no value (property)", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
    const shown = printableJson(JSON.stringify(value, null, 2));
    assert.doesNotMatch(shown.replaceAll("\n", ""), RAW);
    assert.deepEqual(JSON.parse(shown), JSON.parse(JSON.stringify(value)));
  }));
  assert.equal(printableJson('["\u{e0041}\x9b"]'), '["\\udb40\\udc41\\u009b"]');
});

Deno.test("textWidth() counts columns", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["한국어", 6],
    ["e\u0301", 1],
    ["❤️", 2],
    ["ｱ", 1],
    ["\x1b[31m", 5],
  ];
  for (const [text, width] of cases) assert.equal(textWidth(text), width, JSON.stringify(text));
});

Deno.test("glyphs() bounds a tower of marks and gives a lone mark something to stand on", () => {
  const tower = [...glyphs("a" + "\u0301".repeat(100))];
  assert.ok(tower.every((glyph) => glyph.text.length <= 14));
  assert.equal([...glyphs("\u0301")][0]!.text, "◌\u0301");
});

Deno.test("clip() and clipStart() keep to the columns and say that they cut", () => {
  assert.equal(clip("abcdef", 4), "abc…");
  assert.equal(clip("abcd", 4), "abcd");
  assert.equal(clip("한국어", 5), "한국…");
  assert.equal(clip("한국어", 4), "한…");
  assert.equal(clip("abc", 0), "");
  assert.equal(clipStart("/home/me/src", 5), "…/src");
  assert.equal(clipStart("한국어", 4), "…어");
});

Deno.test("clip() and clipStart() never exceed the columns (property)", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 20 }), (text, columns) => {
      for (const cut of [clip(text, columns), clipStart(text, columns)]) {
        assert.ok(textWidth(cut) <= columns, JSON.stringify(cut));
      }
    }),
  );
});
