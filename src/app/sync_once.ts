/** `rr p2p-sync` without `--watch`: one round with everybody there is. */
import { yieldToLoop } from "../base/async/yield_to_loop.ts";
import type { Logger } from "../base/log.ts";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { type History, openHistory } from "../store/file/open_history.ts";
import { openSet } from "../store/set/open_set.ts";
import type { PeerId } from "../swarm/peer.ts";
import { clearInBackground } from "./daemon/clear_erased.ts";
import { logSyncEvent } from "./event_log.ts";
import { takeInFirst } from "./intake.ts";
import { loadKeys } from "./keys.ts";
import { keyPathsOf, networkOptionsOf } from "./network_options.ts";
import { openSession, type SyncSession } from "./session.ts";

/** Rows that are accounted for in one step: some 15 ms. */
const ABSORBED_ROWS = 5_000;
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
  /** Told how far it is with each peer, whenever something has come. @default {nobody is} */
  readonly onProgress?: ((peers: readonly PeerProgress[]) => void) | undefined;
}

/** How far it is with one peer. */
export interface PeerProgress {
  /** Entries that have come. */
  readonly arrived: number;
  /** Entries that are still to come; `null` as version 1 does not tell. */
  readonly behind: number | null;
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
  if (settings.p2pProtocols.includes("2")) await absorbAll(history, signal);
  const keys = await loadKeys(keyPathsOf(settings), world, logger);
  const network = networkOptionsOf(settings);
  const sync = { ...network.sync, limit, push };
  const peers = new Map<string, PeerProgress>();
  const came = (peer: string, progress: PeerProgress): void => {
    peers.set(peer, progress);
    onProgress?.([...peers.values()]);
  };
  const opened: { session?: SyncSession } = {};
  await using session = await openSession(
    { ...network, ...keys, sync, listen: [], announce: false },
    {
      ...world,
      history,
      logger,
      onEvent: (event) => {
        logSyncEvent(event, logger);
        if (event.type !== "pull-progress") return;
        came(event.peer, { arrived: event.totals.received, behind: null });
      },
      onNote: (note) => {
        if (note.type !== "received") return;
        const gap = opened.session?.replication?.gap(note.peer as PeerId);
        if (gap !== undefined && gap.arrived > 0) came(note.peer, gap);
      },
    },
  );
  opened.session = session;
  logger.debug("Syncing", { own: session.node.peer });
  // Whoever is met before that would be synced with by version 1, and learn of no deletion.
  await session.replication?.offered(signal);
  const { error } = await session.engine.runRound(signal);
  await session.twins.settled();
  if (history.removal.scrubDue()) clearInBackground(settings.dbPath, { world, logger });
  if (error !== undefined) throw error;
}

/** Accounts at once for what no daemon has, as nobody waits for the processor here. */
async function absorbAll(history: History, signal: AbortSignal): Promise<void> {
  const set = openSet(history);
  try {
    while (set.left() > 0) {
      set.absorbSlice(ABSORBED_ROWS);
      await yieldToLoop();
      signal.throwIfAborted();
    }
  } catch (error) {
    // Another process writes: the session goes on with it.
    if (!(error instanceof RrError) || error.code !== "busy") throw error;
  }
}
