/** What starts the daemon of this machine, and what starts it anew: words that work where they are read. */
import { homeFolder } from "../../config/paths.ts";
import type { World } from "../../base/world.ts";
import { realActions } from "../../service/actions.ts";
import { detectManager } from "../../service/detect.ts";
import type { Phase } from "../../service/manager.ts";
import { type Run, systemRun } from "../../service/run.ts";

/** The service as far as advice depends on it; `none`: nothing here manages services of this user. */
export type ServiceHere = Phase | "none" | "root";

/** Advice, without a full stop. */
export interface DaemonWays {
  /** Where no daemon runs. */
  readonly start: string;
  /** What starts one anew that runs, as a noun. */
  readonly restart: string;
  /** The same as what to do. */
  readonly again: string;
}

const BY_HAND = "`rr p2p-sync --watch --push`";

/** The advice for a service in this state; `pid` is that of the running daemon, if it is known. */
export function waysOf(service: ServiceHere, pid?: number): DaemonWays {
  return {
    start: startOf(service),
    restart: restartOf(service, pid),
    again: againOf(service, pid),
  };
}

function startOf(service: ServiceHere): string {
  switch (service) {
    case "none":
      return `${BY_HAND} is the daemon, and runs as long as its terminal; \`rr service install\` ` +
        "says what can keep it running here";
    case "root":
      return "Say `rr service start` as the user whose history it is, without sudo";
    case "not-loaded":
      return "`rr service install` starts it, and again at each login; by hand, as long as a " +
        `terminal is open: ${BY_HAND}`;
    case "stopped":
    case "stopping":
      return "`rr service start` starts it";
    case "failed":
    case "restarting":
      return "The service does not come up: `rr service status` says why";
    case "starting":
      return "The service is starting just now: ask again in some seconds";
    case "running":
      return "The service runs, but with another history: compare `rr config get db_path` with " +
        "`rr service logs`";
  }
}

function restartOf(service: ServiceHere, pid: number | undefined): string {
  switch (service) {
    case "running":
    case "starting":
    case "restarting":
      return "`rr service restart`";
    case "root":
      return "`rr service restart` (as the user whose history it is, without sudo)";
    default:
      return `a restart of the daemon${
        pid === undefined ? "" : ` (\`kill ${pid}\`, then start it as before)`
      }`;
  }
}

function againOf(service: ServiceHere, pid: number | undefined): string {
  const noun = restartOf(service, pid);
  if (noun.startsWith("`")) return noun;
  return `${pid === undefined ? "end it" : `\`kill ${pid}\``}, then start it as before`;
}

/** The advice for this machine, as it is now. */
export async function daemonWays(
  world: World,
  pid?: number,
  run: Run = systemRun,
): Promise<DaemonWays> {
  return waysOf(await serviceHere(world, run), pid);
}

async function serviceHere(world: World, run: Run): Promise<ServiceHere> {
  // Root's own service manager has nothing to do with the daemon of the person behind sudo.
  if (world.env("SUDO_USER") !== undefined) return "root";
  const { manager } = await detectManager(world.os, {
    files: world.files,
    clock: world.clock,
    run,
    actions: realActions(world.files, run),
    home: homeFolder((name) => world.env(name)),
    env: (name) => world.env(name),
  });
  return manager === undefined ? "none" : (await manager.state()).phase;
}
