/** `rr p2p-sync` without `--watch`, behind its flags. */
import { callControl } from "../control/client.ts";
import { controlSocketPath } from "../control/socket_path.ts";
import type { DaemonStatus } from "../app/daemon_status.ts";
import type { SyncSummary } from "../app/daemon_control.ts";
import { lineLogger } from "../process/line_logger.ts";
import { BACKGROUND_SYNC } from "../app/background/async_upload.ts";
import { daemonHolder, tryRole } from "../process/lock.ts";
import { keyPathsOf, networkOptionsOf } from "../app/network_options.ts";
import { stopOnSignals } from "../process/stop_signals.ts";
import { syncOnce } from "../app/sync_once.ts";
import type { Logger } from "../base/log.ts";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { openHistory } from "../store/file/open_history.ts";
import { ExitCode } from "./exit_code.ts";
import { takeInSpool } from "./take_in.ts";

/** A pull goes through everything once: half of the usual page cache takes in as much. */
const CACHE_KIB = 8 * 1024;

/** What the flags say. */
export interface OnceFlags {
  readonly limit: number;
  readonly push: boolean;
  /** Whether any flag says how to sync, which a running daemon does in its own way. */
  readonly ownWay: boolean;
}

/**
 * Syncs once, in the background only if no other one is under way: where peers are dead it may take
 * longer than until the next one is due. The exit code is 0 if it was a success or was stopped.
 */
export async function runOnce(world: World, settings: Settings, flags: OnceFlags): Promise<number> {
  if (flags.limit === 0) return ExitCode.OK;
  const turn = world.env(BACKGROUND_SYNC) === undefined
    ? undefined
    : tryRole(settings.dbPath, "upload", world);
  if (turn !== undefined && "heldBy" in turn) return ExitCode.OK;
  using _turn = turn?.lock;
  using stop = stopOnSignals(world);
  const logger = lineLogger(world.stderr, settings.logLevel);
  try {
    const asked = !flags.ownWay &&
      await askDaemon(world, settings.dbPath, flags, logger, stop.signal);
    if (!asked) await syncHere(world, settings, flags, logger, stop.signal);
    return ExitCode.OK;
  } catch (error) {
    if (stop.signal.aborted) return ExitCode.OK;
    throw error;
  }
}

async function syncHere(
  world: World,
  settings: Settings,
  { limit, push }: OnceFlags,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  using history = openHistory(settings.dbPath, { ...world, cacheKib: CACHE_KIB });
  await takeInSpool(world, settings, () => history);
  const network = networkOptionsOf(settings);
  const plan = {
    keys: keyPathsOf(settings),
    network: { ...network, sync: { ...network.sync, limit, push } },
  };
  const report = await syncOnce(plan, { world, history, logger }, signal);
  if (report.error !== undefined) throw report.error;
}

/** Has a running daemon sync now; whether there is one. */
async function askDaemon(
  world: World,
  dbPath: string,
  { push }: OnceFlags,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  if (daemonHolder(dbPath, world) === undefined) return false;
  try {
    const path = controlSocketPath(dbPath);
    const status = await callControl(path, { verb: "status" }, { signal }) as DaemonStatus;
    if (push && !status.push) return false;
    const answer = await callControl(path, { verb: "sync" }, {
      signal,
      idleTimeoutMs: Infinity,
    });
    conclude(answer as SyncSummary, logger);
    return true;
  } catch (error) {
    // It has ended in between.
    if (error instanceof RrError && error.code === "not-found") return false;
    throw error;
  }
}

function conclude(summary: SyncSummary, logger: Logger): void {
  logger.info("The running daemon has synced", { peers: summary.peers.length });
  for (const { peer_id: peer, received, inserted, sent, error } of summary.peers) {
    if (error === null) logger.info("p2p sync summary", { peer, received, inserted, sent });
    else logger.warn("p2p sync failed", { peer, error });
  }
  if (summary.error === null) return;
  throw new RrError("network", summary.error, summary.hint === null ? {} : { hint: summary.hint });
}
