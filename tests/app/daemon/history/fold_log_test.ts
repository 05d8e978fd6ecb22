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

Deno.test("foldLog() looks for the log beside the file that a link leads to", async () => {
  const clock = new FakeClock();
  let folds = 0;
  const stop = new AbortController();
  const context = {
    deps: {
      world: {
        clock,
        files: { stat: (path: string) => path === "/real.db-wal" ? { size: 9 } : undefined },
      },
    },
    history: {
      path: "/link.db",
      realPath: "/real.db",
      maintenance: { checkpoint: () => void folds++ },
    },
    guard: { check: () => {}, accept: () => {} },
    onChange: () => ({ [Symbol.dispose]: () => {} }),
  } as unknown as HistoryContext;
  const done = assert.rejects(foldLog(context, stop.signal, () => {}));
  await clock.untilSleeping();
  stop.abort();
  await done;
  assert.equal(folds, 1);
});
