import assert from "node:assert/strict";
import { isSameSecret } from "../../src/base/bytes.ts";

Deno.test("isSameSecret() compares every byte, and the length", () => {
  const secret = Uint8Array.of(1, 2, 3, 4);
  assert.equal(isSameSecret(secret, Uint8Array.from(secret)), true);
  for (const at of secret.keys()) {
    const other = Uint8Array.from(secret);
    other[at]! ^= 1;
    assert.equal(isSameSecret(secret, other), false, `byte ${at}`);
  }
  assert.equal(isSameSecret(secret, secret.subarray(1)), false);
  assert.equal(isSameSecret(secret, secret.subarray(0, 3)), false);
  assert.equal(isSameSecret(secret.subarray(0, 3), secret), false);
  assert.equal(isSameSecret(secret, Uint8Array.of(1, 2, 3, 4, 0)), false);
});
