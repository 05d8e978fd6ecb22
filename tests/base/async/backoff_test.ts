import assert from "node:assert/strict";
import { Backoff } from "../../../src/base/async/backoff.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const POLICY = { baseMs: 100, capMs: 300 };
const MIDDLE = { unit: () => 0.5, bytes: () => new Uint8Array() };

Deno.test("Backoff waits longer after each failure, up to the cap, and not at all once forgiven", async () => {
  const clock = new FakeClock();
  const backoff = new Backoff({ clock, random: MIDDLE });
  assert.deepEqual([backoff.failures, backoff.remainingMs], [0, 0]);
  for (const pause of [100, 200, 300, 300]) {
    backoff.failed(POLICY);
    assert.equal(backoff.remainingMs, pause);
    await clock.advance(pause - 1);
    assert.equal(backoff.remainingMs, 1);
    await clock.advance(1);
    assert.equal(backoff.remainingMs, 0);
  }
  assert.equal(backoff.failures, 4);
  backoff.failed(POLICY);
  backoff.forgive();
  assert.deepEqual([backoff.failures, backoff.remainingMs], [0, 0]);
  backoff.failed(POLICY);
  assert.equal(backoff.remainingMs, 100);
});
