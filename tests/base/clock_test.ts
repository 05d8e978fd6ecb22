import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";

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
