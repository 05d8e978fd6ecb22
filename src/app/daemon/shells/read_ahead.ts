/** Has what a picker shows first read as soon as a command was recorded: ctrl-r often follows. */
import { linkedController } from "../../../base/async/linked_signal.ts";
import { Wake } from "../../../base/async/wake.ts";
import { causeChain } from "../../../base/rr_error.ts";
import type { HistoryContext } from "../context.ts";

/** Between two times, so that a sync that brings thousands of entries pays for it once a second. */
const PAUSE_MS = 1_000;
const FOREVER_MS = 24 * 3_600_000;

/** Works until disposed of, or until the signal is aborted. */
export function readAhead(
  { deps, history, onChange }: Pick<HistoryContext, "deps" | "history" | "onChange">,
  signal: AbortSignal,
): Disposable {
  const { shellPicker, world, logger } = deps;
  const over = linkedController(signal);
  const wake = new Wake(world.clock);
  const changes = onChange(() => wake.now());
  const work = async (): Promise<void> => {
    while (shellPicker !== undefined) {
      await wake.wait(FOREVER_MS, over.signal);
      await shellPicker.readAhead(history, over.signal);
      await world.clock.sleep(PAUSE_MS, over.signal);
    }
  };
  work().catch((error) => {
    if (!over.signal.aborted) logger.debug("Reads ahead no more", { error: causeChain(error) });
  });
  return {
    [Symbol.dispose](): void {
      over.abort();
      changes[Symbol.dispose]();
      over[Symbol.dispose]();
    },
  };
}
