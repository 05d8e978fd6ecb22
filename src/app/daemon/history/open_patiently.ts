import { pause } from "../../../base/async/timer.ts";
import { backoffMs, type BackoffPolicy } from "../../../base/async/retry.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/log.ts";
import type { Random } from "../../../base/random.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import { DaemonRuns } from "../../../process/lock.ts";

/** Pauses between two tries: room on a disk is made by a person, or by what else runs there. */
const NO_DISK: BackoffPolicy = { baseMs: 1_000, capMs: 60_000 };
/** An import lets others in every second or so. */
const BUSY: BackoffPolicy = { baseMs: 50, capMs: 1_000 };
/** Tries, over some seconds, before a busy database is spoken of. */
const QUIET_TRIES = 8;

/** What waiting needs. */
export interface OpenPatientlyDeps {
  readonly world: { readonly clock: Clock; readonly random: Random };
  readonly logger: Logger;
}

/**
 * Opens by `open`; while the disk is full or fails, or another process writes the database, again and
 * again, saying so once. `undefined` once the signal is aborted.
 *
 * @throws what `open` throws otherwise: {@linkcode DaemonRuns} is not over in a moment
 */
export async function openPatiently<T>(
  open: () => T,
  { world: { clock, random }, logger }: OpenPatientlyDeps,
  signal: AbortSignal,
): Promise<T | undefined> {
  let isSaid = false;
  for (let failures = 1; !signal.aborted; failures++) {
    let policy: BackoffPolicy;
    try {
      return open();
    } catch (error) {
      if (!(error instanceof RrError) || !isPassing(error)) throw error;
      policy = error.code === "busy" ? BUSY : NO_DISK;
      if (!isSaid && (policy === NO_DISK || failures > QUIET_TRIES)) {
        isSaid = true;
        logger.error("Cannot begin, it is tried again until it works", {
          error: causeChain(error),
          hint: error.hint,
        });
      }
    }
    await pause(clock, backoffMs(failures, policy, random), signal);
  }
  return undefined;
}

function isPassing(error: RrError): boolean {
  return error.code === "io" || error.code === "busy" && !(error instanceof DaemonRuns);
}
