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

/** A timer that comes a little early must not come twice. */
const EARLY_MS = 10;

/**
 * Waits for the next moment at which the monotonic clock has run a whole number of `everyMs`, or until
 * the signal is aborted. Loops that wait so wake the machine together, and not one after the other.
 */
export function pauseUntilBeat(
  clock: Clock,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  return pause(clock, untilBeat(clock.monotonic(), everyMs), signal);
}

/** Milliseconds until the next whole number of `everyMs`. */
export function untilBeat(now: number, everyMs: number): number {
  const left = everyMs - now % everyMs;
  return left < EARLY_MS ? left + everyMs : left;
}

/**
 * Calls `act` when `ms` have passed, unless it is disposed of before.
 *
 * What `act` throws is thrown by the disposal, where somebody hears it.
 */
export function after(clock: Clock, ms: number, act: () => void): Disposable {
  return untilDisposed(async (signal) => {
    await pause(clock, ms, signal);
    if (!signal.aborted) act();
  });
}

/**
 * Calls `act` again and again, with `ms` between, until it is disposed of.
 *
 * An `act` that throws is not called again, and what it threw is thrown by the disposal.
 */
export function every(clock: Clock, ms: number, act: () => void): Disposable {
  return untilDisposed(async (signal) => {
    for (;;) {
      await pause(clock, ms, signal);
      if (signal.aborted) return;
      act();
    }
  });
}

/** Starts `work`, and ends it when it is disposed of; that throws, once, what the work has failed with. */
function untilDisposed(work: (signal: AbortSignal) => Promise<void>): Disposable {
  const over = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  work(over.signal).catch((error) => failure = { error });
  return {
    [Symbol.dispose](): void {
      over.abort();
      const failed = failure;
      failure = undefined;
      if (failed !== undefined) throw failed.error;
    },
  };
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
