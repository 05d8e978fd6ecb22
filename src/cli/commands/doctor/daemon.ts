/** The daemon of the database, as it answers `rr status`. */
import { askStatus } from "../../../app/ask_daemon.ts";
import type { DaemonStatus } from "../../../app/daemon/status/daemon_status.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import { DaemonSilent } from "../../../control/client.ts";
import type { World } from "../../../base/world.ts";

/** What is known of the daemon. */
export interface DaemonState {
  /** `undefined` if none runs, or it does not answer. */
  readonly status: DaemonStatus | undefined;
  /** Why it does not answer although it seems to run. */
  readonly problem: string | undefined;
  /** The process that holds the history without an answer. */
  readonly silentPid?: number | undefined;
}

/** Asks the daemon, if one runs; never rejects. */
export async function askDaemon(world: Pick<World, "files">, dbPath: string): Promise<DaemonState> {
  const none = { status: undefined, problem: undefined };
  if (dbPath === ":memory:") return none;
  try {
    if (world.files.stat(dbPath) === undefined) return none;
    const status = await askStatus(dbPath);
    return { status, problem: undefined };
  } catch (error) {
    if (error instanceof RrError && error.code === "not-found") return none;
    const silentPid = error instanceof DaemonSilent ? error.pid : undefined;
    return { status: undefined, problem: causeChain(error), silentPid };
  }
}
