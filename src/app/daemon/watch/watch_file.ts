/** The part that looks whether the history is still the file at its path. */
import { pause } from "../../../base/async/timer.ts";
import type { HistoryContext } from "../context.ts";

/** A look takes some 50 microseconds; what another program records meanwhile may be in two minds. */
const EVERY_MS = 100;

/**
 * Looks until the signal is aborted.
 *
 * @throws {import("./file_guard.ts").HistoryLostError} when the history has to be opened anew
 */
export async function watchFile(
  { deps, guard }: HistoryContext,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    guard.check();
    await pause(deps.world.clock, EVERY_MS, signal);
  }
}
