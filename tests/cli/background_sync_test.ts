import assert from "node:assert/strict";
import { tryRole } from "../../src/process/lock.ts";
import { annsWorld, rr } from "./_run.ts";

Deno.test("a sync in the background leaves it to the one that is under way", async () => {
  using world = annsWorld({ env: { RUSTORY_BACKGROUND_SYNC: "1" } });
  await rr(world, "record", "--cmd", "ls");
  const held = tryRole(`${world.home}/.rustory/history.db`, "upload", world);
  assert.ok("lock" in held);
  // There is nobody to sync with, which would be an error.
  assert.deepEqual(await rr(world, "p2p-sync", "--push"), { code: 0, out: "", err: "" });
  held.lock[Symbol.dispose]();
});
