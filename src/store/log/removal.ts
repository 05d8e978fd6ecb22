/**
 * Takes entries out: by age (see prune.ts) or because a person wants them gone (delete).
 *
 * Deleted entries leave their ids behind, so that no peer can bring them back, and after
 * {@linkcode Removal.scrub} their text is nowhere in the file or its write-ahead log.
 */
import type { Clock } from "../../base/clock.ts";
import { RrError } from "../../base/rr_error.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import { mayNotVacuum, rewriteTables } from "../file/rewrite.ts";
import type { CommandIndex } from "../index/command_index.ts";
import { BELIEVED_UNIX, type Meta, SCRUB_DUE, SET_ABSORBED } from "../file/meta.ts";
import { believedUnix, isBelieved, latestKnown } from "./believed_time.ts";
import { markDeleted } from "./deleted_marks.ts";
import { newestNumber, setNewestNumber } from "./numbers.ts";
import { pruneEntries, type PruneOptions, type PruneResult } from "./prune.ts";
import { timeEvidence } from "./time_evidence.ts";
import type { HistorySearch } from "../index/history_search.ts";
import type { HistoryQuery } from "../index/history_query.ts";

/** What is to be deleted: entries by id, all runs of one command, or what a search finds. */
export type Selection =
  | { readonly ids: readonly string[] }
  | { readonly command: string }
  | { readonly query: Omit<HistoryQuery, "limit" | "distinct"> };

const KEEP_IDS = `INSERT INTO rr_deleted (entry_id, device_id, ts, deleted_at, seq, counted)
  SELECT entry_id, device_id, ts, ?, ingest_seq, ingest_seq <= ? FROM entries
  WHERE ingest_seq IN (SELECT value FROM json_each(?)) ON CONFLICT DO NOTHING`;
const COMMANDS = `SELECT DISTINCT cmd, shell FROM entries
  WHERE ingest_seq IN (SELECT value FROM json_each(?))`;
/** Values: the counter, now, the number up to which the digests account for rows; a list of rows. */
const TOMBSTONES = `INSERT INTO rr_tomb (entry_id, seq, device_id, ts, deleted_at, replaced)
  SELECT entry_id, ? + row_number() OVER (ORDER BY seq), device_id, ts, ?, replaced FROM`;
const SELECTED = `(SELECT entry_id, ingest_seq AS seq, device_id, ts, ingest_seq <= ? AS replaced
    FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?)))`;
const EARLIER = `(SELECT entry_id, seq, device_id, ts, counted AS replaced FROM rr_deleted
    WHERE ? >= 0 AND ? <> '')`;

/** Rows of one slice of a large deletion: some 0.2 s. */
const DELETED_AT_ONCE = 10_000;
/** Parts of the index cut in one go where all of it is cleared, and whoever asked waits anyway: 0.3 s. */
const SCRUBBED_AT_ONCE = 64;

/** Prunes and deletes entries of one history. */
export class Removal {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #clock: Clock;
  readonly #index: CommandIndex;
  readonly #search: HistorySearch;

  /** Removes from an open, migrated database. */
  constructor(db: Database, meta: Meta, clock: Clock, index: CommandIndex, search: HistorySearch) {
    this.#db = db;
    this.#meta = meta;
    this.#clock = clock;
    this.#index = index;
    this.#search = search;
  }

  /**
   * How late it is, in unix seconds, for deciding what is too old: what the clock shows, as far as the
   * history speaks for it. The result is remembered, unless it is the first and lies before the clock:
   * a machine that is back after a long pause shall not follow its clock step by step.
   *
   * @param intervalSec how often it is asked for
   */
  believeTime(deviceId: DeviceId, intervalSec: number): number {
    const now = Math.floor(this.#clock.now() / 1000);
    const previous = this.#meta.integer(BELIEVED_UNIX);
    const evidence = timeEvidence(this.#db, deviceId, now, previous);
    const believed = believedUnix(now, evidence, intervalSec);
    if (previous !== undefined || believed === now) this.#meta.set(BELIEVED_UNIX, believed);
    return believed;
  }

  /**
   * Up to when the history speaks for a time (unix seconds), if the clock shows one that is later than can
   * be believed; `undefined` if the clock is believed. For a prune that a person asks for, who has perhaps
   * not asked for years: what was believed last counts, but entries alone do as well. Nothing is remembered.
   */
  doubtedBehind(deviceId: DeviceId): number | undefined {
    const now = Math.floor(this.#clock.now() / 1000);
    const fromEntries = timeEvidence(this.#db, deviceId, now, undefined);
    if (isBelieved(now, fromEntries)) return undefined;
    const evidence = timeEvidence(this.#db, deviceId, now, this.#meta.integer(BELIEVED_UNIX));
    return isBelieved(now, evidence) ? undefined : latestKnown(evidence);
  }

  /** Deletes old entries, or counts them; see {@linkcode pruneEntries}. */
  prune(options: PruneOptions): PruneResult {
    return pruneEntries({ db: this.#db, meta: this.#meta, clock: this.#clock }, options);
  }

  /** How many entries a selection holds. */
  count(selection: Selection): number {
    return this.#select(selection).length;
  }

  /**
   * Deletes entries for good; how many. They can no longer be found, pulled or pushed at once; call
   * {@linkcode Removal.scrub} to have their text leave the file.
   *
   * Everywhere: what stays behind is a tombstone, which the daemon passes to every other device. Here:
   * only the id stays, so that no peer brings them back.
   *
   * All of them or none: `onProgress` hears how many are done, of how many, and must not throw.
   */
  delete(
    selection: Selection,
    reach: "everywhere" | "here" = "here",
    onProgress: (done: number, total: number) => void = () => {},
  ): number {
    const seqs = this.#select(selection).sort((a, b) => a - b);
    if (seqs.length === 0) return 0;
    this.#db.exec("PRAGMA secure_delete = ON");
    try {
      return this.#db.transaction(() => {
        let deleted = 0;
        for (let from = 0; from < seqs.length; from += DELETED_AT_ONCE) {
          onProgress(from, seqs.length);
          deleted += this.#deleteRows(seqs.slice(from, from + DELETED_AT_ONCE), reach);
        }
        this.#meta.set(SCRUB_DUE, 1);
        return deleted;
      });
    } finally {
      this.#db.exec("PRAGMA secure_delete = OFF");
    }
  }

  #deleteRows(seqs: readonly number[], reach: "everywhere" | "here"): number {
    const list = JSON.stringify(seqs);
    const now = Math.floor(this.#clock.now() / 1000);
    // Up to here the digests account for the entries, and must hear that they are gone.
    const absorbed = this.#meta.integer(SET_ABSORBED) ?? 0;
    markDeleted(this.#db, this.#meta, this.#db.rows(COMMANDS, list));
    if (reach === "here") this.#db.run(KEEP_IDS, now, absorbed, list);
    else this.#bury(SELECTED, now, absorbed, list);
    return this.#db.run(
      "DELETE FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?))",
      list,
    );
  }

  /** Entries that were deleted everywhere, by this device or another. */
  countEverywhere(): number {
    return this.#db.integer("SELECT count(*) FROM rr_tomb");
  }

  /** Entries that were once deleted on this device only, and can still be deleted everywhere. */
  countEarlier(): number {
    return this.#db.integer("SELECT count(*) FROM rr_deleted");
  }

  /** Deletes those everywhere; how many. */
  propagateEarlier(): number {
    return this.#db.transaction(() => {
      const count = this.countEarlier();
      this.#bury(EARLIER, Math.floor(this.#clock.now() / 1000), 0, "[]");
      this.#db.run("DELETE FROM rr_deleted");
      return count;
    });
  }

  // A tombstone takes a number of the same counter as the entries, so that it is new to every peer.
  #bury(from: string, now: number, absorbed: number, list: string): void {
    const counter = newestNumber(this.#db);
    const count = this.#db.run(`${TOMBSTONES} ${from}`, counter, now, absorbed, list);
    setNewestNumber(this.#db, counter + count);
  }

  /** Whether deleted text may still lie about in the file. */
  scrubDue(): boolean {
    return this.#meta.get(SCRUB_DUE) !== undefined;
  }

  /**
   * Writes the database anew without what was deleted, and empties the write-ahead log. SQLite leaves
   * parts of deleted rows in pages and in the log otherwise. Takes about 1 s for 100 MB, and as much
   * free space as the database has.
   *
   * @param onStep hears what is begun; it must not throw
   * @throws {RrError} `busy` if another process is reading or writing; call again, the entries are
   * gone from every list all the same
   */
  scrub(onStep: (step: "index" | "file") => void = () => {}): void {
    onStep("index");
    while (this.#index.catchUp(undefined, SCRUBBED_AT_ONCE) > 0);
    onStep("file");
    this.#rewrite();
    const [busy] = this.#db.row("PRAGMA wal_checkpoint(TRUNCATE)") ?? [];
    if (busy !== 0) {
      throw new RrError(
        "busy",
        `Cannot empty the write-ahead log of "${this.#db.path}": another process is reading it`,
        { hint: "The entries are deleted; their text leaves the disk with the next try" },
      );
    }
    this.#meta.set(SCRUB_DUE, undefined);
  }

  #rewrite(): void {
    try {
      this.#db.exec("VACUUM");
    } catch (error) {
      if (!mayNotVacuum(error)) throw error;
      rewriteTables(this.#db);
    }
  }

  #select(selection: Selection): number[] {
    if ("query" in selection) return this.#search.matchingSeqs(selection.query);
    const rows = "ids" in selection
      ? this.#db.rows(
        "SELECT ingest_seq FROM entries WHERE entry_id IN (SELECT value FROM json_each(?))",
        JSON.stringify(selection.ids),
      )
      : this.#db.rows("SELECT ingest_seq FROM entries WHERE cmd = ?", selection.command);
    return rows.map((row) => row[0] as number);
  }
}
