/** What rr prune does where the clock shows what nothing else speaks for. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { loadSettings } from "../../src/config/load.ts";
import { makeEntry } from "../fakes/entries.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, entriesOf, rr } from "./_run.ts";

const DAY_MS = 86_400_000;
const OLD = ["prune", "--older-than-days", "30"];

/** Records one command a day, the newest two hours ago. */
function recordDaily(world: FakeWorld, days: number): void {
  const deviceId = loadSettings(world).deviceId as DeviceId;
  using history = openHistory(`${world.home}/.rustory/history.db`, world);
  history.log.append(
    Array.from(
      { length: days },
      (_, day) =>
        makeEntry({ deviceId, startedAtMs: world.clock.now() - day * DAY_MS - 7_200_000 }),
    ),
  );
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

Deno.test("rr prune removes nothing under a clock that is years ahead, unless it is told to", async () => {
  using world = annsWorld();
  recordDaily(world, 10);
  const newest = dayOf(world.clock.now() - 7_200_000);
  world.clock.jumpTo(world.clock.now() + 14 * 365 * DAY_MS);
  const shown = dayOf(world.clock.now());

  const refused = await rr(world, ...OLD);
  assert.equal(refused.code, 1);
  assert.equal(refused.out, "");
  for (const part of [shown, newest, "--trust-clock"]) assert.ok(refused.err.includes(part), part);
  assert.equal(entriesOf(world).length, 10);

  const dry = await rr(world, ...OLD, "--dry-run");
  assert.equal(dry.code, 0);
  assert.match(dry.out, /matched=10 deleted=0/);
  for (const part of ["warn: ", shown, newest, "--trust-clock"]) assert.ok(dry.err.includes(part));

  const told = await rr(world, ...OLD, "--trust-clock");
  assert.match(told.out, /^prune: older_than_days=30 .* matched=10 deleted=10\n$/);
  assert.equal(told.err, "");
  assert.deepEqual(entriesOf(world), []);
});

Deno.test("rr prune takes a clock for right that entries of this device speak for, whenever it was last asked", async () => {
  using world = annsWorld();
  recordDaily(world, 40);
  {
    using history = openHistory(`${world.home}/.rustory/history.db`, world);
    const { deviceId } = loadSettings(world);
    history.removal.believeTime(deviceId as DeviceId, 86_400); // by an automatic prune, years ago
  }
  world.clock.jumpTo(world.clock.now() + 3 * 365 * DAY_MS);
  recordDaily(world, 20);
  const { code, out, err } = await rr(world, ...OLD);
  assert.equal(code, 0, err);
  assert.match(out, /matched=40 deleted=40/);
  assert.equal(err, "");
});

Deno.test("rr prune goes by a clock that is behind, and by any where there is no entry", async () => {
  using world = annsWorld();
  await rr(world, "record", "--cmd", "ls");
  world.clock.jumpTo(world.clock.now() - 14 * 365 * DAY_MS);
  assert.match((await rr(world, ...OLD)).out, /matched=0 deleted=0/);
  using empty = annsWorld();
  assert.match((await rr(empty, ...OLD)).out, /matched=0 deleted=0/);
});
