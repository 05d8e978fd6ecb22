/** Time as the project sees it, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the Unix epoch; follows the wall clock, which may jump. */
  now(): number;
  /** Milliseconds that only grow: for durations, deadlines and time-outs. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with `signal.reason` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: sleepFor,
  };
}

/** A longer jump of the wall clock is no sleep: it was wrong, as at a start without a battery. */
const LONGEST_SLEEP_MS = 365 * 86_400_000;

/** Milliseconds since it was made: what the machine slept counts, a clock that is set does not. */
export function stopwatch(clock: Pick<Clock, "now" | "monotonic">): () => number {
  const [wall, steady] = [clock.now(), clock.monotonic()];
  return () => {
    const awakeMs = clock.monotonic() - steady;
    const sleptMs = clock.now() - wall - awakeMs;
    return awakeMs + (sleptMs > 0 && sleptMs < LONGEST_SLEEP_MS ? sleptMs : 0);
  };
}

/**
 * A stamp that is later than the `last` one, so that nobody takes what bears it for a recording: the
 * time in whole ms. Where the last one is more than `mostAheadMs` in the future, it was made while the
 * clock was wrong, nobody believes it now, and what follows it would be believed by nobody either:
 * then the time of now.
 */
export function laterStamp(nowMs: number, last: number, mostAheadMs: number): number {
  const now = Math.floor(nowMs);
  return last - now > mostAheadMs ? now : Math.max(now, last + 1);
}

// `setTimeout` fires at once for anything above 2^31-1 ms (24.8 days).
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = Math.max(0, ms);
  let timer = setTimeout(done, Math.min(left, LONGEST_TIMER_MS));
  signal?.addEventListener("abort", stop, { once: true });
  return promise;

  function done(): void {
    left -= LONGEST_TIMER_MS;
    if (left > 0) {
      timer = setTimeout(done, Math.min(left, LONGEST_TIMER_MS));
      return;
    }
    signal?.removeEventListener("abort", stop);
    resolve();
  }
  function stop(): void {
    clearTimeout(timer);
    reject(signal?.reason);
  }
}
