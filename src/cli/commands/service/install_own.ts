/** Installs this rr's daemon as a service, for `rr service install` and `rr setup`. */
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { homeFolder } from "../../../config/paths.ts";
import { realPath } from "../../../process/lock.ts";
import { dryActions, realActions } from "../../../service/actions.ts";
import { install, type Installed } from "../../../service/install.ts";
import type { ServiceDeps, ServiceManager } from "../../../service/manager.ts";
import { fleetingReason, lastingProgram, programFrom } from "../../../service/program.ts";
import type { Run } from "../../../service/run.ts";
import {
  DAEMON_ARGS,
  memoryEnvironment,
  UNIT_ENVIRONMENT,
  type UnitSpec,
} from "../../../service/unit.ts";

// What the daemon would have, were it started here, and a service has not.
const UNSEEN = [
  "RUSTORY_DB_PATH",
  "RUSTORY_TRACKERS",
  "RUSTORY_TRACKER_TOKEN",
  "RUSTORY_RELAY_ADDR",
  "RUSTORY_SWARM_KEY_PATH",
  "RUSTORY_P2P_IDENTITY_KEY_PATH",
];

/** What a service needs of this machine; with `printLine` nothing is done but what would be is told. */
export function serviceDeps(
  world: World,
  run: Run,
  printLine?: (line: string) => void,
): ServiceDeps {
  return {
    files: world.files,
    clock: world.clock,
    run,
    actions: printLine === undefined ? realActions(world.files, run) : dryActions(printLine),
    home: homeFolder((name) => world.env(name)),
    env: (name) => world.env(name),
  };
}

/**
 * Writes the unit, enables and starts it, and waits until it is ready or has failed.
 *
 * @param warn takes what a person should know of the service before it starts
 * @throws {RrError} `usage` under sudo, else as {@linkcode install}
 */
export async function installOwnService(
  world: World,
  { dbPath, force }: { readonly dbPath: string | undefined; readonly force: boolean },
  manager: ServiceManager,
  deps: ServiceDeps,
  warn: (text: string) => void,
): Promise<Installed> {
  if (world.env("SUDO_USER") !== undefined) {
    throw new RrError("usage", "Cannot install the service with sudo: it would be root's", {
      hint: "Run `rr service install` as yourself; no rights of root are needed",
    });
  }
  const spec = specOf(world, dbPath);
  const fleeting = fleetingReason(spec.program);
  if (fleeting !== undefined) warn(fleeting);
  const unseen = UNSEEN.filter((name) => world.env(name) !== undefined);
  if (unseen.length > 0) {
    warn(`the service will not see ${unseen.join(", ")}; use the config file`);
  }
  return await install(manager, deps, spec, { force });
}

function specOf(world: World, dbPath: string | undefined): UnitSpec {
  const program = lastingProgram(programFrom(world.program(), world.runtime), realPath);
  // Deno's cache, without which it would download everything again at the first start.
  const names = [...UNIT_ENVIRONMENT, ...(program.kind === "deno" ? ["DENO_DIR"] : [])];
  const environment = names.flatMap((name): [string, string][] => {
    const value = world.env(name)?.trim();
    return value === undefined ? [] : [[name, value]];
  });
  return {
    program,
    args: [...(dbPath === undefined ? [] : ["--db-path", absolute(world, dbPath)]), ...DAEMON_ARGS],
    environment: { ...memoryEnvironment(program.kind), ...Object.fromEntries(environment) },
  };
}

function absolute(world: World, path: string): string {
  return path.startsWith("/") ? path : `${world.cwd() ?? ""}/${path}`;
}
