/** One daemon per database, and one process that takes its connections. */
import { folderOf } from "../base/folder_of.ts";
import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { localTime } from "../base/local_time.ts";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import {
  acquireFileLock,
  type LockAttempt,
  type LockHolder,
  readFileLock,
} from "../store/file/file_lock.ts";

/** What the lock needs of the machine. */
export type LockWorld = Pick<World, "clock" | "files" | "pid">;

/**
 * What only one process may do for a database: `daemon` syncs, `serve` takes connections from others,
 * `upload` is a sync in the background.
 * Usually one process does both; with `rr p2p-serve` beside the daemon they are two.
 */
export type Role = "daemon" | "serve" | "upload";

/** The file beside the database that who has the role holds. It stays; only its lock counts. */
export function roleLockPath(dbPath: string, role: Role): string {
  return `${realPath(dbPath)}.${role}.lock`;
}

/**
 * Takes a role until it is disposed or the process ends, however it ends. The folder of the database
 * must exist.
 *
 * @throws {RrError} `database` if the file is unusable
 */
export function tryRole(dbPath: string, role: Role, world: LockWorld): LockAttempt {
  const path = roleLockPath(dbPath, role);
  world.files.createPrivate(path, "");
  return acquireFileLock(path, { pid: world.pid, sinceMs: Math.floor(world.clock.now()) });
}

/** Somebody else is the daemon of a database, which is not over in a moment. Exit code 75. */
export class DaemonRuns extends RrError {
  /** @param holder who it is, once it has written that down */
  constructor(dbPath: string, holder: LockHolder | undefined) {
    const who = holder === undefined
      ? "just starting"
      : `process ${holder.pid}, since ${localTime(holder.sinceMs)}`;
    super("busy", `Cannot start: a daemon (${who}) works on "${dbPath}" already`, {
      hint: "See what it does with `rr status`; stop it with `rr service stop`" +
        (holder === undefined ? "" : ` or \`kill ${holder.pid}\``),
    });
  }
}

/**
 * Makes this process the daemon of a database; see {@linkcode tryRole}.
 *
 * @throws {DaemonRuns} if there is one; {RrError} `database` if the file is unusable
 */
export function lockDaemon(dbPath: string, world: LockWorld): Disposable {
  const attempt = tryRole(dbPath, "daemon", world);
  if ("lock" in attempt) return attempt.lock;
  throw new DaemonRuns(dbPath, attempt.heldBy);
}

/** The running daemon of a database; `undefined` if there is none. */
export function daemonHolder(dbPath: string, world: Pick<World, "files">): LockHolder | undefined {
  const path = roleLockPath(dbPath, "daemon");
  return world.files.stat(path) === undefined ? undefined : readFileLock(path);
}

/** As {@linkcode daemonHolder}, for who has no World. */
export function runningDaemon(dbPath: string): LockHolder | undefined {
  const path = roleLockPath(dbPath, "daemon");
  return existsSync(path) ? readFileLock(path) : undefined;
}

/** The file behind symbolic links, so that a database has one lock whatever it is called. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there yet: its folder may be a link all the same.
    return inRealFolder(path);
  }
}

function inRealFolder(path: string): string {
  try {
    return join(realpathSync(folderOf(path)), basename(path));
  } catch {
    return path;
  }
}
