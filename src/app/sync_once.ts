/** `rr p2p-sync` without `--watch`: one round with everybody there is. */
import { RrError } from "../base/rr_error.ts";
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { openHistory } from "../store/file/open_history.ts";
import { logSyncEvent } from "./session/event_log.ts";
import { takeInFirst } from "./intake.ts";
import type { PeerId } from "../swarm/peer.ts";
import { loadKeys } from "./session/keys.ts";
import { keyPathsOf, networkOptionsOf } from "./session/network_options.ts";
import { openSession } from "./session/session.ts";

/** A pull goes through everything once: half of the usual page cache takes in as much. */
const CACHE_KIB = 8 * 1024;

/** How a single round is made. */
export interface OnceOptions {
  /** Most entries in one request. */
  readonly limit: number;
  /** Whether to send this device's own entries too. */
  readonly push: boolean;
}

/** What a single round needs. */
export interface OnceDeps {
  readonly world: World;
  readonly logger: Logger;
  /** Told of recorded commands that cannot be taken in. */
  readonly warn: (text: string) => void;
  /** Told how many entries have come; of how many, version 1 does not tell. @default {nobody is} */
  readonly onProgress?: ((arrived: number) => void) | undefined;
}

/**
 * Dials the peers, syncs, and leaves: listens nowhere and tells no tracker of itself.
 *
 * @throws {RrError} if it cannot begin, or nobody could be synced with; `signal.reason` once the
 * signal is aborted
 */
export async function syncOnce(
  settings: Settings,
  { limit, push }: OnceOptions,
  { world, logger, warn, onProgress }: OnceDeps,
  signal: AbortSignal,
): Promise<void> {
  using history = openHistory(settings.dbPath, { ...world, cacheKib: CACHE_KIB });
  await takeInFirst(world, settings, () => history, warn);
  const keys = await loadKeys(keyPathsOf(settings), world, logger);
  const network = networkOptionsOf(settings);
  const sync = { ...network.sync, limit, push };
  const arrived = new Map<PeerId, number>();
  let unasked: Error | undefined;
  await using session = await openSession(
    // Version 1 alone: `--push` sends this device's own entries only, and protocol 2 makes both alike.
    { ...network, ...keys, sync, listen: [], announce: false, protocols: ["1"] },
    {
      ...world,
      history,
      logger,
      onEvent: (event) => {
        logSyncEvent(event, logger);
        if (event.type === "directory-failed") unasked = event.error;
        if (event.type !== "pull-progress") return;
        arrived.set(event.peer, event.totals.received);
        onProgress?.(arrived.values().reduce((sum, one) => sum + one, 0));
      },
    },
  );
  logger.debug("Syncing", { own: session.node.peer });
  const { error } = await session.engine.runRound(signal);
  await session.twins.settled();
  if (error !== undefined) throw withHintOf(error, unasked);
}

/** Nobody was found, and a directory gave no answer: what to do about that is what helps. */
function withHintOf(error: Error, unasked: Error | undefined): Error {
  const isNobody = error instanceof RrError && error.code === "not-found";
  const hint = [unasked, unasked?.cause].find((one) => one instanceof RrError)?.hint;
  if (!isNobody || hint === undefined) return error;
  return new RrError(error.code, error.message, { hint });
}
