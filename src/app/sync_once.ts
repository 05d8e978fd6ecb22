/** `rr p2p-sync` without `--watch`: one round with everybody there is. */
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import type { History } from "../store/file/open_history.ts";
import type { SyncReport } from "../sync/report.ts";
import { logSyncEvent } from "./event_log.ts";
import { type KeyPaths, loadKeys } from "./keys.ts";
import type { NetworkSettings } from "./network_options.ts";
import { openSession } from "./session.ts";

/** How a single round is made. */
export interface OncePlan {
  readonly keys: KeyPaths;
  readonly network: NetworkSettings;
}

/** What a single round needs. */
export interface OnceDeps {
  readonly world: World;
  readonly history: History;
  readonly logger: Logger;
}

/**
 * Dials the peers, syncs, and leaves: listens nowhere and tells no tracker of itself.
 *
 * @throws {RrError} if it cannot begin; `signal.reason` once the signal is aborted
 */
export async function syncOnce(
  plan: OncePlan,
  { world, history, logger }: OnceDeps,
  signal: AbortSignal,
): Promise<SyncReport> {
  const keys = await loadKeys(plan.keys, world, logger);
  await using session = await openSession(
    // One round of version 1: who comes for a moment only is not worth a comparison.
    { ...plan.network, ...keys, listen: [], announce: false, protocols: ["1"] },
    { ...world, history, logger, onEvent: (event) => logSyncEvent(event, logger) },
  );
  logger.debug("Syncing", { own: session.node.peer });
  return await session.engine.runRound(signal);
}
