import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyColumns } from "../../../src/store/index/columns.ts";
import { inOrder } from "../../../src/store/index/recent_runs.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("inOrder() sorts by time, and by the log within one time, what is minutes out of order (property)", () => {
  const time = fc.oneof(
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_050 }),
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_400_000 }),
    fc.integer({ min: -377_705_116_800_000, max: 253_402_300_799_999 }),
  );
  fc.assert(fc.property(fc.array(time, { maxLength: 60 }), (times) => {
    const runs = emptyColumns(times.length);
    times.forEach((ms, i) => {
      runs.startedAtMs[i] = ms;
      runs.seqs[i] = (i * 37) % 101; // of each number one, in no order
      runs.commands[i] = i;
    });
    const sorted = inOrder(runs, Infinity);
    const expected = times.map((_, i) => i)
      .sort((a, b) => times[a]! - times[b]! || runs.seqs[a]! - runs.seqs[b]!);
    const isSorted = times.every((ms, i) => Math.max(ms, ...times.slice(0, i)) - ms <= 300_000);
    assert.deepEqual([...sorted.commands], isSorted ? times.map((_, i) => i) : expected);
    assert.deepEqual([...sorted.seqs], [...sorted.commands].map((i) => runs.seqs[i]!));
    assert.deepEqual([...sorted.startedAtMs], [...sorted.commands].map((i) => times[i]!));
  }));
});

Deno.test("what a clock that was ahead had dated is where the log has it, until that time has come", () => {
  const HOUR = 3_600_000;
  const nowMs = 1_700_000_000_000;
  const clock = new FakeClock(nowMs);
  using history = openHistory(":memory:", { files: denoFiles(), clock });
  const append = (command: string, startedAtMs: number): void =>
    void history.log.append([makeEntry({ command, startedAtMs })]);
  append("first", nowMs - 5 * HOUR);
  append("ahead", nowMs + 2 * HOUR);
  append("far ahead", nowMs + 9_000 * HOUR);
  append("late", nowMs - 6 * HOUR); // of a device that was away
  append("last", nowMs - HOUR);
  append("a minute ahead", nowMs + 60_000); // as clocks are
  append("now", nowMs);
  const ranked = (): number[] => {
    let seqs: number[] = [];
    history.search.rankedCommands({}, ({ runs }) => {
      seqs = [...runs.seqs];
      return [];
    }).next();
    return seqs;
  };
  assert.deepEqual(ranked(), [4, 1, 2, 3, 5, 7, 6]);
  while (history.index.catchUp() > 0);
  assert.deepEqual(ranked(), [4, 1, 2, 3, 5, 7, 6]);
  void clock.advance(3 * HOUR);
  assert.deepEqual(ranked(), [4, 1, 5, 7, 6, 2, 3]); // only the other one is still to come
});

Deno.test("a ranking is handed just as many of the newest runs as are asked for, indexed or not", () => {
  using history = openHistory(":memory:", { files: denoFiles(), clock: new FakeClock() });
  const append = (from: number, to: number): void => {
    history.log.append(
      Array.from(
        { length: to - from },
        (_, i) =>
          makeEntry({
            command: `c ${from + i}`,
            startedAtMs: 1_700_000_000_000 + (from + i) * 1000,
          }),
      ),
    );
  };
  append(0, 4_700);
  while (history.index.catchUp() > 0);
  append(4_700, 4_750);
  for (const most of [1, 50, 60, 700, 4_750, 9_000]) {
    let newest: readonly number[] = [];
    const rank = ({ runs }: { readonly runs: { readonly seqs: Float64Array } }): number[] => {
      newest = [...runs.seqs];
      return [];
    };
    history.search.rankedCommands({}, rank, most).next();
    const count = Math.min(most, 4_750);
    assert.deepEqual(newest, Array.from({ length: count }, (_, i) => 4_751 - count + i));
  }
});
