/** Where rr keeps its files: the paths of the original, the same on Linux and macOS. */
import { folderOf } from "../base/folder_of.ts";
import { RrError } from "../base/rr_error.ts";

/** Reads an environment variable; blank ones are `undefined`. */
export type ReadEnv = (name: string) => string | undefined;

/** With a drive on Windows. */
const ABSOLUTE = /^(?:[a-z]:)?[/\\]/i;

/**
 * The home folder.
 *
 * @throws {RrError} `config` if the environment names none, or one by a relative path
 */
export function homeFolder(env: ReadEnv): string {
  const home = env("HOME") ?? env("USERPROFILE");
  if (home !== undefined && !ABSOLUTE.test(home)) {
    throw new RrError("config", `Cannot use the home folder "${home}": it is no absolute path`, {
      hint: "Set HOME, for example HOME=/home/me rr ...",
    });
  }
  if (home !== undefined) return home.replace(/(?<=.)[/\\]+$/, "");
  throw new RrError("config", "Cannot find the home folder: HOME is not set", {
    hint: "Set HOME, for example HOME=/home/me rr ...",
  });
}

/** The folder of the config file and the keys: `~/.config/rustory`. */
export function configFolder(home: string): string {
  return `${home}/.config/rustory`;
}

/** The config file: `~/.config/rustory/config.toml`, and nowhere else. */
export function configPath(home: string): string {
  return `${configFolder(home)}/config.toml`;
}

/** The path with a leading `~/` (or a bare `~`) replaced by the home folder. */
export function expandHome(path: string, home: string): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? home + path.slice(1) : path;
}

/**
 * The folder beside the database for what belongs to it: spools, the daemon's socket and lock.
 *
 * It follows from the database alone, never from the caller's environment, so that a shell and the
 * daemon cannot disagree about it.
 */
export function stateFolder(dbPath: string): string {
  return folderOf(dbPath);
}

/** The file that tells the shells how to reach the daemon. */
export function shellDoorFile(dbPath: string): string {
  return `${stateFolder(dbPath)}/shell.door`;
}

/** The folder in which the shell hooks leave what they recorded. */
export function spoolFolder(dbPath: string): string {
  return `${stateFolder(dbPath)}/spool`;
}
