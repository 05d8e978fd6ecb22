/** Notices what other processes on this device write: recorded commands, imports, deletions. */
import { pause } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";

/** What watching needs. */
export interface LocalChangesDeps {
  readonly clock: Clock;
  /** Resolves when it is time to look again, or the signal is aborted. @default {every 200 ms} */
  readonly next?: ((signal: AbortSignal) => Promise<void>) | undefined;
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

/** Looks again and again until the signal is aborted. Never rejects. */
export async function watchLocalChanges(
  deps: LocalChangesDeps,
  signal: AbortSignal,
): Promise<void> {
  const next = deps.next ?? ((until): Promise<void> => pause(deps.clock, EVERY_MS, until));
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
    await next(signal);
  }
}
