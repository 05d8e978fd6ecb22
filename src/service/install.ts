/** Installing and removing the service. Both may be repeated without harm. */
import { RrError } from "../base/rr_error.ts";
import { type ServiceDeps, type ServiceManager, type ServiceState, settle } from "./manager.ts";
import { authorship, seal } from "./marker.ts";
import type { UnitSpec } from "./unit.ts";

/** How {@linkcode install} and {@linkcode uninstall} treat what they find. */
export interface InstallOptions {
  /** Replace or remove a unit that somebody has edited. @default {false} */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode install} did. */
export interface Installed {
  readonly unit: "written" | "replaced" | "unchanged";
  /** How the service is now; `undefined` in a dry run. */
  readonly state: ServiceState | undefined;
}

// Jitter (10 s) and a first round; a person waits for this.
const LONGEST_START_MS = 30_000;

/**
 * Writes the unit, enables and starts it, and waits until it is ready or has failed.
 *
 * @throws {RrError} code `io` if the unit has been edited and `force` is not set, or if the service
 * manager refuses
 */
export async function install(
  manager: ServiceManager,
  deps: ServiceDeps,
  spec: UnitSpec,
  options: InstallOptions = {},
): Promise<Installed> {
  const { files, actions, clock } = deps;
  const wanted = await seal(manager.render(spec));
  const there = files.readText(manager.unitPath);
  const changed = there !== wanted;
  if (changed) {
    await refuseEdited(there, manager, options, "replace");
    actions.writeUnit(manager.unitPath, wanted);
  }
  await manager.load(changed);
  await bringUp(manager, changed && there !== undefined);
  return {
    unit: !changed ? "unchanged" : there === undefined ? "written" : "replaced",
    state: actions.real
      ? await settle(manager, clock, LONGEST_START_MS, options.signal)
      : undefined,
  };
}

async function bringUp(manager: ServiceManager, outdated: boolean): Promise<void> {
  const { phase } = await manager.state();
  const up = phase === "running" || phase === "starting";
  if (up && outdated) await manager.restart();
  else if (!up) await manager.start();
}

/** What {@linkcode uninstall} found. */
export type Uninstalled = "removed" | "was not installed";

/**
 * Stops the service and removes all that {@linkcode install} has made. History, keys and config stay.
 *
 * @throws {RrError} code `io` if the unit has been edited and `force` is not set
 */
export async function uninstall(
  manager: ServiceManager,
  deps: ServiceDeps,
  options: InstallOptions = {},
): Promise<Uninstalled> {
  const there = deps.files.readText(manager.unitPath);
  const { phase } = await manager.state();
  if (there === undefined && phase === "not-loaded") return "was not installed";
  await refuseEdited(there, manager, options, "remove");
  await manager.unload();
  deps.actions.removeFile(manager.unitPath);
  await manager.forget();
  return "removed";
}

async function refuseEdited(
  text: string | undefined,
  manager: ServiceManager,
  options: InstallOptions,
  verb: "replace" | "remove",
): Promise<void> {
  if (options.force || await authorship(text) !== "edited") return;
  const keep = manager.kind === "systemd"
    ? "; to keep your changes, move them into `systemctl --user edit rustory` first"
    : "";
  throw new RrError("io", `Cannot ${verb} "${manager.unitPath}": it has been edited`, {
    hint: `Add --force to ${verb} it all the same${keep}`,
  });
}
