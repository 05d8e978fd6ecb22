/** When rr prune has the file written anew. */
import assert from "node:assert/strict";
import { openHistory } from "../../src/store/file/open_history.ts";
import { makeEntry } from "../fakes/entries.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, rr } from "./_run.ts";

const DAY_MS = 86_400_000;

Deno.test("rr prune gives space back to the disk only where it is a quarter of the file", async () => {
  using world = annsWorld();
  const path = `${world.home}/.rustory/history.db`;
  world.files.makePrivateFolder(`${world.home}/.rustory`);
  {
    using history = openHistory(path, world);
    history.log.append(Array.from({ length: 1_000 }, (_, day) =>
      makeEntry({
        command: `${day} ${"x".repeat(2_000)}`,
        startedAtMs: world.clock.now() - (day + 1) * DAY_MS,
      })));
  }
  const whole = sizeOf(world, path);
  await rr(world, "prune", "--older-than-days", "900");
  const after = sizeOf(world, path);
  assert.ok(after.freeBytes > 0, "a tenth: it is used again");
  assert.equal(after.fileBytes, whole.fileBytes);
  await rr(world, "prune", "--older-than-days", "100");
  const end = sizeOf(world, path);
  assert.equal(end.freeBytes, 0);
  assert.ok(end.fileBytes < whole.fileBytes / 2, `${end.fileBytes} of ${whole.fileBytes} bytes`);
});

function sizeOf(world: FakeWorld, path: string): { fileBytes: number; freeBytes: number } {
  using history = openHistory(path, world);
  return history.maintenance.size();
}
