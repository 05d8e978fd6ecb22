/**
 * The part that folds the write-ahead log into the history while nothing happens. A person who copies
 * the file away, or another one over it, then has all of it in the one file that has the name.
 */
import { Wake } from "../../../base/async/wake.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { HistoryContext } from "../context.ts";

/** Without a change for so long: one write to the disk for a burst of commands, not one for each. */
const QUIET_MS = 5_000;
/** A larger log takes noticeably long; SQLite folds it in by itself as it grows. */
const MOST_BYTES = 8 * 1024 * 1024;
const FOREVER_MS = 24 * 3_600_000;

/** Works until the signal is aborted; `isWell` is told whenever nothing is left to fold in. */
export async function foldLog(
  { deps, history, guard, onChange }: HistoryContext,
  signal: AbortSignal,
  isWell: () => void,
): Promise<void> {
  const { clock, files } = deps.world;
  const wake = new Wake(clock);
  using _changes = onChange(() => wake.now());
  const log = `${history.realPath ?? history.path}-wal`;
  for (;;) {
    const size = files.stat(log)?.size ?? 0;
    if (size > 0 && size <= MOST_BYTES) {
      guard.check();
      fold(history);
      guard.accept();
    }
    isWell();
    await wake.wait(FOREVER_MS, signal);
    while (await wake.wait(QUIET_MS, signal));
  }
}

function fold({ maintenance }: HistoryContext["history"]): void {
  try {
    maintenance.checkpoint(true);
  } catch (error) {
    // Somebody writes or reads: there will be another quiet moment.
    if (!(error instanceof RrError && error.code === "busy")) throw error;
  }
}
