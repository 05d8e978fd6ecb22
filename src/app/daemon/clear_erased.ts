/** Clears the text of what a deletion on another device has removed here. */
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Logger } from "../../base/log.ts";
import type { World } from "../../base/world.ts";

/** Deletions come in groups; each clearing rewrites the file. */
const SETTLE_MS = 2_000;

/**
 * Has the file rewritten by a process of its own, as that takes about 1 s for 100 MB: two seconds after
 * the last call of the returned function, and not once the signal is aborted. What is not cleared then
 * is cleared at the next start of the daemon or with the next deletion.
 */
export function clearErased(
  dbPath: string,
  { world, logger }: { readonly world: World; readonly logger: Logger },
  signal: AbortSignal,
): () => void {
  let calls = 0;
  return () => {
    const call = ++calls;
    world.clock.sleep(SETTLE_MS, signal).then(() => {
      if (call === calls) start(dbPath, world, logger);
    }, () => {});
  };
}

function start(dbPath: string, world: World, logger: Logger): void {
  if (dbPath === ":memory:") return;
  try {
    world.startDetached([...world.program(), "delete", "--finish", "--db-path", dbPath]);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    logger.warn("Cannot clear what was deleted, the next deletion will", {
      error: causeChain(error),
    });
  }
}
