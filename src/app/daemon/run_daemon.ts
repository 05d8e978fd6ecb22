/** The daemon from start to stop: its lock, its history, its parts, and one session after the other. */
import { lockDaemon } from "../../process/lock.ts";
import { openHistory } from "../../store/file/open_history.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import type { RunDaemonDeps } from "./context.ts";
import { Daemon } from "./daemon.ts";
import { becomeDaemon, type OpenHistory } from "./history/open_history.ts";
import { openPatiently } from "./history/open_patiently.ts";

/** How long a call waits, blocking the event loop, while another process writes the database. */
const BUSY_TIMEOUT_MS = 25;
/**
 * Page cache: what is large is written by a thread of its own or read in order, and what SQLite has had once
 * it does not give back. With 16 MiB a daemon took 14 MiB more a minute after a first sync, and no less time.
 */
const CACHE_KIB = 2 * 1024;

/**
 * Works until `signal` is aborted. `load` reads the configuration, again at every SIGHUP. What it does
 * next, and what ends it, stands in `step.ts`.
 *
 * @throws {DaemonRuns} if another daemon works on the database; what keeps it from beginning
 */
export async function runDaemon(
  load: () => DaemonConfig,
  deps: RunDaemonDeps,
  signal: AbortSignal,
): Promise<void> {
  const config = load();
  const { world, logger } = deps;
  const open = (): OpenHistory => {
    const limits = { busyTimeoutMs: BUSY_TIMEOUT_MS, cacheKib: CACHE_KIB };
    const history = openHistory(config.dbPath, { ...world, ...limits });
    for (const notice of history.notices) logger.warn(notice);
    const takeLock = (): Disposable | undefined =>
      config.mode === "watch" ? lockDaemon(config.dbPath, world) : undefined;
    return becomeDaemon(history, world.files, config.network.deviceId, takeLock);
  };
  const history = await openPatiently(open, deps, signal);
  if (history !== undefined) await new Daemon(config, { load, open, deps }).run(history, signal);
}
