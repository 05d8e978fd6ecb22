/** The file itself: its size, its health, its write-ahead log. */
import { RrError } from "../../base/rr_error.ts";
import type { Database } from "./database.ts";
import { mayNotVacuum } from "./rewrite.ts";

/** How large a history is. */
export interface HistorySize {
  readonly entries: number;
  /** Entry ids kept so that what was deleted does not come back. */
  readonly deletedIds: number;
  readonly fileBytes: number;
  /** Part of the file that holds nothing; {@linkcode Maintenance.compact} gives it back. */
  readonly freeBytes: number;
}

/** Value of `PRAGMA auto_vacuum` in the files that we make. */
const INCREMENTAL = 2;
/** Pages of the log from which on a transaction folds it in; SQLite's own. */
const LOG_PAGES = 1_000;

/** Looks after the file of an open history. */
export class Maintenance {
  readonly #db: Database;
  #leaving = 0;

  /** Looks after an open, migrated database. */
  constructor(db: Database) {
    this.#db = db;
  }

  /** Counts; about 10 ms at a million entries. */
  size(): HistorySize {
    const pageBytes = this.#db.integer("PRAGMA page_size");
    return {
      entries: this.#db.integer("SELECT count(*) FROM entries"),
      deletedIds: this.#db.integer("SELECT count(*) FROM rr_deleted"),
      fileBytes: this.#db.integer("PRAGMA page_count") * pageBytes,
      freeBytes: this.#db.integer("PRAGMA freelist_count") * pageBytes,
    };
  }

  /** Reads the whole file (about 1 s for 300 MB) and says what is wrong; empty if nothing is. */
  quickCheck(): string[] {
    try {
      const lines = this.#db.rows("PRAGMA quick_check(10)").map((row) => String(row[0]));
      return lines.length === 1 && lines[0] === "ok" ? [] : lines;
    } catch (error) {
      // Some damage is met before there is a line to say so.
      if (error instanceof RrError && error.code !== "busy") return [error.message];
      throw error;
    }
  }

  /**
   * Folds the write-ahead log into the database, as far as readers allow; whether all of it was.
   *
   * @param truncate also cut the log to nothing, waiting for others up to the busy time-out
   */
  checkpoint(truncate = false): boolean {
    const row = this.#db.row(`PRAGMA wal_checkpoint(${truncate ? "TRUNCATE" : "PASSIVE"})`);
    return row?.[0] === 0 && row[1] === row[2];
  }

  /**
   * Leaves folding the log in to another connection of this process, which grows it by tens of megabytes
   * at a time: a small transaction here would take half a second to fold them. Ends when disposed.
   */
  leaveLog(): Disposable {
    if (this.#leaving++ === 0) this.#db.exec("PRAGMA wal_autocheckpoint = 0");
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        if (--this.#leaving === 0) this.#db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
      },
    };
  }

  /**
   * Gives free space back to the disk; whether that could be done. A file that the original made has
   * to be written anew for it, which this process may not be allowed to do: then it keeps its size,
   * and what is free in it is used again. About 1 s for 100 MB.
   *
   * @throws {RrError} `busy` if another process writes; `database` if the disk is too full for it
   */
  compact(): boolean {
    try {
      // It has to be stepped through: each step frees one page.
      if (this.#db.integer("PRAGMA auto_vacuum") === INCREMENTAL) {
        this.#db.rows("PRAGMA incremental_vacuum");
      } else this.#db.exec("VACUUM");
    } catch (error) {
      if (mayNotVacuum(error)) return false;
      throw error;
    }
    return this.checkpoint();
  }
}
