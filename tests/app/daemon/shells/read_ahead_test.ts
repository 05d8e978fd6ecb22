/** What the next picker shows first is read soon after the start and when something was recorded. */
import assert from "node:assert/strict";
import type { HistoryContext } from "../../../../src/app/daemon/context.ts";
import { readAhead } from "../../../../src/app/daemon/shells/read_ahead.ts";
import { silentLogger } from "../../../../src/base/log.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";

Deno.test("readAhead() warms up once, then reads after each change, at most once a second, until it is disposed of", async () => {
  const clock = new FakeClock();
  const looks = new Set<() => void>();
  let unindexed = 0;
  const history = { index: { left: () => unindexed } };
  let reads = 0;
  let warmedUp = 0;
  let asked = 0;
  const askOurselves = (): Promise<unknown> => {
    assert.equal(warmedUp, 1, "behind the rest");
    asked++;
    return Promise.reject(new Error("Nobody answers"));
  };
  const context = {
    deps: {
      world: { clock },
      logger: silentLogger(),
      shellPicker: {
        warmUp: (of: unknown) => {
          assert.equal(of, history);
          warmedUp++;
          return Promise.resolve();
        },
        readAhead: (of: unknown) => {
          assert.equal(of, history);
          reads++;
          return reads === 2
            ? Promise.reject(new Error("The config is half written"))
            : Promise.resolve();
        },
      },
    },
    history,
    onChange: (look: () => void) => {
      looks.add(look);
      return { [Symbol.dispose]: () => void looks.delete(look) };
    },
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const changed = (): void => looks.forEach((look) => look());
  const stop = new AbortController();
  {
    using _ahead = readAhead(context as unknown as HistoryContext, askOurselves, stop.signal);
    await pass(0);
    assert.equal(warmedUp, 0, "the start comes first");
    await pass(1_000);
    assert.deepEqual([warmedUp, asked, reads], [1, 1, 0]);
    changed();
    await pass(0);
    assert.equal(reads, 1);
    changed();
    changed();
    await pass(500);
    assert.equal(reads, 1, "not again so soon");
    await pass(600);
    assert.equal(reads, 2);
    changed();
    await pass(1_000);
    assert.equal(reads, 3, "again, although it failed once");
    await pass(60_000);
    assert.equal(reads, 3, "nothing has changed");
    unindexed = 100;
    changed();
    await pass(5_000);
    assert.equal(reads, 3, "a sync is indexed first");
    unindexed = 1;
    await pass(1_000);
    assert.equal(reads, 4);
    assert.deepEqual([warmedUp, asked], [1, 1]);
  }
  assert.equal(looks.size, 0);
});
