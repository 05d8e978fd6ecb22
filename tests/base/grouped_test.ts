import assert from "node:assert/strict";
import { counted, grouped } from "../../src/base/grouped.ts";

Deno.test("grouped() puts a comma between thousands", () => {
  const texts = [0, 999, 1_000, 12_345, 1_234_567].map(grouped);
  assert.deepEqual(texts, ["0", "999", "1,000", "12,345", "1,234,567"]);
});

Deno.test("counted() says one thing in the singular, and any other number in the plural", () => {
  assert.equal(counted(0, "run"), "0 runs");
  assert.equal(counted(1, "run"), "1 run");
  assert.equal(counted(1_200, "run"), "1,200 runs");
  assert.equal(counted(1, "entry", "entries"), "1 entry");
  assert.equal(counted(2, "entry", "entries"), "2 entries");
});
