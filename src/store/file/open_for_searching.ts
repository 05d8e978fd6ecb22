/** The history for `rr search`, which mostly needs the newest rows: not a module more than that takes. */
import { RrError, type RrErrorCode } from "../../base/rr_error.ts";
import type { Entry } from "../../history/entry.ts";
import { INDEXED_SEQ } from "./meta.ts";
import { newestMatching } from "../index/newest_rows.ts";
import { type HistoryOptions, letGo, type Opened, openFile } from "./open_file.ts";
import type { History } from "./open_history.ts";
import type { HistoryQuery } from "../index/history_query.ts";

/** So few rows that are not indexed are read directly within a millisecond or two. */
export const FEW_UNINDEXED = 2_000;

/** The history, with all but its newest rows still folded up. */
export class SearchingHistory implements Disposable {
  readonly #opened: Opened;
  #whole: History | undefined;

  /** The history in an open file. */
  constructor(opened: Opened) {
    this.#opened = opened;
  }

  /**
   * The newest entries that match, newest first, if they are among the newest few thousand;
   * `undefined` if `HistorySearch.findFurther()` has to look.
   */
  newest(query: HistoryQuery): Entry[] | undefined {
    return newestMatching(this.#opened.db, query);
  }

  /** Whether the file cannot be written: a read-only or full file system. */
  get isReadOnly(): boolean {
    return this.#opened.readOnly;
  }

  /** How many rows the index has not taken in yet, at most. */
  unindexed(): number {
    const { db, meta } = this.#opened;
    return db.integer("SELECT max(ingest_seq) FROM entries") - (meta.integer(INDEXED_SEQ) ?? 0);
  }

  /** All of the history, on the same connection: let go with this. */
  async whole(): Promise<History> {
    const { historyIn } = await import("./open_history.ts");
    return this.#whole ??= historyIn(this.#opened);
  }

  /** Lets go of the file: the process ends now, see `letGo()`. Twice is harmless. */
  [Symbol.dispose](): void {
    const whole = this.#whole;
    letGo(this.#opened, whole && (() => whole[Symbol.dispose]()));
  }
}

/**
 * Opens the history as {@linkcode import("./open_history.ts").openHistory} does. Where it cannot be
 * written, as on a read-only or a full file system, what is there can be searched all the same.
 */
export function openForSearching(path: string, options: HistoryOptions): SearchingHistory {
  try {
    return new SearchingHistory(openFile(path, options));
  } catch (error) {
    if (!(error instanceof RrError) || !CANNOT_WRITE.includes(error.code)) throw error;
    return new SearchingHistory(openWithoutWriting(path, options) ?? rethrow(error));
  }
}

const CANNOT_WRITE: readonly RrErrorCode[] = ["database", "io"];

// With a daemon at work there is a file for locks; without one nobody writes.
function openWithoutWriting(path: string, options: HistoryOptions): Opened | undefined {
  for (const mode of ["readonly", "still"] as const) {
    try {
      const opened = openFile(path, { ...options, mode });
      if (isReadable(opened)) return opened;
    } catch (error) {
      if (!(error instanceof RrError)) throw error;
    }
  }
  return undefined;
}

function isReadable({ db }: Opened): boolean {
  try {
    db.integer("SELECT count(*) FROM (SELECT 1 FROM entries LIMIT 1)");
    return true;
  } catch (error) {
    db[Symbol.dispose]();
    if (error instanceof RrError) return false;
    throw error;
  }
}

function rethrow(error: Error): never {
  throw error;
}
