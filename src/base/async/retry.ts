import { noteDelay } from "./deadline.ts";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/** How long to pause between tries. */
export interface BackoffPolicy {
  /** Pause after the first failure; doubles with each further one. */
  readonly baseMs: number;
  /** Longest pause. */
  readonly capMs: number;
}

/** How often to try and how long to pause in between. */
export interface RetryPolicy extends BackoffPolicy {
  /** Tries in all, at least 1. */
  readonly attempts: number;
}

/** What {@linkcode retry} needs of the world. */
export interface RetryDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** What {@linkcode retry} takes besides. */
export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the error is worth another try. @default {every error is} */
  readonly isRetryable?: (error: unknown) => boolean;
}

/**
 * Pause after `failures` failures in a row (1 or more): doubling, capped, spread by ±25 % so that
 * several devices that failed together do not come back together.
 */
export function backoffMs(failures: number, policy: BackoffPolicy, random: Random): number {
  const doubled = policy.baseMs * 2 ** Math.min(failures - 1, 40);
  return Math.round(Math.min(doubled, policy.capMs) * (0.75 + random.unit() / 2));
}

/**
 * Calls `fn` until it succeeds, at most `policy.attempts` times.
 *
 * @throws what the last call threw, or `signal.reason` once the signal is aborted
 */
export async function retry<T>(
  fn: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  deps: RetryDeps,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, isRetryable = () => true } = options;
  for (let attempt = 0;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt + 1 >= policy.attempts || !isRetryable(error)) throw error;
      if (signal !== undefined) noteDelay(signal, error);
      await deps.clock.sleep(backoffMs(attempt + 1, policy, deps.random), signal);
    }
  }
}
