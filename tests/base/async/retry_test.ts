import assert from "node:assert/strict";
import { backoffMs, retry } from "../../../src/base/async/retry.ts";
import { withDeadline } from "../../../src/base/async/deadline.ts";
import { drive } from "../../fakes/drive.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

const POLICY = { attempts: 3, baseMs: 100, capMs: 1000 };
const MIDDLE = { unit: () => 0.5, bytes: () => new Uint8Array() };

Deno.test("backoffMs() doubles, stops at the cap, and spreads by a quarter", () => {
  const pauses = [1, 2, 3, 4, 5, 1000].map((n) => backoffMs(n, POLICY, MIDDLE));
  assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000]);
  assert.equal(backoffMs(1, POLICY, { ...MIDDLE, unit: () => 0 }), 75);
  assert.equal(backoffMs(1, POLICY, { ...MIDDLE, unit: () => 0.9999 }), 125);
});

Deno.test("retry() tries as often as allowed, pausing in between, and throws the last error", async () => {
  const clock = new FakeClock();
  const tries: number[] = [];
  const work = retry(
    (attempt) => {
      tries.push(attempt);
      return Promise.reject(new Error(`try ${attempt}`));
    },
    POLICY,
    { clock, random: MIDDLE },
  );
  await assert.rejects(drive(clock, work), /try 2/);
  assert.deepEqual(tries, [0, 1, 2]);
  assert.equal(clock.monotonic(), 300);
});

Deno.test("retry() gives the first success back", async () => {
  const clock = new FakeClock();
  const work = retry(
    (attempt) => attempt === 1 ? Promise.resolve("good") : Promise.reject(new Error("bad")),
    POLICY,
    { clock, random: seededRandom() },
  );
  assert.equal(await drive(clock, work), "good");
});

Deno.test("retry() leaves errors alone that are not worth another try", async () => {
  const clock = new FakeClock();
  let tries = 0;
  const work = retry(
    () => {
      tries++;
      return Promise.reject(new Error("final"));
    },
    POLICY,
    { clock, random: MIDDLE },
    { isRetryable: (error) => !String(error).includes("final") },
  );
  await assert.rejects(work, /final/);
  assert.equal(tries, 1);
});

Deno.test("retry() stops pausing when the signal is aborted", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const work = retry(
    () => Promise.reject(new Error("bad")),
    POLICY,
    { clock, random: MIDDLE },
    { signal: stop.signal },
  );
  await clock.untilSleeping();
  stop.abort(new Error("bye"));
  await assert.rejects(work, /bye/);
  const late = retry(() => assert.fail("must not run"), POLICY, { clock, random: MIDDLE }, {
    signal: stop.signal,
  });
  await assert.rejects(late, /bye/);
});

Deno.test("retry() leaves what failed last for whoever has no time for another try", async () => {
  const clock = new FakeClock();
  const broken = new Error("no such name");
  const waiting = withDeadline(
    1_000,
    (signal) =>
      retry(
        (attempt) => attempt === 0 ? Promise.reject(broken) : new Promise<never>(() => {}),
        POLICY,
        { clock, random: MIDDLE },
        { signal },
      ),
    { clock, what: "get the peers" },
  );
  await assert.rejects(drive(clock, waiting), (error: Error) => error.cause === broken);
});
