/** `rr p2p-sync --watch` and `rr p2p-serve`, behind their flags. */
import { runSession } from "../app/daemon.ts";
import { keyPathsOf, networkOptionsOf } from "../app/network_options.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/load.ts";
import { openHistory } from "../store/open_history.ts";
import { ExitCode } from "./exit_code.ts";
import { serveUntilStopped } from "./serve_until_stopped.ts";

/** What the flags say. */
export interface WatchFlags {
  readonly mode: "watch" | "serve";
  readonly limit: number;
  readonly push: boolean;
  readonly noServe: boolean;
  readonly intervalSec: number;
}

/** How long a call waits, blocking the event loop, while another process writes the database. */
const BUSY_TIMEOUT_MS = 25;

/** Runs the daemon; `load` reads the settings, again at every SIGHUP. */
export async function runWatch(
  world: World,
  load: () => Settings,
  flags: WatchFlags,
): Promise<number> {
  const settings = load();
  return await serveUntilStopped(world, settings, async (parts, signal) => {
    using history = openHistory(settings.dbPath, { ...world, busyTimeoutMs: BUSY_TIMEOUT_MS });
    const network = networkOptionsOf(settings);
    await runSession(
      {
        mode: flags.mode,
        keys: keyPathsOf(settings),
        network: {
          ...network,
          listen: flags.noServe ? [] : network.listen,
          announce: !flags.noServe,
          sync: { ...network.sync, limit: flags.limit, push: flags.push },
        },
        push: flags.push,
        intervalMs: flags.intervalSec * 1000,
        startJitterMs: settings.p2pWatchStartJitterSec * 1000,
      },
      { ...parts, history, ingest: () => Promise.resolve(0) },
      signal,
    );
    parts.logger.info("p2p-sync watch: shutting down");
    return ExitCode.OK;
  });
}
