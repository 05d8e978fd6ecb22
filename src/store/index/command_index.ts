/**
 * Keeps the index of runs and distinct commands up with the log.
 *
 * Nothing waits for it: an append does not touch it, and readers take what is not indexed yet from the
 * rows. So bulk loads are not slowed, and the original may add and delete rows behind our back: added
 * ones are found by their sequence number, deleted ones are noted by a trigger in the file itself.
 *
 * Invariant: every well-formed row up to `indexed_seq` is in exactly one chunk or in `rr_gone`.
 */
import {
  BLOB_COLUMNS,
  type Columns,
  concat,
  fromBlobs,
  frontOf,
  pick,
  toBlobs,
} from "./columns.ts";
import { CHUNK_RUNS, goneBetween, oldestRuns } from "./chunks.ts";
import type { Database } from "../file/database.ts";
import { storedDictionary } from "./dictionary.ts";
import { DamagedIndexError } from "./seal.ts";
import { forgetTexts, nextTextId, removeTexts } from "./texts.ts";
import { INDEX_DAMAGED, INDEX_STALE, INDEXED_SEQ, type Meta } from "../file/meta.ts";

/** Chunks cut, and text blocks rewritten, in one call after rows were deleted; 1 to 2 ms each. */
const CUTS_PER_CALL = 16;
/** Set while texts may be in the dictionary that no run uses any more. */
const SWEEP_DUE = "sweep_due";

const STORE_CHUNK = `INSERT INTO rr_chunk
  (first_seq, last_seq, newest_ms, oldest_ms, ${BLOB_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The writer of the index: brings it up to the log, slice by slice. */
export class CommandIndex {
  readonly #db: Database;
  readonly #meta: Meta;

  /** The index in an open, migrated database. */
  constructor(db: Database, meta: Meta) {
    this.#db = db;
    this.#meta = meta;
  }

  /**
   * Takes in up to `maxRows` rows in one short transaction (about 20 ms for 4096) and does a part of
   * the clearing up after deletions. Call it again until it returns 0.
   *
   * @param maxCuts chunks and blocks of texts that are cut in one call: the more, the less is looked
   * through again, and the longer nobody else can write
   * @returns how many rows are left, at most; 0 when there is nothing left to do
   */
  catchUp(maxRows: number = CHUNK_RUNS, maxCuts: number = CUTS_PER_CALL): number {
    if (!Number.isInteger(maxRows) || maxRows < 1) {
      throw new RangeError(
        `Cannot catch up as 'maxRows' must be an integer of at least 1: current value is ${maxRows}`,
      );
    }
    if (this.left() === 0) return 0;
    try {
      this.#db.transaction(() => this.#step(maxRows, maxCuts));
    } catch (error) {
      // Noted within the transaction, and taken back with it.
      if (!(error instanceof DamagedIndexError)) throw error;
      this.#db.transaction(() => this.#startOver(true));
    }
    return this.left();
  }

  /** How many rows are not indexed, at most; 1 if only clearing up is left. */
  left(): number {
    const rows = this.#headSeq() - (this.#meta.integer(INDEXED_SEQ) ?? 0);
    if (rows > 0) return rows;
    const more = this.#db.row("SELECT 1 FROM rr_gone LIMIT 1") !== undefined ||
      [SWEEP_DUE, INDEX_STALE, INDEX_DAMAGED].some((due) => this.#meta.get(due) !== undefined);
    return more ? 1 : 0;
  }

  #step(maxRows: number, maxCuts: number): void {
    const isDamaged = this.#meta.get(INDEX_DAMAGED) !== undefined;
    if (isDamaged || this.#meta.get(INDEX_STALE) !== undefined) this.#startOver(isDamaged);
    const cleared = this.#cutGone(maxCuts);
    const after = this.#meta.integer(INDEXED_SEQ) ?? 0;
    const head = this.#headSeq();
    if (head > after) this.#takeIn(after, head, maxRows);
    else if (cleared && this.#meta.get(SWEEP_DUE) !== undefined) this.#sweep(maxCuts);
  }

  #startOver(isDamaged: boolean): void {
    this.#db.exec("DELETE FROM rr_chunk; DELETE FROM rr_gone");
    if (isDamaged) forgetTexts(this.#db);
    this.#meta.set(INDEX_DAMAGED, undefined);
    this.#meta.set(INDEX_STALE, undefined);
    this.#meta.set(INDEXED_SEQ, undefined);
    this.#meta.set(SWEEP_DUE, 1);
  }

  #takeIn(after: number, head: number, maxRows: number): void {
    const dictionary = storedDictionary(this.#db);
    const { columns, reached } = oldestRuns(this.#db, after, head, maxRows, dictionary);
    this.#meta.set(INDEXED_SEQ, reached);
    if (columns.seqs.length > 0) this.#append(columns);
  }

  // Merges like a binary counter: single commands are rewritten twelve times at most on their way into
  // a full chunk, and there are never many small chunks.
  #append(columns: Columns): void {
    let runs = columns;
    for (;;) {
      const last = this.#db.row(
        `SELECT ${BLOB_COLUMNS}, first_seq FROM rr_chunk ORDER BY first_seq DESC LIMIT 1`,
      );
      const before = last === undefined ? undefined : fromBlobs(this.#db, last.slice(0, -1));
      if (before === undefined || before.seqs.length > Math.min(runs.seqs.length, CHUNK_RUNS - 1)) {
        break;
      }
      this.#db.run("DELETE FROM rr_chunk WHERE first_seq = ?", last!.at(-1)!);
      runs = concat(before, runs);
    }
    for (let i = 0; i < runs.seqs.length; i += CHUNK_RUNS) {
      this.#store(pick(runs, (at) => at >= i && at < i + CHUNK_RUNS));
    }
  }

  #store(runs: Columns): void {
    if (runs.seqs.length === 0) return;
    this.#db.run(
      STORE_CHUNK,
      runs.seqs[0]!,
      runs.seqs.at(-1)!,
      runs.startedAtMs.reduce((a, b) => Math.max(a, b)),
      runs.startedAtMs.reduce((a, b) => Math.min(a, b)),
      ...toBlobs(runs),
    );
  }

  // Takes deleted rows out of their chunks; whether that is done.
  #cutGone(maxCuts: number): boolean {
    for (let cuts = 0; cuts < maxCuts; cuts++) {
      const seq = this.#db.row("SELECT min(seq) FROM rr_gone")?.[0];
      if (typeof seq !== "number") return true;
      const row = this.#db.row(
        `SELECT ${BLOB_COLUMNS}, first_seq FROM rr_chunk WHERE first_seq <= ?
         ORDER BY first_seq DESC LIMIT 1`,
        seq,
      );
      const runs = row === undefined ? undefined : fromBlobs(this.#db, row.slice(0, -1));
      // A row that was never indexed needs no more than to be struck off.
      const until = Math.max(seq, runs?.seqs.at(-1) ?? 0);
      if (runs !== undefined && until > seq || runs?.seqs.at(-1) === seq) {
        const gone = goneBetween(this.#db, seq, until);
        this.#db.run("DELETE FROM rr_chunk WHERE first_seq = ?", row!.at(-1)!);
        this.#store(pick(runs!, (i) => !gone.has(runs!.seqs[i]!)));
      }
      this.#db.run("DELETE FROM rr_gone WHERE seq BETWEEN ? AND ?", seq, until);
      this.#meta.set(SWEEP_DUE, 1);
    }
    return false;
  }

  // Removes what no run uses any more.
  #sweep(maxCuts: number): void {
    const texts = new Uint8Array(nextTextId(this.#db));
    const places = new Set<number>();
    const sessions = new Set<number>();
    for (const row of this.#db.walk(["places", "sessions", "commands"], "FROM rr_chunk")) {
      const front = frontOf(this.#db, row);
      for (const id of front.commands) texts[id] = 1;
      for (const id of front.places) places.add(id);
      for (const id of front.sessions) sessions.add(id);
    }
    if (!removeTexts(this.#db, texts, maxCuts)) return;
    this.#keepOnly("rr_place", places);
    this.#keepOnly("rr_session", sessions);
    this.#meta.set(SWEEP_DUE, undefined);
  }

  #keepOnly(table: "rr_place" | "rr_session", used: ReadonlySet<number>): void {
    this.#db.run(
      `DELETE FROM ${table} WHERE id NOT IN (SELECT value FROM json_each(?))`,
      JSON.stringify([...used]),
    );
  }

  #headSeq(): number {
    return this.#db.integer("SELECT max(ingest_seq) FROM entries");
  }
}
