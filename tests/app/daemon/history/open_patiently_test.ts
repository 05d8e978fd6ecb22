import assert from "node:assert/strict";
import {
  openPatiently,
  type OpenPatientlyDeps,
} from "../../../../src/app/daemon/history/open_patiently.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
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

Deno.test("what does not get better by waiting is thrown at once", async () => {
  const { deps } = setting();
  const open = (): never => {
    throw new RrError("busy", "another daemon");
  };
  await assert.rejects(openPatiently(open, deps, new AbortController().signal), /another daemon/);
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
