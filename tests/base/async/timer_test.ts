/** Timers that end with the block that made them. */
import assert from "node:assert/strict";
import {
  after,
  every,
  pause,
  pauseUntilBeat,
  timeLimit,
  untilBeat,
} from "../../../src/base/async/timer.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("pause() ends in time, or at once when its signal is aborted, without an error", async () => {
  const clock = new FakeClock();
  const over = new AbortController();
  let ended = false;
  const inTime = pause(clock, 100, new AbortController().signal).then(() => {
    ended = true;
  });
  const cutShort = pause(clock, 1_000, over.signal);
  await clock.advance(99);
  assert.equal(ended, false);
  await clock.advance(1);
  await inTime;
  over.abort(new Error("enough"));
  await cutShort;
  assert.equal(clock.sleeping, 0);
});

Deno.test("pauseUntilBeat() ends at whole beats, whenever it begins, and not twice at one", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  await clock.advance(300);
  const ends = Promise.all([
    pauseUntilBeat(clock, 500, signal),
    pauseUntilBeat(clock, 250, signal),
  ]);
  await clock.advance(200);
  await ends;
  assert.equal(clock.sleeping, 0);
  assert.equal(untilBeat(1_500, 500), 500);
  assert.equal(untilBeat(1_995, 500), 505, "a timer that came early");
});

Deno.test("pause() throws what has nothing to do with its signal", async () => {
  const clock = new FakeClock();
  clock.sleep = () => Promise.reject(new Error("no timer"));
  await assert.rejects(pause(clock, 1, new AbortController().signal), /no timer/);
});

Deno.test("after() acts once, when its time has come", async () => {
  const clock = new FakeClock();
  let acts = 0;
  using _timer = after(clock, 100, () => acts++);
  await clock.advance(99);
  assert.equal(acts, 0);
  await clock.advance(1);
  await clock.advance(1_000);
  assert.equal(acts, 1);
});

Deno.test("after() and every() do nothing more once they are disposed of, and leave no sleep behind", async () => {
  const clock = new FakeClock();
  let acts = 0;
  {
    using _one = after(clock, 100, () => acts++);
    using _many = every(clock, 100, () => acts++);
    await clock.advance(50);
  }
  await clock.advance(1_000);
  assert.equal(acts, 0);
  assert.equal(clock.sleeping, 0);
});

Deno.test("what after() or every() call and what throws is heard where they are disposed of, once", async () => {
  for (const begin of [after, every]) {
    const clock = new FakeClock();
    let acts = 0;
    const timer = begin(clock, 100, () => {
      acts++;
      throw new Error("it failed");
    });
    for (let i = 0; i < 3; i++) await clock.advance(100);
    assert.equal(acts, 1);
    assert.throws(() => timer[Symbol.dispose](), /it failed/);
    timer[Symbol.dispose]();
    assert.equal(clock.sleeping, 0);
  }
});

Deno.test("every() acts again and again", async () => {
  const clock = new FakeClock();
  let acts = 0;
  using _timer = every(clock, 100, () => acts++);
  for (let i = 0; i < 5; i++) await clock.advance(100);
  assert.equal(acts, 5);
});

Deno.test("timeLimit() ends by its time, by a signal, or by hand", async () => {
  const clock = new FakeClock();
  using byTime = timeLimit(clock, 100);
  const outer = new AbortController();
  using bySignal = timeLimit(clock, 1_000, undefined, outer.signal);
  using byHand = timeLimit(clock, 1_000);
  await clock.advance(100);
  assert.equal(byTime.signal.aborted, true);
  assert.equal(bySignal.signal.aborted, false);
  const reason = new Error("the end");
  outer.abort(reason);
  assert.equal(bySignal.signal.reason, reason);
  byHand.abort(reason);
  assert.equal(byHand.signal.reason, reason);
});
