import assert from "node:assert/strict";
import {
  type Part,
  type PartState,
  STABLE_MS,
  supervise,
} from "../../../src/base/async/supervise.ts";
import { untilAborted } from "../../../src/base/async/until_aborted.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

class Lab {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly states: PartState[] = [];
  readonly stop = new AbortController();

  run(...parts: readonly Part[]): Promise<void> {
    const deps = {
      clock: this.clock,
      random: seededRandom(1),
      logger: this.logger,
      onState: (state: PartState) => void this.states.push(state),
    };
    return supervise(parts, deps, this.stop.signal);
  }
}

Deno.test("supervise() starts a part that fails again, after a pause that grows", async () => {
  const lab = new Lab();
  let runs = 0;
  const failing: Part = { name: "weak", run: () => Promise.reject(new Error(`no ${++runs}`)) };
  const done = lab.run(failing);
  const pauses: number[] = [];
  for (let n = 1; n <= 8; n++) {
    await lab.clock.untilSleeping();
    assert.equal(runs, n);
    const before = lab.clock.monotonic();
    await lab.clock.advanceToNext();
    pauses.push(lab.clock.monotonic() - before);
  }
  assert.ok(pauses[0]! <= 1_250 && pauses[7]! >= 45_000, `${pauses}`);
  lab.stop.abort();
  await done;
  assert.deepEqual(lab.states[1], { name: "weak", failures: 2, error: "no 2" });
  assert.equal(lab.logger.matching("is started again").length, 4, "told at 1, 2, 4 and 8");
});

Deno.test("supervise() takes a part that ends by itself for one that failed", async () => {
  const lab = new Lab();
  const done = lab.run({ name: "short", run: () => Promise.resolve() });
  await lab.clock.untilSleeping();
  assert.equal(lab.states[0]!.error, "It ended by itself");
  lab.stop.abort();
  await done;
});

Deno.test("supervise() tells when a part that had failed runs well, and counts anew", async () => {
  const lab = new Lab();
  let fail = Promise.withResolvers<void>();
  const part: Part = {
    name: "moody",
    run: (signal) => Promise.race([fail.promise, untilAborted(signal)]),
  };
  const done = lab.run(part);
  fail.reject(new Error("first"));
  await lab.clock.untilSleeping();
  fail = Promise.withResolvers<void>();
  await lab.clock.advanceToNext();
  await lab.clock.untilSleeping();
  await lab.clock.advance(STABLE_MS);
  assert.deepEqual(lab.states.at(-1), { name: "moody", failures: 0, error: undefined });
  fail.reject(new Error("second"));
  await lab.clock.untilSleeping();
  assert.deepEqual(lab.states.at(-1), { name: "moody", failures: 1, error: "second" });
  lab.stop.abort();
  await done;
});

Deno.test("supervise() tells at once that a part is well which says so, and counts on", async () => {
  const lab = new Lab();
  let runs = 0;
  const done = lab.run({
    name: "disk",
    run: (_signal, isWell) => {
      if (++runs > 1) isWell();
      isWell();
      return Promise.reject(new Error(`full ${runs}`));
    },
  });
  await lab.clock.untilSleeping();
  await lab.clock.advanceToNext();
  await lab.clock.untilSleeping();
  lab.stop.abort();
  await done;
  assert.deepEqual(lab.states.map(({ failures }) => failures), [1, 0, 2]);
});

Deno.test("supervise() stops all others before it throws what a vital part threw", async () => {
  const lab = new Lab();
  let isOver = false;
  const other: Part = {
    name: "other",
    run: async (signal) => {
      await untilAborted(signal);
      isOver = true;
    },
  };
  const vital: Part = {
    name: "vital",
    onFailure: "end",
    run: () => Promise.reject(new Error("gone")),
  };
  await assert.rejects(lab.run(other, vital), /gone/);
  assert.ok(isOver);
});

Deno.test("supervise() stops all when told to, and a failure on the way out is none", async () => {
  const lab = new Lab();
  const part: Part = {
    name: "loud",
    onFailure: "end",
    run: async (signal) => {
      await untilAborted(signal);
      throw new Error("on the way out");
    },
  };
  const done = lab.run(part);
  lab.stop.abort();
  await done;
  assert.deepEqual(lab.states, []);
});
