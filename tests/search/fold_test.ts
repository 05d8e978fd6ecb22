import assert from "node:assert/strict";
import fc from "fast-check";
import { foldBytes, foldText } from "../../src/search/fold.ts";

const encoder = new TextEncoder();

Deno.test("foldText() keeps letters whose lower case has another length", () => {
  assert.equal(foldText("ÀB中"), "àb中");
  assert.equal(foldText("İ\u212aȺ"), "İ\u212aȺ"); // to i̇, k and ⱥ: 3, 1 and 3 bytes
});

Deno.test("foldText() keeps the length in UTF-8 (property)", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const whole = text.toWellFormed();
    assert.equal(encoder.encode(foldText(whole)).length, encoder.encode(whole).length);
  }));
});

Deno.test("foldBytes() folds in place what is no UTF-8, too", () => {
  const bytes = Uint8Array.of(0x41, 0xff, 0x42);
  const low = new Uint8Array(3);
  foldBytes(low, bytes, 0, 3);
  assert.deepEqual([...low], [0x61, 0xff, 0x62]);
});
