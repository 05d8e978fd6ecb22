/** Clears the text of what a deletion on another device has removed here. */
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { Logger } from "../../../base/log.ts";
import type { World } from "../../../base/world.ts";

/** Deletions come in groups; each clearing rewrites the file. */
const SETTLE_MS = 2_000;
/** Time for a clearing before it counts as failed; doubles up to the longest. */
const RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 15 * 60_000;

/** What clearing needs. */
export interface ClearErasedDeps {
  readonly world: World;
  readonly logger: Logger;
  /** Whether deleted text may still lie about in the file. */
  readonly isDue: () => boolean;
}

/**
 * Has the file rewritten by a process of its own, as that takes about 1 s for 100 MB: two seconds after
 * the last call of the returned function if it is due, and not once the signal is aborted. It is tried
 * again for as long as something is left to clear: a full disk or another process that reads keeps it
 * from its work.
 */
export function clearErased(
  dbPath: string,
  deps: ClearErasedDeps,
  signal: AbortSignal,
): () => void {
  const { world: { clock }, logger } = deps;
  let calls = 0;
  return () => {
    if (dbPath === ":memory:") return;
    clear(++calls).catch((error) => {
      if (signal.aborted) return;
      logger.error("Stopped clearing what was deleted", { error: causeChain(error) });
    });
  };

  async function clear(call: number): Promise<void> {
    await clock.sleep(SETTLE_MS, signal);
    let pause = RETRY_MS;
    while (call === calls && isStillDue(deps)) {
      start(dbPath, deps);
      await clock.sleep(pause, signal);
      pause = Math.min(2 * pause, LONGEST_RETRY_MS);
    }
  }
}

// A history that cannot be asked at the moment may owe it.
function isStillDue({ isDue }: ClearErasedDeps): boolean {
  try {
    return isDue();
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return true;
  }
}

function start(dbPath: string, { world, logger }: ClearErasedDeps): void {
  try {
    world.startDetached([...world.program(), "delete", "--finish", "--db-path", dbPath]);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    logger.warn("Cannot clear what was deleted, trying again", { error: causeChain(error) });
  }
}
