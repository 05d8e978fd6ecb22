/** A look at the machine, for `rr setup`. */
import { statSync } from "node:fs";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import { usualFiles } from "../../../import/usual_places.ts";
import { detectManager } from "../../../service/detect.ts";
import type { Run } from "../../../service/run.ts";
import { loginShell, parentShell } from "../../machine/shell_in_use.ts";
import { serviceDeps } from "../service/install_own.ts";
import type { Facts, OldHistory, Service } from "./plan.ts";
import { isWritable, startPlaces } from "./start_paths.ts";

/**
 * Histories that are taken in unasked; the other sources are files that a person names. What several hold
 * is kept as the first one knows it, so those come first that know folder and status.
 */
export const HISTORIES = [
  "atuin",
  "hishtory",
  "zsh-histdb",
  "resh",
  "mcfly",
  "xonsh",
  "nushell",
  "zsh",
  "bash",
  "fish",
  "powershell",
] as const;

/** What there is on this machine; with `noService` nobody is asked who could run the daemon. */
export async function lookAround(
  world: World,
  settings: Settings,
  run: Run,
  { noService }: { readonly noService: boolean },
): Promise<Facts> {
  const inUse = [await parentShell(world, run), loginShell(world)].filter((shell) =>
    shell !== undefined
  );
  return {
    home: settings.home,
    configPath: settings.configPath,
    configExists: settings.configExists,
    startFiles: (await startPlaces(world, settings.home, inUse, run)).main,
    histories: oldHistories(world),
    service: noService ? undefined : await serviceOf(world, run),
    isOnPath: isOnPath(world),
  };
}

/** The histories that other programs keep here. */
export function oldHistories(world: World): readonly OldHistory[] {
  const env = (name: string): string | undefined => world.env(name);
  return HISTORIES.flatMap((from) =>
    usualFiles(from, env, world.files).flatMap((path) => {
      const size = world.files.stat(path)?.size ?? 0;
      return size > 0 ? [{ from, path, size }] : [];
    })
  );
}

/**
 * Refuses a machine on which half of it would be done.
 *
 * @throws {RrError} `io` if there is no home folder to write to; `usage` for root in somebody's home
 */
export function checkHome(world: World, home: string): void {
  if (world.files.stat(home)?.kind !== "folder") {
    throw new RrError("io", `Cannot set up: there is no home folder "${home}"`, {
      hint: "Make it, or set HOME to one that is there",
    });
  }
  if (!isWritable(home)) {
    throw new RrError("io", `Cannot set up: the home folder "${home}" cannot be written`, {
      hint: "Run it as the user whose home it is, or set HOME",
    });
  }
  const { uid } = statSync(home);
  if (world.env("SUDO_USER") !== undefined && uid !== 0) {
    throw new RrError("usage", `Cannot set up with sudo: files in "${home}" would become root's`, {
      hint: "Run `rr setup` as yourself; no rights of root are needed",
    });
  }
}

async function serviceOf(world: World, run: Run): Promise<Service> {
  const detected = await detectManager(world.os, serviceDeps(world, run));
  return detected.manager === undefined
    ? { is: "missing", why: detected.why }
    : { is: "there", title: detected.manager.title };
}

function isOnPath(world: World): boolean {
  const folders = (world.env("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return folders.some((folder) => world.files.stat(`${folder}/rr`)?.kind === "file");
}
