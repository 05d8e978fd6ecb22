import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import type { FakeClock } from "./fake_clock.ts";

/**
 * Waits for `work` and winds the clock whenever nothing else goes on, always just as far as the next
 * sleep that ends: hours of pauses and time-outs pass at once, in their order.
 */
export async function drive<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let settled = false;
  const done = work.finally(() => settled = true);
  done.catch(() => {});
  for (let idle = 0; !settled;) {
    // Two turns of the loop: what waits for one turn has had it by then.
    await yieldToLoop();
    await yieldToLoop();
    if (settled) break;
    idle = await clock.advanceToNext() ? 0 : idle + 1;
    if (idle > 1000) throw new Error("Nothing sleeps and nothing happens: the work hangs");
  }
  return await done;
}
