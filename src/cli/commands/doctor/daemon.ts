/** The daemon of the database, as it answers `rr status`. */
import { callControl } from "../../../control/client.ts";
import { controlSocketPath } from "../../../control/socket_path.ts";
import type { DaemonStatus } from "../../../app/daemon/status/daemon_status.ts";
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";

/** What is known of the daemon. */
export interface DaemonState {
  /** `undefined` if none runs, or it does not answer. */
  readonly status: DaemonStatus | undefined;
  /** Why it does not answer although it seems to run. */
  readonly problem: string | undefined;
}

const IDLE_TIMEOUT_MS = 3_000;

/** Asks the daemon, if one runs; never rejects. */
export async function askDaemon(world: Pick<World, "files">, dbPath: string): Promise<DaemonState> {
  const none = { status: undefined, problem: undefined };
  if (dbPath === ":memory:" || world.files.stat(dbPath) === undefined) return none;
  try {
    const options = { idleTimeoutMs: IDLE_TIMEOUT_MS };
    const status = await callControl(controlSocketPath(dbPath), { verb: "status" }, options);
    return { status: status as DaemonStatus, problem: undefined };
  } catch (error) {
    if (error instanceof RrError && error.code === "not-found") return none;
    return { status: undefined, problem: causeChain(error) };
  }
}
