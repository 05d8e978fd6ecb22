import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_LINES, MAX_SCORE, TopK } from "../../src/search/top_k.ts";

Deno.test("TopK keeps what sorting everything would keep (property)", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 50 }));
  fc.assert(fc.property(scores, fc.integer({ min: 1, max: 9 }), (all, size) => {
    const best = new TopK(size);
    all.forEach((score, line) => best.push(score, line));
    const sorted = all.map((score, line) => ({ score, line }))
      .sort((a, b) => b.score - a.score || a.line - b.line);
    assert.deepEqual(best.lines(), sorted.slice(0, size).map(({ line }) => line));
  }));
});

Deno.test("TopK is exact at its limits", () => {
  const best = new TopK(2);
  best.push(MAX_SCORE - 1, MAX_LINES - 1);
  best.push(MAX_SCORE - 1, MAX_LINES - 2);
  assert.deepEqual(best.lines(), [MAX_LINES - 2, MAX_LINES - 1]);
  assert.equal(best.isFullOf(MAX_SCORE - 1), true);
  assert.equal(best.isFullOf(MAX_SCORE), false);
});

Deno.test("TopK refuses a size that is no positive integer", () => {
  for (const size of [0, -1, 1.5, NaN]) assert.throws(() => new TopK(size), RangeError);
});
