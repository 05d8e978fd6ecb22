import type { Clock } from "../clock.ts";

/** Thrown by {@linkcode withDeadline} when the time is up. */
export class DeadlineError extends Error {
  /** The time that was allowed. */
  readonly ms: number;

  /** Creates the error; `what` completes "Cannot ...", the cause is what failed meanwhile, if it is known. */
  constructor(what: string, ms: number, cause?: unknown) {
    super(`Cannot ${what} within ${ms} ms`, cause === undefined ? {} : { cause });
    this.name = "DeadlineError";
    this.ms = ms;
  }
}

/** What has failed so far in tasks that go on. */
const delays = new WeakMap<AbortSignal, unknown>();

/**
 * Tells what has failed in a task that goes on, such as the first of three tries: if the time of the
 * task runs out, that is the cause. `signal` is the one that the task was handed.
 */
export function noteDelay(signal: AbortSignal, cause: unknown): void {
  delays.set(signal, cause);
}

/** What {@linkcode withDeadline} takes besides the time. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** Completes "Cannot ... within 500 ms". */
  readonly what: string;
  /** Ends the task early, with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `task` with a signal that is aborted after `ms`, and leaves no timer behind (a pending
 * `AbortSignal.timeout` keeps the process alive on Deno). Does not wait for a task that ignores its signal.
 *
 * @throws {DeadlineError} when the time is up; `options.signal.reason` when that is aborted
 */
export async function withDeadline<T>(
  ms: number,
  task: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  const { clock, what, signal } = options;
  signal?.throwIfAborted();
  const timer = new AbortController();
  const work = new AbortController();
  const over = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    work.abort(reason);
    over.reject(reason);
  };
  const stop = (): void => end(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  clock.sleep(ms, timer.signal).then(
    () => end(new DeadlineError(what, ms, delays.get(work.signal))),
    () => {},
  );
  try {
    return await Promise.race([task(work.signal), over.promise]);
  } finally {
    signal?.removeEventListener("abort", stop);
    timer.abort();
  }
}
