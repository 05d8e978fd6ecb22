import type { Clock } from "../clock.ts";
import { RrError } from "../rr_error.ts";

/** Longest time that a database held by another process is waited for. An import of a million lines
 * commits every fraction of a second; who holds it for longer than this is stuck. */
export const BUSY_PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/**
 * Calls `work` again and again, with growing pauses, while another process holds the database. The
 * pauses are asynchronous: waiting inside SQLite would stop every connection of this process.
 *
 * @throws {RrError} `busy`, if it is still held after {@linkcode BUSY_PATIENCE_MS}; `signal.reason`
 * once the signal is aborted; whatever else `work` throws, at once
 */
export async function retryWhileBusy<T>(
  work: () => T | Promise<T>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<T> {
  const end = clock.monotonic() + BUSY_PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const busy = error instanceof RrError && error.code === "busy";
      if (!busy || clock.monotonic() + pause > end) throw error;
    }
    await clock.sleep(pause, signal);
  }
}
