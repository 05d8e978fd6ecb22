import assert from "node:assert/strict";
import { importEntryId } from "../../src/import/import_id.ts";

const VECTORS = [
  ["u1", "d1", "zsh", 1, 0, "echo 1", "a8144457-b2f8-531a-9efe-cc7add51b4bd"],
  ["u1", "d1", "zsh", 1700000000, 0, "echo hello", "d032273f-c1f1-5f2d-bd0a-42e6a616175f"],
  ["user1", "mac", "bash", 0, 3, "ls -la", "e4ecfe48-dcb8-5d98-b848-005943030543"],
  ["u1", "d1", "zsh", 1700000000, 5, "echo 한글", "10fb4834-18eb-542f-9ca8-614f9757725b"],
] as const;

for (const [userId, deviceId, shell, unixSeconds, index, command, id] of VECTORS) {
  Deno.test(`importEntryId() of ${command} is the original's`, () => {
    const name = { userId, deviceId, shell, unixSeconds, index, command };
    assert.equal(importEntryId(name), id);
  });
}
