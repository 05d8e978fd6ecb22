/** Timers on the clock that end with the block that made them. */
import type { Clock } from "../clock.ts";
import { type LinkedController, linkedController } from "./linked_signal.ts";

/**
 * Waits `ms`, or until the signal is aborted: no error here, as the loops that pause ask for it themselves.
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

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

/** A controller that is also aborted by other signals, and when `ms` have passed. */
export function timeLimit(
  clock: Clock,
  ms: number,
  ...signals: readonly (AbortSignal | undefined)[]
): LinkedController {
  const limit = linkedController(...signals);
  const timer = after(clock, ms, () => limit.abort(new Error(`${ms} ms are over`)));
  return {
    signal: limit.signal,
    abort: limit.abort,
    [Symbol.dispose](): void {
      timer[Symbol.dispose]();
      limit[Symbol.dispose]();
    },
  };
}

/**
 * Waits for `work`, but not beyond `until` of the monotonic clock; what it comes to is not asked for then.
 *
 * @throws what `work` rejects with in time; `signal.reason` once the signal is aborted
 */
export async function waitUntil(
  clock: Clock,
  until: number,
  work: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  if (until === Infinity) {
    await work;
    return;
  }
  using timer = linkedController(signal);
  const over = pause(clock, Math.max(0, until - clock.monotonic()), timer.signal);
  work.catch(() => {}); // where it comes too late
  try {
    await Promise.race([work, over]);
    signal.throwIfAborted();
  } finally {
    timer.abort();
  }
}
