import assert from "node:assert/strict";
import fc from "fast-check";
import { uuidV7 } from "../../src/history/uuid.ts";
import { uuidV5 } from "../../src/history/uuid_v5.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

Deno.test("uuidV5() gives the ids that the original gives to imports", () => {
  const id = (...parts: string[]): string => uuidV5(["rustory:import", ...parts]);
  assert.equal(id("u1", "d1", "zsh", "1", "0", "echo 1"), "a8144457-b2f8-531a-9efe-cc7add51b4bd");
  assert.equal(
    id("u1", "d1", "zsh", "1700000000", "0", "echo hello"),
    "d032273f-c1f1-5f2d-bd0a-42e6a616175f",
  );
  assert.equal(
    id("user1", "mac", "bash", "0", "3", "ls -la"),
    "e4ecfe48-dcb8-5d98-b848-005943030543",
  );
  assert.equal(
    id("u1", "d1", "zsh", "1700000000", "5", "echo \ud55c\uae00"),
    "10fb4834-18eb-542f-9ca8-614f9757725b",
  );
});

Deno.test("uuidV7() holds the time, the version and the variant", () => {
  // RFC 9562, appendix A.6.
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  assert.equal(uuidV7(0x017f22e279b0, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

Deno.test("uuidV7() sorts by time", () => {
  const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const random = fc.uint8Array({ minLength: 10, maxLength: 16 });
  fc.assert(fc.property(ms, ms, random, random, (a, b, one, other) => {
    const [first, second] = [uuidV7(a, one), uuidV7(b, other)];
    assert.match(first, UUID);
    assert.equal(first[14], "7");
    assert.match(first[19]!, /[89ab]/);
    if (a < b) assert.ok(first < second);
  }));
});

Deno.test("uuidV7() takes times before 1970 for 1970 and drops fractions", () => {
  const random = new Uint8Array(10);
  assert.equal(uuidV7(-5, random), uuidV7(0, random));
  assert.equal(uuidV7(5.9, random), uuidV7(5, random));
});
