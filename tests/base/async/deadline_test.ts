import assert from "node:assert/strict";
import { DeadlineError, noteDelay, withDeadline } from "../../../src/base/async/deadline.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const what = "get an answer";

Deno.test("withDeadline() gives the result of the task and leaves no timer", async () => {
  const clock = new FakeClock();
  const result = await withDeadline(100, () => Promise.resolve(7), { clock, what });
  assert.equal(result, 7);
  assert.equal(clock.sleeping, 0);
});

Deno.test("withDeadline() throws what the task throws", async () => {
  const clock = new FakeClock();
  const broken = new Error("broken");
  await assert.rejects(
    withDeadline(100, () => Promise.reject(broken), { clock, what }),
    broken,
  );
  assert.equal(clock.sleeping, 0);
});

Deno.test("withDeadline() aborts the task when the time is up, even one that does not listen", async () => {
  const clock = new FakeClock();
  let seen: AbortSignal | undefined;
  const waiting = withDeadline(
    100,
    (signal) => {
      seen = signal;
      return new Promise(() => {});
    },
    { clock, what },
  );
  const rejected = assert.rejects(waiting, (error) => {
    assert.ok(error instanceof DeadlineError);
    assert.equal(error.message, "Cannot get an answer within 100 ms");
    return true;
  });
  await clock.advance(99);
  assert.equal(seen?.aborted, false);
  await clock.advance(1);
  await rejected;
  assert.ok(seen?.reason instanceof DeadlineError);
});

Deno.test("withDeadline() rejects with the signal's reason, before and during the task", async () => {
  const clock = new FakeClock();
  const reason = new Error("bye");
  const never = (): Promise<never> => new Promise(() => {});
  const before = withDeadline(100, never, { clock, what, signal: AbortSignal.abort(reason) });
  await assert.rejects(before, reason);
  const stop = new AbortController();
  const during = withDeadline(100, never, { clock, what, signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(during, reason);
  assert.equal(clock.sleeping, 0);
});

Deno.test("withDeadline() tells what the task had failed at before, if its time runs out", async () => {
  const clock = new FakeClock();
  const broken = new Error("no such name");
  const waiting = withDeadline(
    100,
    (signal) => {
      noteDelay(signal, broken);
      return new Promise<never>(() => {});
    },
    { clock, what },
  );
  const refused = assert.rejects(waiting, (error: DeadlineError) => error.cause === broken);
  await clock.advance(100);
  await refused;
});
