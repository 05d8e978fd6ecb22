import assert from "node:assert/strict";
import {
  openPatiently,
  type OpenPatientlyDeps,
} from "../../../../src/app/daemon/history/open_patiently.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import { DaemonRuns } from "../../../../src/process/lock.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../../fakes/recording_logger.ts";
import { seededRandom } from "../../../fakes/seeded_random.ts";

function setting(): {
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly deps: OpenPatientlyDeps;
} {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  return { clock, logger, deps: { world: { clock, random: seededRandom(1) }, logger } };
}

Deno.test("a history on a full disk is opened as soon as there is room, and it is said once", async () => {
  const { clock, logger, deps } = setting();
  let tries = 0;
  const open = (): string => {
    if (++tries < 4) throw new RrError("io", "no room");
    return "open";
  };
  const opened = openPatiently(open, deps, new AbortController().signal);
  for (let n = 0; n < 30 && tries < 4; n++) await clock.advance(5_000);
  assert.equal(await opened, "open");
  assert.equal(logger.matching("Cannot begin").length, 1);
});

Deno.test("a history that another process writes is opened as soon as it lets go", async () => {
  for (const { busy, said } of [{ busy: 4, said: 0 }, { busy: 12, said: 1 }]) {
    const { clock, logger, deps } = setting();
    let tries = 0;
    const open = (): string => {
      if (++tries <= busy) throw new RrError("busy", "another process is writing to it");
      return "open";
    };
    const opened = openPatiently(open, deps, new AbortController().signal);
    for (let n = 0; n < 30 && tries <= busy; n++) await clock.advance(1_500);
    assert.equal(await opened, "open");
    assert.equal(logger.matching("Cannot begin").length, said);
  }
});

Deno.test("what does not get better by waiting is thrown at once", async () => {
  const { deps } = setting();
  for (const error of [new DaemonRuns("/h.db", undefined), new RrError("database", "damaged")]) {
    const open = (): never => {
      throw error;
    };
    await assert.rejects(openPatiently(open, deps, new AbortController().signal), error);
  }
});

Deno.test("waiting for a disk ends with the signal", async () => {
  const { clock, deps } = setting();
  const stop = new AbortController();
  const open = (): never => {
    throw new RrError("io", "no room");
  };
  const opened = openPatiently(open, deps, stop.signal);
  await clock.advance(10_000);
  stop.abort(new Error("stop"));
  assert.equal(await opened, undefined);
});
