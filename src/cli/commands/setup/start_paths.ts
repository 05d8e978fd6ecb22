/** Where the shells have their start files. */
import { timeLimit } from "../../../base/async/timer.ts";
import { accessSync, chownSync, constants, readlinkSync, rmdirSync, statSync } from "node:fs";
import { HOOK_SHELLS, hookFile } from "../../../app/hook_file.ts";
import type { World } from "../../../base/world.ts";
import { folderOf } from "../../../base/folder_of.ts";
import type { Run } from "../../../service/run.ts";
import type { ShellName } from "../../../shell/hook.ts";
import type { StartFile } from "./plan.ts";
import { bytesOf, letters } from "./start_file.ts";

/** A zsh that hangs in its `.zshenv` is not waited for. */
const ZSH_MS = 5_000;

/** The start files of the shells: those that are read, and all in which a block of ours may be. */
export interface StartPlaces {
  /** One a shell, the one that setup writes to. */
  readonly main: readonly StartFile[];
  readonly all: readonly StartFile[];
}

/** Looks at the start files of all shells. */
export async function startPlaces(
  world: World,
  home: string,
  inUse: readonly ShellName[],
  run: Run,
): Promise<StartPlaces> {
  const zdotdir = world.env("ZDOTDIR") ?? await zdotdirOf(world, home, run);
  const places = HOOK_SHELLS.map((shell) => {
    const paths = pathsOf(world, home, shell, zdotdir);
    return paths.map((path) => look(world, home, shell, path, inUse.includes(shell)));
  });
  return { main: places.map((files) => chosen(files)), all: unique(places.flat()) };
}

/**
 * The one to write to: where the hook is loaded already, else the first, or the next one where that
 * cannot be written (fish reads a folder of files beside a config.fish that some system manages).
 */
function chosen(files: readonly StartFile[]): StartFile {
  const [first, ...others] = files;
  const loading = files.find(({ text }) =>
    /\/rustory\/hook\.|\brr(\.js)?\s+hook\b/.test(text ?? "")
  );
  if (loading !== undefined) return loading;
  if (first!.obstacle === undefined || first!.shell !== "fish") return first!;
  return others.find(({ obstacle }) => obstacle === undefined) ?? first!;
}

function pathsOf(world: World, home: string, shell: ShellName, zdotdir?: string): string[] {
  switch (shell) {
    case "zsh":
      return [...new Set([`${zdotdir ?? home}/.zshrc`, `${home}/.zshrc`])];
    case "bash": {
      // Terminals on macOS start login shells, which read no .bashrc.
      const login = `${home}/.bash_profile`;
      const isRead = world.os === "darwin" && world.files.stat(login) !== undefined;
      return isRead ? [login, `${home}/.bashrc`] : [`${home}/.bashrc`, login];
    }
    case "fish": {
      const folder = `${world.env("XDG_CONFIG_HOME") ?? `${home}/.config`}/fish`;
      const own = `${folder}/conf.d/rustory.fish`;
      const others = world.files.list(`${folder}/conf.d`).filter((name) => name.endsWith(".fish"))
        .map((name) => `${folder}/conf.d/${name}`);
      return [...new Set([`${folder}/config.fish`, own, ...others])];
    }
  }
}

/** `ZDOTDIR` is often set in `.zshenv` and not exported, so that only zsh knows. */
async function zdotdirOf(world: World, home: string, run: Run): Promise<string | undefined> {
  const isNamed = [`${home}/.zshenv`, "/etc/zshenv", "/etc/zsh/zshenv"].some((path) =>
    textIfReadable(world, path)?.includes("ZDOTDIR")
  );
  if (!isNamed) return undefined;
  try {
    const asked = ["zsh", "-c", 'print -rn -- "${ZDOTDIR-}"'];
    using patience = timeLimit(world.clock, ZSH_MS);
    const { code, stdout } = await run(asked, { signal: patience.signal });
    const folder = stdout.split("\n").at(-1)!.replace(/(?<=.)\/+$/, "");
    return code === 0 && folder.startsWith("/") ? folder : undefined;
  } catch {
    return undefined;
  }
}

function look(
  world: World,
  home: string,
  shell: ShellName,
  named: string,
  inUse: boolean,
): StartFile {
  const path = world.files.realPath(named) ?? named;
  const text = textIfReadable(world, path);
  const obstacle = obstacleOf(world, path, text !== undefined);
  return { shell, path, text, obstacle, inUse, hookFile: hookFile(home, shell) };
}

/** Why a start file cannot be written; `undefined` if it can. */
function obstacleOf(world: World, path: string, isText: boolean): string | undefined {
  const stat = world.files.stat(path);
  if (stat === undefined && isLink(path)) return "it is a link to a file that is not there";
  if (stat?.kind === "folder") return "it is a folder";
  if (stat !== undefined && !isText) return "it cannot be read";
  if (stat !== undefined && !isWritable(path)) return "it is read-only for this user";
  if (!isWritable(nearestFolder(world, path))) return "its folder is read-only for this user";
  return undefined;
}

function textIfReadable(world: World, path: string): string | undefined {
  try {
    const bytes = world.files.readBytes(path);
    return bytes === undefined ? undefined : letters(bytes);
  } catch {
    return undefined;
  }
}

/** The folder of a path, or the nearest one above it that is there. */
export function nearestFolder(world: World, path: string): string {
  let folder = folderOf(path);
  while (folder !== "/" && folder !== "." && world.files.stat(folder) === undefined) {
    folder = folderOf(folder);
  }
  return folder;
}

/** Of a link to nothing, a dotfiles folder that is not mounted perhaps, the link would be replaced. */
function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether we may write there; the bits of the mode alone do not tell whose the file is. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return false;
  }
  return !isOnReadOnlyDisk(path);
}

// Deno goes by the bits of the mode alone. To remove what is not there is refused by such a disk before
// it is looked for, and changes nothing anywhere.
function isOnReadOnlyDisk(path: string): boolean {
  try {
    const folder = statSync(path).isDirectory() ? path : folderOf(path);
    rmdirSync(`${folder}/.rr-${crypto.randomUUID()}`);
  } catch (error) {
    return (error as { readonly code?: unknown }).code === "EROFS";
  }
  return false;
}

/** Writes a start file whole or not at all, with the owner and the mode that it had. */
export function writeStartFile(world: World, path: string, text: string): void {
  const before = world.files.stat(path) === undefined ? undefined : statSync(path);
  world.files.makePrivateFolder(folderOf(path));
  world.files.replacePrivate(path, bytesOf(text));
  // Start files are no secret; other programs make them readable.
  world.files.chmod(path, before === undefined ? 0o644 : before.mode & 0o7777);
  if (before === undefined) return;
  const after = statSync(path);
  if (after.uid !== before.uid || after.gid !== before.gid) {
    chownSync(path, before.uid, before.gid);
  }
}

function unique(files: readonly StartFile[]): StartFile[] {
  return files.filter(({ path }, i) => files.findIndex((one) => one.path === path) === i);
}
