/** Listening where there may be no address for it yet, or for long: a machine without 127.0.0.1. */
import type { DoorDeps } from "../base/async/door.ts";
import { pauseUntilBeat } from "../base/async/timer.ts";
import { causeChain } from "../base/rr_error.ts";

/** Between two tries. */
const AGAIN_MS = 10_000;

/**
 * Listens as soon as that is possible; says once that it is not, and once that it is again.
 *
 * @param name of the listener, for the log and for status
 * @param without what goes on in another way meanwhile, for people
 * @returns what `listen` gave; `undefined` once the signal is aborted
 */
export async function listenWhenThere<T>(
  name: string,
  without: string,
  listen: () => Promise<T>,
  { clock, logger, onState }: DoorDeps,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted;) {
    try {
      const given = await listen();
      if (failures > 0) {
        logger.info("A listener takes connections now", { listener: name });
        onState?.({ name, failures: 0, error: undefined });
      }
      return given;
    } catch (thrown) {
      const error = `${causeChain(thrown)}; ${without}`;
      if (failures++ === 0) {
        logger.warn("A listener cannot be opened, it is tried every 10 s", {
          listener: name,
          error,
        });
      }
      onState?.({ name, failures, error });
      await pauseUntilBeat(clock, AGAIN_MS, signal);
    }
  }
  return undefined;
}
