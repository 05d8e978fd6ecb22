/** Where Node keeps the compiled code of `rr`, with which it starts a third sooner. Loaded on Node before all else. */
import { folderOf } from "../base/folder_of.ts";

/** What is asked of Node's `process`. */
interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  getuid?(): number;
  getBuiltinModule(name: "node:fs"): typeof import("node:fs");
  getBuiltinModule(name: "node:module"): typeof import("node:module");
}

/**
 * The folder of what can be made again: `$XDG_CACHE_HOME/rustory`, or `~/.cache/rustory`.
 *
 * A path that is not absolute counts for nothing: XDG Base Directory Specification 0.8.
 */
export function cacheFolder(env: (name: string) => string | undefined): string | undefined {
  const [set, home] = [env("XDG_CACHE_HOME"), env("HOME")];
  if (set?.startsWith("/")) return `${set.replace(/(?<=.)\/+$/, "")}/rustory`;
  return home?.startsWith("/") ? `${home.replace(/\/+$/, "")}/.cache/rustory` : undefined;
}

/**
 * Has Node keep what it compiles, which it does only where it is told to.
 *
 * Without a word where that cannot be, as it only saves time: a home that is not there or not to be
 * written, or one of somebody else (`sudo`), whom a folder of root's would shut out.
 */
export function keepCompiledCode(process: NodeProcess): void {
  const folder = cacheFolder((name) => process.env[name]);
  if (folder === undefined) return;
  const fs = process.getBuiltinModule("node:fs");
  try {
    if (!isReady(folder, fs, process.getuid?.())) return;
    process.getBuiltinModule("node:module").enableCompileCache?.(`${folder}/node`);
  } catch {
    // It cannot be made.
  }
}

// Whoever can write to the folder has their code run.
const OTHERS_MAY_WRITE = 0o022;

/** Whether the folder is there, made now if need be, and this user's alone. */
function isReady(folder: string, fs: typeof import("node:fs"), user: number | undefined): boolean {
  const info = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (info !== undefined) {
    return info.isDirectory() && isOwn(info, user) && (info.mode & OTHERS_MAY_WRITE) === 0;
  }
  const cache = folderOf(folder);
  const isCacheThere = fs.existsSync(cache);
  if (!isOwn(fs.statSync(isCacheThere ? cache : folderOf(cache)), user)) return false;
  if (!isCacheThere) fs.mkdirSync(cache, { mode: 0o700 });
  fs.mkdirSync(folder, { mode: 0o700 });
  return true;
}

function isOwn(info: { readonly uid: number }, user: number | undefined): boolean {
  return user === undefined || info.uid === user;
}
