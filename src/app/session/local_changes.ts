/** Notices what other processes on this device write: recorded commands, imports, deletions. */
import { pause } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";

/** What watching needs. */
export interface LocalChangesDeps {
  readonly clock: Clock;
  /** A number that changes when another process has written the database. */
  readonly dataVersion: () => number;
  /** Takes in what the shell hooks wrote; resolves to the number of new entries. */
  readonly ingest: () => Promise<number>;
  /** Called when there may be something new. Must not throw. */
  readonly onChange: () => void;
  /** Called when looking failed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * How often to look. A peer should have a command within a second of its being recorded; a look at
 * an unchanged database and an unchanged folder costs some 20 microseconds.
 */
const EVERY_MS = 200;

/** Looks five times a second until the signal is aborted. Never rejects. */
export async function watchLocalChanges(
  deps: LocalChangesDeps,
  signal: AbortSignal,
): Promise<void> {
  let seen: number | undefined;
  while (!signal.aborted) {
    try {
      const ingested = await deps.ingest();
      const version = deps.dataVersion();
      if (ingested > 0 || version !== seen) deps.onChange();
      seen = version;
    } catch (error) {
      deps.onError(error);
    }
    await pause(deps.clock, EVERY_MS, signal);
  }
}
