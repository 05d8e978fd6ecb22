import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { dutyState, takeTurn } from "../../../src/app/background/turn.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

Deno.test("takeTurn() acts when the interval is over, and notes when", async () => {
  using world = new FakeWorld();
  const duty = { markerPath: `${world.home}/a/marker`, intervalSec: 10 };
  let count = 0;
  const act = (): void => void count++;
  assert.equal(await takeTurn(world, duty, act), true);
  assert.deepEqual(dutyState(world, duty), {
    lastUnix: world.clock.now() / 1000,
    nextDueInSec: 10,
  });
  await world.clock.advance(9_000);
  assert.equal(await takeTurn(world, duty, act), false);
  assert.equal(dutyState(world, duty).nextDueInSec, 1);
  await world.clock.advance(1_000);
  assert.equal(await takeTurn(world, duty, act), true);
  assert.equal(count, 2);
  assert.deepEqual(world.files.list(`${world.home}/a`), ["marker"]);
});

Deno.test("takeTurn() lets one of many act", async () => {
  using world = new FakeWorld();
  world.clock.jumpTo(Date.now());
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = takeTurn(world, duty, () => promise);
  const others = await Promise.all([1, 2, 3].map(() => takeTurn(world, duty, () => {})));
  assert.deepEqual(others, [false, false, false]);
  resolve();
  assert.equal(await first, true);
});

Deno.test("takeTurn() takes over from a process that died at it, but not from one at work", async () => {
  const now = Date.now();
  using world = new FakeWorld();
  world.clock.jumpTo(now);
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  world.files.createPrivate(`${world.home}/marker.lock`, "");
  assert.equal(await takeTurn(world, duty, () => {}), false);
  world.clock.jumpTo(now + 11 * 60_000);
  assert.equal(await takeTurn(world, duty, () => {}), true);
  // It died while its clock was a year ahead: nobody waits that year.
  const other = { markerPath: `${world.home}/other`, intervalSec: 10 };
  world.files.createPrivate(`${world.home}/other.lock`, "");
  world.clock.jumpTo(now - 365 * 86_400_000);
  assert.equal(await takeTurn(world, other, () => {}), true);
});

Deno.test("takeTurn() does not note what failed", async () => {
  using world = new FakeWorld();
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  const failing = takeTurn(world, duty, () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.equal(dutyState(world, duty).lastUnix, undefined);
  assert.equal(await takeTurn(world, duty, () => {}), true);
});

Deno.test("takeTurn(): a marker in the future waits one interval at most", async () => {
  using world = new FakeWorld();
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  Deno.writeTextFileSync(duty.markerPath, String(world.clock.now() / 1000 + 1_000_000));
  assert.equal(dutyState(world, duty).nextDueInSec, 10);
  assert.equal(await takeTurn(world, duty, () => {}), false);
  await world.clock.advance(10_000);
  assert.equal(await takeTurn(world, duty, () => {}), true);
});

Deno.test("dutyState() takes a blank marker for none and refuses nonsense", () => {
  using world = new FakeWorld();
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  Deno.writeTextFileSync(duty.markerPath, " \n");
  assert.deepEqual(dutyState(world, duty), { lastUnix: undefined, nextDueInSec: 0 });
  Deno.writeTextFileSync(duty.markerPath, "12x");
  assert.throws(() => dutyState(world, duty), (error) => error instanceof RrError);
});

Deno.test("takeTurn() looks again once it has the lock: another may just have done the duty", async () => {
  using world = new FakeWorld();
  const duty = { markerPath: `${world.home}/marker`, intervalSec: 10 };
  const { files } = world;
  const slow = {
    clock: world.clock,
    // Another process does the duty between the first look and the lock.
    files: Object.assign(Object.create(files) as typeof files, {
      createPrivate: (path: string, content: string): boolean => {
        files.replacePrivate(duty.markerPath, `${Math.floor(world.clock.now() / 1000)}\n`);
        return files.createPrivate(path, content);
      },
    }),
  };
  let count = 0;
  assert.equal(await takeTurn(slow, duty, () => void count++), false);
  assert.equal(count, 0);
});
