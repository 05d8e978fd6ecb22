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
