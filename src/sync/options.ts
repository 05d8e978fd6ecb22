/** What a caller may choose, checked before any work is done. */

/** How a request to a peer is tried and tried again. */
export interface RequestPolicy {
  /** Tries of one request, 1 to 100. @default {3} */
  readonly attempts: number;
  /** Longest silence during the first try, in milliseconds; doubles with each further one. @default {5000} */
  readonly timeoutBaseMs: number;
  /** Longest silence during any try; raised to the base if it is lower. @default {30000} */
  readonly timeoutCapMs: number;
  /** Pause after the first failure, in milliseconds; doubles, up to 30 s. @default {200} */
  readonly backoffBaseMs: number;
}

/** How the engine works; all of it may be left out. */
export interface SyncOptions {
  /**
   * Most entries sent at once, and entries asked for at first; a long log is followed with up to four
   * times as many. 0 makes every round a success that does nothing. @default {1000}
   */
  readonly limit?: number | undefined;
  /** Whether rounds also send this device's own entries. @default {false} */
  readonly push?: boolean | undefined;
  /** How a request to a peer is tried and tried again. */
  readonly request?: { readonly [K in keyof RequestPolicy]?: RequestPolicy[K] | undefined };
  /** Peers talked to at the same time. @default {16} */
  readonly concurrency?: number | undefined;
  /** Longest wait for the directories of one round, in milliseconds. @default {5000} */
  readonly discoveryMs?: number | undefined;
}

/** How {@linkcode SyncEngine.watch} repeats. */
export interface WatchOptions {
  /** From the start of a round to the start of the next, in milliseconds, at least 1. */
  readonly intervalMs: number;
  /** Wait up to this long before the first round, in whole seconds if it is a second or more. @default {0} */
  readonly startJitterMs?: number | undefined;
  /** Overrides {@linkcode SyncOptions.push}. */
  readonly push?: boolean | undefined;
}

/** {@linkcode SyncOptions} without gaps. */
export interface ResolvedOptions {
  readonly limit: number;
  readonly push: boolean;
  readonly request: RequestPolicy;
  readonly concurrency: number;
  readonly discoveryMs: number;
}

/**
 * Most entries of one request, whatever the options say: reading and storing more would hold the
 * event loop for too long, and a peer of ours gives no more than 3,000.
 */
export const MAX_BATCH_ENTRIES = 10_000;

/** An hour: what is longer is a unit mixed up. */
const LONGEST_MS = 3_600_000;

/** Fills in the defaults. @throws {RangeError} naming the option and its rule */
export function resolveOptions(options: SyncOptions = {}): ResolvedOptions {
  const { limit = 1000, push = false, concurrency = 16, discoveryMs = 5000 } = options;
  const request = options.request ?? {};
  const timeoutBaseMs = within("timeoutBaseMs", request.timeoutBaseMs ?? 5000, 1, LONGEST_MS);
  const timeoutCapMs = within("timeoutCapMs", request.timeoutCapMs ?? 30_000, 0, LONGEST_MS);
  return {
    limit: Math.min(within("limit", limit, 0, Number.MAX_SAFE_INTEGER), MAX_BATCH_ENTRIES),
    push,
    request: {
      attempts: within("attempts", request.attempts ?? 3, 1, 100),
      timeoutBaseMs,
      timeoutCapMs: Math.max(timeoutBaseMs, timeoutCapMs),
      backoffBaseMs: within("backoffBaseMs", request.backoffBaseMs ?? 200, 0, LONGEST_MS),
    },
    concurrency: within("concurrency", concurrency, 1, 1000),
    discoveryMs: within("discoveryMs", discoveryMs, 1, LONGEST_MS),
  };
}

/** Checks how a watch repeats. @throws {RangeError} naming the option and its rule */
export function checkWatch(options: WatchOptions): { intervalMs: number; startJitterMs: number } {
  const longest = Number.MAX_SAFE_INTEGER;
  return {
    intervalMs: within("intervalMs", options.intervalMs, 1, longest),
    startJitterMs: within("startJitterMs", options.startJitterMs ?? 0, 0, longest),
  };
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot sync as '${name}' must be an integer in ${least}..${most}: current value is ${value}`,
  );
}
