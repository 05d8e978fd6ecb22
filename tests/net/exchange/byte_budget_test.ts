import assert from "node:assert/strict";
import { ByteBudget } from "../../../src/net/exchange/byte_budget.ts";

Deno.test("ByteBudget gives out what it has, and takes back what a share held", () => {
  const budget = new ByteBudget(100);
  for (let round = 0; round < 3; round++) {
    using first = budget.share();
    using second = budget.share();
    first.add(60);
    second.add(40);
    assert.throws(() => second.add(1), /101 > 100 bytes/);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    first.add(40);
    assert.throws(() => second.add(1), /101 > 100 bytes/);
  }
});
