/** Has the running daemon of a history sync now. */
import { linkedController } from "../base/async/linked_signal.ts";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { askStatus, askToSync, watchStatus } from "./ask_daemon.ts";
import type { SyncSummary } from "./daemon/status/daemon_control.ts";
import type { DaemonStatus } from "./daemon/status/daemon_status.ts";
import { DaemonSilent } from "../control/client.ts";
import { daemonHolder } from "../process/lock.ts";

/**
 * What came of it; `undefined` if no daemon runs, or one that does not push although that is asked for.
 *
 * @throws {RrError} if it cannot be asked; `signal.reason` once the signal is aborted
 */
export async function syncByDaemon(
  world: World,
  dbPath: string,
  { push, onStatus }: {
    readonly push: boolean;
    /** Told every second how far it is. @default {nobody is} */
    readonly onStatus?: ((status: DaemonStatus) => void) | undefined;
  },
  signal: AbortSignal,
): Promise<SyncSummary | undefined> {
  if (daemonHolder(dbPath, world) === undefined) return undefined;
  try {
    const status = await statusOf(dbPath, world, signal);
    if (push && !status.push) return undefined;
    using talk = linkedController(signal);
    // A sync takes its time; that the daemon still works at it is what watching tells. Otherwise what comes
    // of it is told by its own answer, also if watching it fails.
    watchStatus(dbPath, (now) => onStatus?.(now), talk.signal).catch((error) => {
      if (error instanceof DaemonSilent) talk.abort(error);
    });
    try {
      return await askToSync(dbPath, { signal: talk.signal, idleTimeoutMs: Infinity });
    } finally {
      talk.abort(new Error("The sync is over"));
    }
  } catch (error) {
    // It has ended in between.
    if (error instanceof RrError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** A daemon that starts, or whose socket was lost, has one again within this time. */
const SOCKET_MS = 20_000;
const LOOK_MS = 250;

/** Waits for the socket of a daemon that runs. */
async function statusOf(
  dbPath: string,
  { clock }: Pick<World, "clock">,
  signal: AbortSignal,
): Promise<DaemonStatus> {
  const end = clock.monotonic() + SOCKET_MS;
  for (;;) {
    try {
      return await askStatus(dbPath, { signal });
    } catch (error) {
      const isAway = error instanceof RrError && error.code === "busy" &&
        !(error instanceof DaemonSilent);
      if (!isAway || clock.monotonic() >= end) throw error;
    }
    await clock.sleep(LOOK_MS, signal);
  }
}
