import assert from "node:assert/strict";
import { Wake } from "../../../src/base/async/wake.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const NEVER = new AbortController().signal;

Deno.test("Wake.wait() sleeps to the end if nobody calls", async () => {
  const clock = new FakeClock();
  const waiting = new Wake(clock).wait(1000, NEVER);
  await clock.advance(1000);
  assert.equal(await waiting, false);
});

Deno.test("Wake.now() ends the sleep", async () => {
  const clock = new FakeClock();
  const wake = new Wake(clock);
  const waiting = wake.wait(1000, NEVER);
  wake.now();
  assert.equal(await waiting, true);
  assert.equal(clock.sleeping, 0);
});

Deno.test("Wake.now() before the sleep ends the next one only, however often it was called", async () => {
  const clock = new FakeClock();
  const wake = new Wake(clock);
  wake.now();
  wake.now();
  assert.equal(await wake.wait(1000, NEVER), true);
  const waiting = wake.wait(1000, NEVER);
  assert.equal(clock.sleeping, 1);
  await clock.advance(1000);
  assert.equal(await waiting, false);
});

Deno.test("Wake.wait() rejects with the signal's reason, before and during the sleep", async () => {
  const clock = new FakeClock();
  const wake = new Wake(clock);
  const stop = new AbortController();
  const waiting = wake.wait(1000, stop.signal);
  stop.abort(new Error("bye"));
  await assert.rejects(waiting, /bye/);
  await assert.rejects(wake.wait(1000, stop.signal), /bye/);
  assert.equal(clock.sleeping, 0);
});
