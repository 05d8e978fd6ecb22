import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { BUSY_PATIENCE_MS, retryWhileBusy } from "../../../src/base/async/retry_while_busy.ts";
import { drive } from "../../fakes/drive.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const BUSY = new RrError("busy", "the database is locked");

Deno.test("retryWhileBusy() tries again while the database is busy", async () => {
  const clock = new FakeClock();
  let calls = 0;
  const work = retryWhileBusy(() => {
    if (++calls < 5) throw BUSY;
    return calls;
  }, clock);
  assert.equal(await drive(clock, work), 5);
});

Deno.test("retryWhileBusy() gives up after a bounded time", async () => {
  const clock = new FakeClock();
  const work = retryWhileBusy(() => {
    throw BUSY;
  }, clock);
  await assert.rejects(drive(clock, work), BUSY);
  assert.ok(clock.monotonic() > BUSY_PATIENCE_MS / 2 && clock.monotonic() <= BUSY_PATIENCE_MS);
});

Deno.test("retryWhileBusy() throws other errors at once", async () => {
  const clock = new FakeClock();
  const broken = new RrError("database", "disk I/O error");
  await assert.rejects(
    retryWhileBusy(() => {
      throw broken;
    }, clock),
    broken,
  );
  assert.equal(clock.sleeping, 0);
});

Deno.test("retryWhileBusy() stops waiting when the signal is aborted", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const work = retryWhileBusy(
    () => {
      throw BUSY;
    },
    clock,
    stop.signal,
  );
  await clock.untilSleeping();
  stop.abort(new Error("bye"));
  await assert.rejects(work, /bye/);
});
