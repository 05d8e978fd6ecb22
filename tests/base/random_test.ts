import assert from "node:assert/strict";
import { systemRandom } from "../../src/base/random.ts";

Deno.test("systemRandom() gives bytes that differ and numbers below 1", () => {
  const random = systemRandom();
  assert.equal(random.bytes(0).length, 0);
  assert.notDeepEqual(random.bytes(32), random.bytes(32));
  for (let i = 0; i < 1000; i++) {
    const unit = random.unit();
    assert.ok(unit >= 0 && unit < 1);
  }
});
