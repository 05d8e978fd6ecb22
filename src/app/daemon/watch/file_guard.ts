/** Notices when the history's file is replaced, removed or overwritten under the daemon. */
import { RrError } from "../../../base/rr_error.ts";
import type { Files } from "../../../base/world.ts";
import type { DeviceId, Entry } from "../../../history/entry.ts";
import { LogWatch } from "../../../store/file/log_watch.ts";
import { HeaderWatch } from "../../../store/file/header_watch.ts";
import type { History } from "../../../store/file/open_history.ts";
import { Unfolded } from "../history/unfolded.ts";

/** Thrown when the open history is not the one at its path any more. */
export class HistoryLostError extends RrError {
  /** The path of the history. */
  readonly path: string;
  /** What happened to it, after "The history ...". */
  readonly what: string;
  /** Whether there is no file at the path, or none that can be seen. */
  readonly isGone: boolean;

  /** Entries that came in last, which may not be in the file that is there now. */
  readonly kept: readonly Entry[];

  /** Creates the error; `what` completes "The history ...". */
  constructor(path: string, what: string, isGone: boolean, kept: readonly Entry[] = []) {
    super("database", `The history "${path}" ${what}`);
    this.kept = kept;
    this.path = path;
    this.what = what;
    this.isGone = isGone;
  }
}

interface Look {
  readonly mtimeMs: number | undefined;
  /** Bytes of the write-ahead log. */
  readonly waiting: number;
  readonly version: number;
}

/** Watches one open history, which it closes; see {@linkcode HeaderWatch}. */
export class FileGuard implements Disposable {
  readonly #history: History;
  readonly #files: Pick<Files, "stat">;
  readonly #header: HeaderWatch | undefined;
  readonly #log: LogWatch | undefined;
  readonly #unfolded: Unfolded;
  #before: Look;
  #isLogBroken = false;
  #checkedAt: number | undefined;

  /**
   * Takes the file that is there now for the right one.
   *
   * @throws {RrError} if the history cannot be read, which is closed then
   */
  constructor(history: History, files: Pick<Files, "stat">, deviceId: DeviceId) {
    this.#history = history;
    this.#files = files;
    this.#header = headerOf(history.path);
    this.#log = logOf(history.realPath);
    history.opened.db.beforeUse(() => this.#log?.mendIndex());
    try {
      this.#unfolded = new Unfolded(history, deviceId);
      this.#before = this.#look();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws {HistoryLostError} if the history has to be opened anew */
  check(): void {
    const { path } = this.#history;
    const state = this.#history.placeState();
    if (state === "gone") throw new HistoryLostError(path, "has been removed", true);
    if (state === "replaced") throw new HistoryLostError(path, "has been replaced", false);
    if (state === "hidden") throw new HistoryLostError(path, "could not be looked at", true);
    if (state === "without-log") throw this.#logLost();
    // Before SQLite is asked for anything: it would go by the index.
    this.#isLogBroken ||= this.#log?.isBroken() ?? false;
    if (this.#isLogBroken) throw this.#logLost();
    const now = this.#look();
    const isOverwritten = this.#header?.isOverwritten() || changedBehindSqlite(this.#before, now);
    if (isOverwritten) throw new HistoryLostError(path, "has been overwritten", false);
    this.#before = now;
    this.#unfolded.look();
  }

  /**
   * The {@linkcode check} of one look, whose number {@linkcode Looks} tells: several look at the same
   * moment, and the first of them sees what there is to see.
   *
   * @throws {HistoryLostError} if the history has to be opened anew
   */
  checkAt(look: number): void {
    if (look === this.#checkedAt) return;
    this.check();
    this.#checkedAt = look;
  }

  /**
   * Takes note of what was just recorded, ahead of {@linkcode check}, which tells what is wrong, if
   * anything is.
   */
  note(): void {
    try {
      if (!this.#isLogBroken && !this.#log?.isBroken()) this.#unfolded.look();
    } catch (error) {
      if (!(error instanceof RrError)) throw error;
    }
  }

  /** Takes the file as it is now for right: this process has just folded the write-ahead log in. */
  accept(): void {
    this.#before = this.#look();
    if (this.#before.waiting === 0) this.#unfolded.folded();
  }

  /** Closes the history, and then what it holds itself. Twice is harmless. */
  [Symbol.dispose](): void {
    if (this.#isLogBroken || this.#log?.isBroken()) this.#history.closeUnfolded();
    else this.#history[Symbol.dispose]();
    this.#log?.[Symbol.dispose]();
    this.#header?.[Symbol.dispose]();
  }

  // The file is the one that it was, so that what came in last is a part of it.
  #logLost(): HistoryLostError {
    const what = "has lost its write-ahead log, or the index of that";
    return new HistoryLostError(this.#history.path, what, false, this.#unfolded.entries);
  }

  #look(): Look {
    const { path, realPath = path } = this.#history;
    return {
      mtimeMs: this.#files.stat(path)?.mtimeMs,
      waiting: this.#files.stat(`${realPath}-wal`)?.size ?? 0,
      version: this.#history.dataVersion(),
    };
  }
}

/** Below this a log has not been folded in by SQLite itself, which does so from 1,000 pages on. */
const FOLDED_FROM_BYTES = 1_000 * 4_096;

/**
 * SQLite writes to the file only what has stood in the write-ahead log before: not what came into an
 * empty log since, unless that was so much that it has been folded in meanwhile.
 */
function changedBehindSqlite(before: Look, now: Look): boolean {
  return now.mtimeMs !== before.mtimeMs && before.waiting === 0 &&
    now.waiting < FOLDED_FROM_BYTES && now.version === before.version;
}

function headerOf(path: string): HeaderWatch | undefined {
  if (path === ":memory:") return undefined;
  try {
    return new HeaderWatch(path);
  } catch {
    return undefined; // replaced this very moment, which the watch over the path notices
  }
}

function logOf(realPath: string | undefined): LogWatch | undefined {
  if (realPath === undefined) return undefined;
  try {
    return new LogWatch(realPath);
  } catch {
    return undefined; // taken away this very moment, or a file that may only be read
  }
}
