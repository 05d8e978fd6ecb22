import { pause } from "../../../base/async/timer.ts";
import { backoffMs } from "../../../base/async/retry.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/log.ts";
import type { Random } from "../../../base/random.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";

/** Pauses between two tries: room on a disk is made by a person, or by what else runs there. */
const RETRY = { baseMs: 1_000, capMs: 60_000 };

/** What waiting needs. */
export interface OpenPatientlyDeps {
  readonly world: { readonly clock: Clock; readonly random: Random };
  readonly logger: Logger;
}

/**
 * Opens by `open`; while the disk is full or fails, again and again, saying so once. `undefined` once the
 * signal is aborted.
 *
 * @throws what `open` throws, unless it is an RrError `io`
 */
export async function openPatiently<T>(
  open: () => T,
  { world: { clock, random }, logger }: OpenPatientlyDeps,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof RrError) || error.code !== "io") throw error;
      if (failures === 1) {
        logger.error("Cannot begin, it is tried again until it works", {
          error: causeChain(error),
          hint: error.hint,
        });
      }
    }
    await pause(clock, backoffMs(failures, RETRY, random), signal);
  }
  return undefined;
}
