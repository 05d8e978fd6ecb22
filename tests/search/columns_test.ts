import assert from "node:assert/strict";
import fastStringWidth from "fast-string-width";
import { columnsOf } from "../../src/search/columns.ts";
import { textWidth } from "../../src/search/matching/glyphs.ts";

const MARK = /^[\p{M}\p{Cf}\p{Cs}]$/u;

Deno.test("columnsOf() is never less than what a width library says of any character", () => {
  for (let code = 0x20; code <= 0x10ffff; code++) {
    const char = String.fromCodePoint(code);
    if (MARK.test(char)) continue;
    if (columnsOf(code) < fastStringWidth(char)) assert.fail(`U+${code.toString(16)}`);
  }
});

Deno.test("columnsOf() is exact for letters, digits and signs of living scripts", () => {
  const letter = /^(?=[\p{L}\p{N}\p{P}\p{Sm}\p{Sc}])[^\p{M}]$/u;
  const script =
    /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thai}\p{Script=Devanagari}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
  for (let code = 0x20; code <= 0x10ffff; code++) {
    const char = String.fromCodePoint(code);
    if (!letter.test(char) || !script.test(char)) continue;
    if (columnsOf(code) !== fastStringWidth(char)) assert.fail(`U+${code.toString(16)} ${char}`);
  }
});

Deno.test("textWidth() is never less than what a width library says of whole texts", () => {
  const texts = ["👨‍👩‍👧", "1️⃣", "🇩🇪🇫🇷", "❤️‍🔥", "👍🏽", "e\u0301", "नमस्ते", "สวัสดี", "ｶﾀｶﾅ", "한글"];
  for (const text of texts) assert.ok(textWidth(text) >= fastStringWidth(text), text);
});
