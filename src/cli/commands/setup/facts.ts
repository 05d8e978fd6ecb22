/** A look at the machine, for `rr setup` and `rr uninstall`. */
import { accessSync, constants } from "node:fs";
import type { World } from "../../../base/world.ts";
import { HOOK_SHELLS, hookFile } from "../../../app/hook_file.ts";
import { folderOf } from "../../../config/paths.ts";
import type { Settings } from "../../../config/settings.ts";
import { usualFiles } from "../../../import/usual_places.ts";
import type { ShellName } from "../../../shell/hook.ts";
import type { Facts, StartFile } from "./plan.ts";

/** Histories that are taken in unasked; the other sources are files that a person names. */
const HISTORIES = ["zsh", "bash", "fish", "atuin", "hishtory", "mcfly"] as const;

/** What there is on this machine. */
export function lookAround(world: World, settings: Settings): Facts {
  const env = (name: string): string | undefined => world.env(name);
  const histories = HISTORIES.map((from) => ({
    from,
    paths: usualFiles(from, env, world.files).filter((path) => world.files.stat(path)?.size),
  }));
  return {
    configPath: settings.configPath,
    configExists: settings.configExists,
    startFiles: HOOK_SHELLS.map((shell) => startFile(world, settings, shell)),
    histories: histories.filter(({ paths }) => paths.length > 0),
  };
}

function startFile(world: World, settings: Settings, shell: ShellName): StartFile {
  const named = startPath(world, settings.home, shell);
  const path = world.files.realPath(named) ?? named;
  const text = world.files.readText(path);
  return {
    shell,
    path,
    text,
    writable: isWritable(text === undefined ? nearestFolder(world, path) : path),
    inUse: world.env("SHELL")?.split("/").at(-1) === shell,
    hookFile: hookFile(settings.home, shell),
  };
}

function startPath(world: World, home: string, shell: ShellName): string {
  switch (shell) {
    case "zsh":
      return `${world.env("ZDOTDIR") ?? home}/.zshrc`;
    case "bash": {
      // Terminals on macOS start login shells, which read no .bashrc.
      const login = `${home}/.bash_profile`;
      const isRead = world.os === "darwin" && world.files.stat(login) !== undefined;
      return isRead ? login : `${home}/.bashrc`;
    }
    case "fish":
      return `${world.env("XDG_CONFIG_HOME") ?? `${home}/.config`}/fish/config.fish`;
  }
}

function nearestFolder(world: World, path: string): string {
  let folder = folderOf(path);
  while (folder !== "/" && folder !== "." && world.files.stat(folder) === undefined) {
    folder = folderOf(folder);
  }
  return folder;
}

// Modes alone do not tell whose the file is.
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
