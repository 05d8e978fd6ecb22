/** `rr p2p-sync` without `--watch`, behind its flags. */
import type { SyncSummary } from "../../../app/daemon/status/daemon_control.ts";
import type { DaemonStatus, PeerView } from "../../../app/daemon/status/daemon_status.ts";
import { BACKGROUND_SYNC } from "../../../app/background/async_upload.ts";
import { lineLogger } from "../../../process/line_logger.ts";
import { tryRole } from "../../../process/lock.ts";
import { stopOnSignals } from "../../../process/stop_signals.ts";
import { syncByDaemon } from "../../../app/sync_by_daemon.ts";
import { syncOnce } from "../../../app/sync_once.ts";
import type { Logger } from "../../../base/log.ts";
import { withSummedWarnings } from "../../../base/log_repeats.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import { ExitCode } from "../../exit_code.ts";
import { printInfo, warnings } from "../../print/print.ts";
import { startProgress } from "../../print/progress.ts";

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
  if (flags.limit === 0) {
    printInfo(world, "nothing is asked for with --limit 0");
    return ExitCode.OK;
  }
  const turn = world.env(BACKGROUND_SYNC) === undefined
    ? undefined
    : tryRole(settings.dbPath, "upload", world);
  if (turn !== undefined && "heldBy" in turn) return ExitCode.OK;
  using _turn = turn?.lock;
  using stop = stopOnSignals(world);
  using logger = withSummedWarnings(lineLogger(world.stderr, settings.logLevel), world.clock);
  try {
    const summary = await syncWithProgress(world, settings, { flags, logger }, stop.signal);
    if (summary !== undefined) conclude(summary, logger);
    return ExitCode.OK;
  } catch (error) {
    if (stop.signal.aborted) return ExitCode.OK;
    throw error;
  }
}

/** By the daemon, or by this process; what the daemon tells of it. */
async function syncWithProgress(
  world: World,
  settings: Settings,
  { flags, logger }: { readonly flags: OnceFlags; readonly logger: Logger },
  signal: AbortSignal,
): Promise<SyncSummary | undefined> {
  using progress = startProgress(world, "commands received");
  if (!flags.ownWay) {
    const onStatus = ({ peers }: DaemonStatus): void => {
      const { done, total } = progressOf(peers);
      if (done > 0) progress.update(done, total);
    };
    const way = { push: flags.push, onStatus };
    const summary = await syncByDaemon(world, settings.dbPath, way, signal);
    if (summary !== undefined) return summary;
  }
  const onProgress = (arrived: number): void => progress.update(arrived, 0);
  await syncOnce(settings, flags, { world, logger, warn: warnings(world), onProgress }, signal);
  return undefined;
}

/** What has come from all peers, and of how much; a total of 0 is not known. */
export function progressOf(
  peers: readonly Pick<PeerView, "arrived" | "behind">[],
): { readonly done: number; readonly total: number } {
  // An older daemon does not tell.
  const done = peers.reduce((sum, { arrived = 0 }) => sum + arrived, 0);
  const isKnown = peers.every(({ arrived = 0, behind }) => arrived === 0 || behind !== null);
  const left = peers.reduce((sum, { behind }) => sum + (behind ?? 0), 0);
  return { done, total: isKnown ? done + left : 0 };
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
