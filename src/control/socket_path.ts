/** Where the control socket of a database is. */
import { folderOf } from "../base/folder_of.ts";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { RrError } from "../base/rr_error.ts";
import { realPath } from "../process/lock.ts";

/**
 * Longest path of a unix socket in bytes: 104 on macOS, 108 on Linux, with the zero at its end. Node cuts
 * off the rest without a word.
 */
const MAX_SOCKET_PATH_BYTES = 103;

/** A folder that is made beside the socket for a moment has a longer name; see `server.ts`. */
const SCRATCH_SUFFIX_CHARS = "/.rr-xxxxxx/s".length;

const SHORT_PLACE = "/tmp/rustory-";

/**
 * The socket of a database: beside it, or where that path would be too long for a socket, in a folder of
 * the owner's in /tmp. It depends on the database alone, so that daemon and command line agree.
 */
export function controlSocketPath(dbPath: string): string {
  const db = realPath(dbPath);
  const folder = folderOf(db);
  const beside = `${db}.sock`;
  const longest = Math.max(byteLength(beside), byteLength(folder) + SCRATCH_SUFFIX_CHARS);
  return longest <= MAX_SOCKET_PATH_BYTES ? beside : shortPath(db);
}

/**
 * Where the socket is if the file system of its usual place has no sockets (exFAT, drives of Windows,
 * some FUSE); `undefined` if `path` is that place already.
 */
export function otherSocketPath(path: string): string | undefined {
  return path.startsWith(SHORT_PLACE) ? undefined : shortPath(databaseOf(path));
}

/** The database of a socket beside it. */
export function databaseOf(path: string): string {
  return path.slice(0, -".sock".length);
}

function shortPath(db: string): string {
  const folder = folderOf(db);
  const hash = createHash("sha256").update(db).digest("hex").slice(0, 16);
  return `${SHORT_PLACE}${ownerOf(folder)}/${hash}.sock`;
}

/**
 * Sees to it that nobody else can put a socket where ours is or should be. A folder in /tmp can have been
 * made by anyone, so it must be the owner's and closed to others; the folder of a database is its owner's choice.
 *
 * @throws {RrError} `io` if the folder cannot be trusted
 */
export function checkSocketFolder(path: string, options: { readonly create: boolean }): void {
  if (!path.startsWith(SHORT_PLACE)) return;
  const folder = folderOf(path);
  if (options.create) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const info = lstatSync(folder, { throwIfNoEntry: false });
  if (info === undefined) return;
  const owner = Number(folder.slice(SHORT_PLACE.length));
  if (info.isDirectory() && info.uid === owner && (info.mode & 0o077) === 0) return;
  throw new RrError(
    "io",
    `Cannot trust "${folder}": it is not a folder that only user ${owner} can use`,
    {
      hint: "Find out who made it, and remove it",
    },
  );
}

function ownerOf(folder: string): number {
  return lstatSync(folder, { throwIfNoEntry: false })?.uid ?? 0;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
