/** Timers on the clock that end with the block that made them. */
import type { Clock } from "../clock.ts";

/** Calls `act` when `ms` have passed, unless it is disposed of before. */
export function after(clock: Clock, ms: number, act: () => void): Disposable {
  const over = new AbortController();
  clock.sleep(ms, over.signal).then(() => over.signal.aborted || act(), () => {});
  return { [Symbol.dispose]: () => over.abort() };
}

/** Calls `act` again and again, with `ms` between, until it is disposed of. */
export function every(clock: Clock, ms: number, act: () => void): Disposable {
  const over = new AbortController();
  const turn = (): void => {
    clock.sleep(ms, over.signal).then(() => {
      if (over.signal.aborted) return;
      act();
      turn();
    }, () => {});
  };
  turn();
  return { [Symbol.dispose]: () => over.abort() };
}
