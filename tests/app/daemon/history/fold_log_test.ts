import assert from "node:assert/strict";
import { foldLog } from "../../../../src/app/daemon/history/fold_log.ts";
import type { HistoryContext } from "../../../../src/app/daemon/context.ts";
import { type PartState, supervise } from "../../../../src/base/async/supervise.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../../fakes/recording_logger.ts";
import { seededRandom } from "../../../fakes/seeded_random.ts";

Deno.test("foldLog() is well as soon as the disk has room again", async () => {
  const clock = new FakeClock();
  const states: PartState[] = [];
  let isFull = true;
  const context = {
    deps: { world: { clock, files: { stat: () => ({ size: 4_096 }) } } },
    history: {
      path: "/h.db",
      maintenance: {
        checkpoint: () => {
          if (isFull) throw new RrError("io", "database or disk is full");
        },
      },
    },
    guard: { check: () => {}, accept: () => {} },
    onChange: () => ({ [Symbol.dispose]: () => {} }),
  } as unknown as HistoryContext;
  const stop = new AbortController();
  const done = supervise(
    [{ name: "write-ahead log", run: (signal, isWell) => foldLog(context, signal, isWell) }],
    {
      clock,
      random: seededRandom(1),
      logger: new RecordingLogger(),
      onState: (state) => void states.push(state),
    },
    stop.signal,
  );
  await clock.untilSleeping();
  isFull = false;
  await clock.advanceToNext();
  await clock.untilSleeping();
  stop.abort();
  await done;
  assert.deepEqual(states.map(({ error }) => error), ["database or disk is full", undefined]);
});
