/**
 * Has what a picker shows first read before its key is pressed: soon after the start, and as soon as a
 * command was recorded, which ctrl-r often follows.
 */
import { linkedController } from "../../../base/async/linked_signal.ts";
import { Wake } from "../../../base/async/wake.ts";
import { causeChain } from "../../../base/rr_error.ts";
import type { HistoryContext } from "../context.ts";
import type { ShellPicker } from "./shell_picker.ts";

/** After the start, which has other things to do and is to be over first. */
const START_MS = 500;
/** Between two times, so that a sync that brings thousands of entries pays for it once a second. */
const PAUSE_MS = 1_000;
/**
 * Rows that are not indexed yet, of which a picker holds all the commands: more come from a sync, and are
 * waited for.
 */
const MOST_UNINDEXED = 8;
const FOREVER_MS = 24 * 3_600_000;

/**
 * Works until disposed of, or until the signal is aborted.
 *
 * @param askOurselves asks this daemon for a picker as a shell does, once: what runs for the first time
 * is compiled meanwhile
 */
export function readAhead(
  { deps, history, onChange }: Pick<HistoryContext, "deps" | "history" | "onChange">,
  askOurselves: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Disposable {
  const { shellPicker, world, logger } = deps;
  const over = linkedController(signal);
  const wake = new Wake(world.clock);
  const changes = onChange(() => wake.now());
  // A config that cannot be read for a moment, say, is no reason to give up.
  const attempt = async (
    read: (...args: Parameters<ShellPicker["readAhead"]>) => Promise<unknown>,
  ): Promise<void> => {
    try {
      await read(history, over.signal);
    } catch (error) {
      if (!over.signal.aborted) logger.debug("Cannot read ahead", { error: causeChain(error) });
    }
  };
  const work = async (picker: ShellPicker): Promise<void> => {
    await world.clock.sleep(START_MS, over.signal);
    await attempt((...args) => picker.warmUp(...args));
    await attempt((_, inner) => askOurselves(inner));
    for (;;) {
      await wake.wait(FOREVER_MS, over.signal);
      while (history.index.left() > MOST_UNINDEXED) {
        await world.clock.sleep(PAUSE_MS, over.signal);
      }
      await attempt((...args) => picker.readAhead(...args));
      await world.clock.sleep(PAUSE_MS, over.signal);
    }
  };
  if (shellPicker !== undefined) {
    work(shellPicker).catch((error) => {
      if (!over.signal.aborted) throw error;
    });
  }
  return {
    [Symbol.dispose](): void {
      over.abort();
      changes[Symbol.dispose]();
      over[Symbol.dispose]();
    },
  };
}
