import { backoffMs } from "../base/async/retry.ts";
import type { Random } from "../base/random.ts";
import type { RequestPolicy } from "./options.ts";

/** Longest pause between two tries of one request. */
const LONGEST_PAUSE_MS = 30_000;

/** Longest silence to bear in the try after `failures` failures. */
export function idleTimeoutMs(failures: number, policy: RequestPolicy): number {
  return Math.min(policy.timeoutBaseMs * 2 ** Math.min(failures, 30), policy.timeoutCapMs);
}

/** Pause after `failures` failures (1 or more). */
export function pauseMs(failures: number, policy: RequestPolicy, random: Random): number {
  return backoffMs(failures, { baseMs: policy.backoffBaseMs, capMs: LONGEST_PAUSE_MS }, random);
}
