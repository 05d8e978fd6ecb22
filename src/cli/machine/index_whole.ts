/** Indexes a history that has just been imported, which takes seconds and can be stopped. */
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import type { History } from "../../store/file/open_history.ts";

/**
 * Indexes everything, some rows at a time. What is left when it is stopped is indexed by whoever needs
 * it next.
 *
 * @throws `signal.reason` once the signal is aborted
 */
export async function indexWhole(
  { index }: Pick<History, "index">,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const total = index.left();
  for (let left = total; left > 0; left = index.catchUp()) {
    onProgress(Math.max(0, total - left), total);
    await yieldToLoop(); // else no signal is heard
    signal.throwIfAborted();
  }
}
