/** What the next picker shows first is read when something was recorded, not when its key is pressed. */
import assert from "node:assert/strict";
import type { HistoryContext } from "../../../../src/app/daemon/context.ts";
import { readAhead } from "../../../../src/app/daemon/shells/read_ahead.ts";
import { silentLogger } from "../../../../src/base/log.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";

Deno.test("readAhead() reads after each change, at most once a second, until it is disposed of", async () => {
  const clock = new FakeClock();
  const looks = new Set<() => void>();
  const history = {};
  let reads = 0;
  const context = {
    deps: {
      world: { clock },
      logger: silentLogger(),
      shellPicker: {
        readAhead: (of: unknown) => {
          assert.equal(of, history);
          reads++;
          return Promise.resolve();
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
    using _ahead = readAhead(context as unknown as HistoryContext, stop.signal);
    await pass(0);
    assert.equal(reads, 0);
    changed();
    await pass(0);
    assert.equal(reads, 1);
    changed();
    changed();
    await pass(500);
    assert.equal(reads, 1, "not again so soon");
    await pass(600);
    assert.equal(reads, 2);
    await pass(60_000);
    assert.equal(reads, 2, "nothing has changed");
  }
  assert.equal(looks.size, 0);
});
