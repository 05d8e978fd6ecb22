/** A small table of facts about the database itself. */
import type { Database } from "./database.ts";

/** Entries from peers that are older than this (unix seconds) were pruned and stay out. */
export const PRUNED_BEFORE = "pruned_before";

/** Fingerprint of the swarm key with which another device was last synced with. */
export const SYNCED_KEY = "synced_key";

/** The latest time (unix seconds) before which something was ever pruned here. */
export const PRUNED_HIGHEST = "pruned_highest";

/** The time (unix seconds) that was believed when something was last pruned by age. */
export const BELIEVED_UNIX = "believed_unix";

/** Sequence number up to which the index has every row. */
export const INDEXED_SEQ = "indexed_seq";
/** Set when the index was found to be damaged: it starts over, with its texts. */
export const INDEX_DAMAGED = "index_damaged";
/** Set by a trigger when another program changed a row: the index starts over. */
export const INDEX_STALE = "index_stale";

/** Sequence number up to which the digests account for every row; see `set/item_set.ts`. */
export const SET_ABSORBED = "set_absorbed";
/** The highest floor (a week) since the digests were last computed below it. */
export const SET_FLOOR = "set_floor";
/** Set while deleted text may still lie about in the file. */
export const SCRUB_DUE = "scrub_due";

/** What makes the marks of deleted commands different in each history; see `log/deleted_marks.ts`. */
export const DELETED_SALT = "deleted_salt";

/** Start of 2000 in unix seconds: a clock that shows an earlier time was not set. */
export const CLOCK_UNSET_BEFORE = 946_684_800;

/** Reads and writes single facts by name. */
export class Meta {
  readonly #db: Database;

  /** The facts in an open, migrated database. */
  constructor(db: Database) {
    this.#db = db;
  }

  /** The value under `key`. */
  get(key: string): string | undefined {
    const value = this.#db.row("SELECT value FROM rr_meta WHERE key = ?", key)?.[0];
    return typeof value === "string" ? value : undefined;
  }

  /** The value under `key` if it is an integer. */
  integer(key: string): number | undefined {
    const value = Number(this.get(key) ?? NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** Stores `value` under `key`; `undefined` removes it. */
  set(key: string, value: string | number | undefined): void {
    if (value === undefined) this.#db.run("DELETE FROM rr_meta WHERE key = ?", key);
    else {
      this.#db.run(
        `INSERT INTO rr_meta (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        key,
        String(value),
      );
    }
  }
}
