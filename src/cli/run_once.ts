/** `rr p2p-sync` without `--watch`, behind its flags. */
import { lineLogger } from "../app/line_logger.ts";
import { keyPathsOf, networkOptionsOf } from "../app/network_options.ts";
import { stopOnSignals } from "../app/stop_signals.ts";
import { syncOnce } from "../app/sync_once.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/load.ts";
import { openHistory } from "../store/open_history.ts";
import type { SyncReport } from "../sync/report.ts";
import { ExitCode } from "./exit_code.ts";

/** What the flags say. */
export interface OnceFlags {
  readonly limit: number;
  readonly push: boolean;
}

/** Syncs once; the exit code is 0 if it was a success or was stopped. */
export async function runOnce(
  world: World,
  settings: Settings,
  flags: OnceFlags,
): Promise<number> {
  using stop = stopOnSignals(world);
  const logger = lineLogger(world.stderr, settings.logLevel);
  using history = openHistory(settings.dbPath, world);
  const network = networkOptionsOf(settings);
  const plan = {
    keys: keyPathsOf(settings),
    network: { ...network, sync: { ...network.sync, ...flags } },
  };
  try {
    return conclude(await syncOnce(plan, { world, history, logger }, stop.signal), flags);
  } catch (error) {
    if (stop.signal.aborted) return ExitCode.OK;
    throw error;
  }
}

function conclude(report: SyncReport, { limit }: OnceFlags): number {
  if (report.error !== undefined && limit > 0) throw report.error;
  return ExitCode.OK;
}
