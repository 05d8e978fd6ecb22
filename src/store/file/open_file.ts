/** The history file made ready: private, ours, up to date. */
import { folderOf } from "../../base/folder_of.ts";
import type { Clock } from "../../base/clock.ts";
import { RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";
import { Database } from "./database.ts";
import { Meta } from "./meta.ts";
import { notRegular } from "./sqlite_errors.ts";
import {
  LATEST_VERSION,
  migrate,
  migrateForReading,
  refuseForeign,
  schemaVersion,
} from "./migrations.ts";

/** What opening a history needs of the world, and how it should behave. */
export interface HistoryOptions {
  readonly files: Files;
  readonly clock: Clock;
  /**
   * `readonly` creates and changes nothing, not even the schema; `still` needs no room for locks
   * either, and sees what was in the file itself when it was opened. `salvage` reads a file that is cut off,
   * too, which is refused otherwise. @default {"readwrite"}
   */
  readonly mode?: "readwrite" | "readonly" | "still" | "salvage" | undefined;
  /**
   * How long a call waits, blocking the process, while another one writes; then it throws
   * `RrError("busy")`. @default {5000, as the original}
   */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * Page cache, in KiB. Less is right for a process that goes through everything once.
   *
   * @default {16384, which holds the upper levels of every index at a million rows}
   */
  readonly cacheKib?: number | undefined;
}

/** A history that the rest of the store can work on. */
export interface Opened {
  readonly db: Database;
  readonly meta: Meta;
  readonly clock: Clock;
  readonly files: Files;
  readonly readOnly: boolean;
  /** What was put right while opening, one sentence each, for the log. */
  readonly notices: readonly string[];
}

/** See {@linkcode HistoryOptions.cacheKib}. */
const CACHE_KIB = 16 * 1024;
/** A large transaction leaves a large write-ahead log; it is cut to this once it is folded in. */
const WAL_BYTES_KEPT = 32 * 1024 * 1024;
const LONGEST_BUSY_TIMEOUT_MS = 10 * 60_000;

/** Opens, creates or upgrades the file; see {@linkcode import("./open_history.ts").openHistory}. */
export function openFile(path: string, options: HistoryOptions): Opened {
  const { files, clock, mode = "readwrite", busyTimeoutMs = 5000 } = options;
  const { cacheKib = CACHE_KIB } = options;
  if (
    !Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > LONGEST_BUSY_TIMEOUT_MS
  ) {
    throw new RangeError(
      `Cannot open a history as 'busyTimeoutMs' must be an integer from 0 to ${LONGEST_BUSY_TIMEOUT_MS}: current value is ${busyTimeoutMs}`,
    );
  }
  if (!Number.isInteger(cacheKib) || cacheKib < 1) {
    throw new RangeError(
      `Cannot open a history as 'cacheKib' must be an integer of at least 1: current value is ${cacheKib}`,
    );
  }
  const readOnly = mode !== "readwrite";
  const notices = path === ":memory:" ? [] : prepareFiles(path, files, readOnly);
  const db = new Database(path, { readOnly, still: mode === "still", lax: mode === "salvage" });
  try {
    // Without this SQLite compares the length of the file with its first page. Nothing is written.
    if (mode === "salvage") db.exec("PRAGMA writable_schema = ON");
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA cache_size = -${cacheKib}`);
    if (readOnly) prepareReading(db);
    else prepareWriting(db);
    return { db, meta: new Meta(db), files, clock, readOnly, notices };
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

/**
 * Bytes of the write-ahead log that a process may leave behind, some fifty records: whoever opens the
 * file next as the only one reads all of it, 1 ms for a quarter of this.
 */
export const LOG_BYTES_LEFT = 1024 * 1024;

/**
 * Lets go of the file where the process ends right after; see `Database.leave()`. A log that has grown
 * long is closed as it should be, which folds it in: how much of it the file has already is known only
 * while somebody has it open, so that of processes that all leave none would ever start it anew, and each
 * would read more than the one before.
 *
 * @param close how it is closed
 */
export function letGo(
  { db, files, readOnly }: Opened,
  close: () => void = () => db[Symbol.dispose](),
): void {
  if (!readOnly && logBytes(db.path, files) > LOG_BYTES_LEFT) close();
  db.leave();
}

function logBytes(path: string, files: Files): number {
  if (path === ":memory:") return 0;
  try {
    return files.stat(`${files.realPath(path) ?? path}-wal`)?.size ?? 0;
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return 0; // whoever comes next finds it as long
  }
}

function prepareFiles(path: string, files: Files, readOnly: boolean): string[] {
  const info = files.stat(path);
  if (info === undefined) {
    if (readOnly) {
      throw new RrError("not-found", `Cannot read the history "${path}": there is no such file`, {
        hint: "`rr setup` begins one; --db-path or db_path names another",
      });
    }
    createFile(path, files);
    return [];
  }
  if (info.kind !== "file") throw notRegular("open", path);
  return readOnly ? [] : tighten(path, files);
}

// SQLite would create the file with the umask's mode; it gives -wal and -shm the mode of the file.
function createFile(path: string, files: Files): void {
  files.makePrivateFolder(folderOf(path));
  if (files.createPrivate(path, "") || files.stat(path) !== undefined) return;
  // The name is taken, by a link: to a disk that is not there, in whose place nothing may be made.
  throw new RrError("io", `Cannot open the history "${path}": it is a link that leads to nothing`, {
    hint: "Bring back what it leads to, or remove the link; an empty file there is a new history",
  });
}

function tighten(path: string, files: Files): string[] {
  const notices: string[] = [];
  // SQLite keeps the other two beside the file itself, not beside a link to it.
  const real = files.realPath(path) ?? path;
  for (const name of [real, `${real}-wal`, `${real}-shm`]) {
    const mode = files.stat(name)?.mode;
    if (mode === undefined || (mode & 0o077) === 0) continue;
    try {
      files.chmod(name, mode & 0o700);
      notices.push(`The history could be read by others: "${name}" is private now`);
    } catch {
      notices.push(`The history can be read by others: "${name}" belongs to somebody else`);
    }
  }
  return notices;
}

function prepareWriting(db: Database): void {
  const version = schemaVersion(db);
  refuseForeign(db, version);
  // Lets Maintenance.compact() give space back. Only a new file takes it; any other one that has it
  // would be written to, and flushed to the disk, each time.
  if (version === 0) db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec(`PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
  if (version !== LATEST_VERSION) migrate(db);
}

function prepareReading(db: Database): void {
  migrateForReading(db);
}
