/** The log of entries in the order they were taken in, and how far each peer was followed. */
import type { DeviceId, Entry } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import type { FilePlace } from "../file/file_place.ts";
import { CLOCK_UNSET_BEFORE, type Meta } from "../file/meta.ts";
import { noteLeftOut, pruneMark } from "./prune_mark.ts";
import { entryRows, insertUnknown, toEntry, unixSeconds } from "./rows.ts";
import { newestNumber } from "./numbers.ts";
import { isDamaged } from "../file/sqlite_errors.ts";
import type { AppendResult, LogBatch, PullState, ReadLimit } from "../../swarm/log.ts";

/** What {@linkcode EntryLog.append} takes besides. */
export interface AppendOptions {
  /**
   * Whether a peer sent the entries. Then those older than the last prune are ignored, since a peer
   * that never pruned would undo it. @default {false}
   */
  readonly fromPeer?: boolean;
}

/** Names and punctuation of an entry in JSON, with its time and numbers. */
const JSON_OVERHEAD_BYTES = 220;
/** Most entries of one answer, whatever was asked for: a peer may ask for 2^53. */
const MOST_BATCH_ROWS = 10_000;
const TEXT_BYTES = `octet_length(cmd) + octet_length(cwd) + octet_length(entry_id) +
  octet_length(device_id) + octet_length(user_id) + octet_length(shell) + octet_length(hostname) +
  octet_length(version)`;
const AFTER = "FROM entries WHERE ingest_seq > ? ORDER BY ingest_seq LIMIT ?";
const AFTER_OF_DEVICE =
  "FROM entries WHERE ingest_seq > ? AND device_id = ? ORDER BY ingest_seq LIMIT ?";
const UP_TO = "FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? ORDER BY ingest_seq";
const UP_TO_OF_DEVICE =
  "FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? AND device_id = ? ORDER BY ingest_seq";

/** The log of one history. Satisfies `HistoryLog` of the sync engine by shape. */
export class EntryLog {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #place: FilePlace | undefined;
  #poisoned = 0;

  /** A log in an open, migrated database. */
  constructor(db: Database, meta: Meta, place?: FilePlace) {
    this.#db = db;
    this.#meta = meta;
    this.#place = place;
  }

  /** Rows left out of an answer so far, as another program wrote what no entry may hold. */
  get poisoned(): number {
    return this.#poisoned;
  }

  /** Entries after `seq`, ascending; only those of `deviceId` if given. */
  entriesAfter(seq: number, limit: ReadLimit, deviceId?: DeviceId): LogBatch {
    checkLimit(limit);
    let lastSeq: number | undefined;
    // A run of nothing but poisoned rows must not look like the end of the log.
    for (let from = seq;; from = lastSeq) {
      const until = this.#reach(from, limit, deviceId);
      if (until === undefined) return { entries: [], lastSeq };
      lastSeq = until;
      const entries = this.#toEntries(this.#rowsBetween(from, until, deviceId));
      if (entries.length > 0) return { entries, lastSeq };
    }
  }

  /**
   * Makes sure that what was appended is in the file at the history's path.
   *
   * @throws {RrError} `database` if another file is there now, or none
   */
  checkPlace(): void {
    this.#place?.check();
  }

  /** Stores what is not there yet, in one transaction. */
  append(entries: readonly Entry[], options: AppendOptions = {}): AppendResult {
    if (entries.length === 0) return { inserted: 0, ignored: 0 };
    return this.#db.transaction(() => this.#insert(entries, options.fromPeer ?? false));
  }

  /** Stores pulled entries and how far the peer's log was followed, together. */
  appendPulled(peer: string, entries: readonly Entry[], state: PullState): AppendResult {
    return this.#db.transaction(() => {
      const result = this.#insert(entries, true);
      this.#db.run(
        `INSERT INTO peer_state (peer_id, last_cursor) VALUES (?, ?)
         ON CONFLICT (peer_id) DO UPDATE SET last_cursor = excluded.last_cursor`,
        peer,
        state.cursor,
      );
      this.#db.run(
        `INSERT INTO rr_pull_state (peer_id, cursor, last_id) VALUES (?, ?, ?)
         ON CONFLICT (peer_id) DO UPDATE SET cursor = excluded.cursor, last_id = excluded.last_id`,
        peer,
        state.cursor,
        state.lastId ?? null,
      );
      return result;
    });
  }

  /** Whether an entry of this id is stored. */
  has(entryId: string): boolean {
    return this.#db.row("SELECT 1 FROM entries WHERE entry_id = ?", entryId) !== undefined;
  }

  /** Number of entries; reads an index from end to end, some 20 ms for a million. */
  count(): number {
    return this.#db.integer("SELECT count(*) FROM entries");
  }

  /** Number of entries by an index alone, which damage of the rows leaves whole; `undefined` if it is damaged too. */
  countIndexed(deviceId?: DeviceId): number | undefined {
    return unlessDamaged(() =>
      deviceId === undefined
        ? this.#db.integer("SELECT count(*) FROM entries INDEXED BY idx_entries_ts")
        : this.#db.integer("SELECT count(*) FROM entries WHERE device_id = ?", deviceId)
    );
  }

  /** A sequence number that no row is above, from whatever of the file can be read; 0 if nothing can. */
  highestKnownSeq(): number {
    const known = [
      () => newestNumber(this.#db),
      () => this.headSeq(),
      () => this.#db.integer("SELECT max(ingest_seq + 0) FROM entries INDEXED BY idx_entries_ts"),
    ];
    return Math.max(0, ...known.map((ask) => unlessDamaged(ask) ?? 0));
  }

  /** Sequence number of the newest row; 0 if there is none. */
  headSeq(): number {
    return this.#db.integer("SELECT max(ingest_seq) FROM entries");
  }

  /** How far the peer's log was followed. */
  pullState(peer: string): PullState {
    const row = this.#db.row(
      `SELECT p.last_cursor, r.last_id FROM peer_state p
       LEFT JOIN rr_pull_state r ON r.peer_id = p.peer_id AND r.cursor = p.last_cursor
       WHERE p.peer_id = ?`,
      peer,
    );
    const [cursor, lastId] = row ?? [];
    return {
      cursor: cursorOf(cursor),
      lastId: typeof lastId === "string" ? lastId : undefined,
    };
  }

  /** Our own sequence number up to which the peer has our entries; 0 for none. */
  pushCursor(peer: string): number {
    const row = this.#db.row("SELECT last_pushed_seq FROM peer_push_state WHERE peer_id = ?", peer);
    return cursorOf(row?.[0]);
  }

  /** Moves the push cursor forward; a lower value than the stored one changes nothing. */
  advancePushCursor(peer: string, seq: number): void {
    this.#db.run(
      `INSERT INTO peer_push_state (peer_id, last_pushed_seq) VALUES (?, ?)
       ON CONFLICT (peer_id) DO UPDATE SET last_pushed_seq = excluded.last_pushed_seq
       WHERE excluded.last_pushed_seq > last_pushed_seq`,
      peer,
      seq,
    );
  }

  /** Sets the push cursor back to 0, if there is one: the peer has lost what it was given. */
  restartPush(peer: string): void {
    this.#db.run("UPDATE peer_push_state SET last_pushed_seq = 0 WHERE peer_id = ?", peer);
  }

  /** Number of entries of `deviceId` after the peer's push cursor. */
  pendingPush(peer: string, deviceId: DeviceId): number {
    return this.#db.integer(
      "SELECT count(*) FROM entries WHERE device_id = ? AND ingest_seq > ?",
      deviceId,
      this.pushCursor(peer),
    );
  }

  #insert(entries: readonly Entry[], fromPeer: boolean): AppendResult {
    const mark = fromPeer ? pruneMark(this.#meta) : undefined;
    if (mark === undefined) return insertUnknown(this.#db, entries);
    let newestLeftOut = -Infinity;
    const result = insertUnknown(this.#db, entries, (entry) => {
      const ts = unixSeconds(entry);
      if (!isPruned(ts, mark)) return true;
      newestLeftOut = Math.max(newestLeftOut, ts);
      return false;
    });
    if (newestLeftOut > -Infinity) noteLeftOut(this.#meta, newestLeftOut);
    return result;
  }

  // The last row that fits into the limit. Only the sizes are read: a thousand rows may hold gigabytes.
  #reach(seq: number, limit: ReadLimit, deviceId: DeviceId | undefined): number | undefined {
    const rows = Math.min(limit.entries, MOST_BATCH_ROWS);
    const sizes = deviceId === undefined
      ? this.#db.rows(`SELECT ingest_seq, ${TEXT_BYTES} ${AFTER}`, seq, rows)
      : this.#db.rows(`SELECT ingest_seq, ${TEXT_BYTES} ${AFTER_OF_DEVICE}`, seq, deviceId, rows);
    let last: number | undefined;
    let bytes = 0;
    for (const [rowSeq, textBytes] of sizes) {
      bytes += Number(textBytes) + JSON_OVERHEAD_BYTES;
      if (last !== undefined && bytes > limit.bytes) break;
      last = rowSeq as number;
    }
    return last;
  }

  #rowsBetween(seq: number, until: number, deviceId: DeviceId | undefined): Row[] {
    return deviceId === undefined
      ? entryRows(this.#db, UP_TO, seq, until)
      : entryRows(this.#db, UP_TO_OF_DEVICE, seq, until, deviceId);
  }

  #toEntries(rows: readonly Row[]): Entry[] {
    const entries: Entry[] = [];
    for (const row of rows) {
      const entry = toEntry(row);
      if (entry === undefined) this.#poisoned++;
      else entries.push(entry);
    }
    return entries;
  }
}

function unlessDamaged<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return undefined;
  }
}

function isPruned(ts: number, prunedBefore: number): boolean {
  return ts < prunedBefore && ts >= CLOCK_UNSET_BEFORE;
}

function cursorOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function checkLimit(limit: ReadLimit): void {
  if (!Number.isSafeInteger(limit.entries) || limit.entries < 1) {
    throw new RangeError(
      `Cannot read the log as 'entries' must be an integer of at least 1: current value is ${limit.entries}`,
    );
  }
  if (!(limit.bytes >= 1)) {
    throw new RangeError(
      `Cannot read the log as 'bytes' must be at least 1: current value is ${limit.bytes}`,
    );
  }
}
