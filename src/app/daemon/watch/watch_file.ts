/** The part that looks whether the history is still the file at its path. */
import type { HistoryContext } from "../context.ts";

/**
 * Looks until the signal is aborted.
 *
 * @throws {import("./file_guard.ts").HistoryLostError} when the history has to be opened anew
 */
export async function watchFile(
  { looks, guard }: HistoryContext,
  signal: AbortSignal,
): Promise<void> {
  for (let last = 0; !signal.aborted; last = await looks.next(last, signal)) {
    guard.checkAt(last);
  }
}
