import assert from "node:assert/strict";
import { laterStamp, stopwatch, systemClock } from "../../src/base/clock.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("systemClock() tells the time twice, the second one never goes back", () => {
  const clock = systemClock();
  const [wall, first, second] = [clock.now(), clock.monotonic(), clock.monotonic()];
  assert.ok(Math.abs(wall - Date.now()) < 60_000);
  assert.ok(second >= first);
});

Deno.test("sleep() ends by itself", async () => {
  await systemClock().sleep(1);
  await systemClock().sleep(-5);
});

Deno.test("sleep() rejects with the signal's reason, before and during the sleep", async () => {
  const clock = systemClock();
  const reason = new Error("bye");
  await assert.rejects(clock.sleep(1, AbortSignal.abort(reason)), reason);
  const stop = new AbortController();
  // Longer than a timer can be: it must neither fire at once nor keep the process alive.
  const sleeping = clock.sleep(2 ** 40, stop.signal);
  stop.abort(reason);
  await assert.rejects(sleeping, reason);
});

Deno.test("sleep() lasts as long as it is told, though a timer cannot", async () => {
  const timers: { readonly done: () => void; readonly ms: number }[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((done: () => void, ms: number) => timers.push({ done, ms })) as never;
  try {
    const days = 365 * 86_400_000;
    let woke = false;
    const sleeping = systemClock().sleep(days).then(() => void (woke = true));
    let slept = 0;
    for (let timer = timers.pop(); timer !== undefined; timer = timers.pop()) {
      await Promise.resolve();
      assert.equal(woke, false);
      slept += timer.ms;
      timer.done();
    }
    await sleeping;
    assert.equal(slept, days);
  } finally {
    globalThis.setTimeout = real;
  }
});

Deno.test("laterStamp() never goes back, but where the clock was far ahead", () => {
  assert.equal(laterStamp(1_000.7, 0, 100), 1_000);
  assert.equal(laterStamp(1_000, 1_000, 100), 1_001);
  assert.equal(laterStamp(1_000, 1_100, 100), 1_101);
  assert.equal(laterStamp(1_000, 1_101, 100), 1_000);
  assert.equal(laterStamp(1_000, 5, Infinity), 1_000);
});

Deno.test("stopwatch() counts a sleep of the machine, and not a clock that is set right", async () => {
  const clock = new FakeClock();
  const elapsedMs = stopwatch(clock);
  await clock.advance(1_000);
  assert.equal(elapsedMs(), 1_000);
  clock.jumpTo(clock.now() + 60_000);
  assert.equal(elapsedMs(), 61_000);
  clock.jumpTo(0);
  assert.equal(elapsedMs(), 1_000);
  clock.jumpTo(56 * 365 * 86_400_000 + 1_700_000_000_000);
  assert.equal(elapsedMs(), 1_000);
});
