import assert from "node:assert/strict";
import fc from "fast-check";
import { toLower, toUpper } from "../../../src/search/matching/fold.ts";

const encoder = new TextEncoder();

Deno.test("toLower() and toUpper() leave letters that would become longer or shorter", () => {
  assert.equal(toLower("ÀB中"), "àb中");
  assert.equal(toUpper("àb中"), "ÀB中");
  assert.equal(toLower("İ\u212aȺ"), "İ\u212aȺ"); // to i̇, k and ⱥ: 3, 1 and 3 bytes
  assert.equal(toUpper("ß\u0131"), "ß\u0131"); // to SS and I
});

Deno.test("toLower() and toUpper() keep the length in UTF-8 (property)", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const whole = text.toWellFormed();
    const length = encoder.encode(whole).length;
    assert.equal(encoder.encode(toLower(whole)).length, length);
    assert.equal(encoder.encode(toUpper(whole)).length, length);
  }));
});
