/**
 * Rows of `entries` to {@linkcode Entry} and back.
 *
 * Another program may have written a row: the original, an older or newer rr, a person with
 * `sqlite3`. SQLite takes anything anywhere, so what comes out is checked like what comes from a peer,
 * and a row that breaks a rule is left out instead of failing everything around it.
 */
import type { Entry } from "../../history/entry.ts";
import { checkEntry, EntryError } from "../../history/check_entry.ts";
import { rowTimeMs } from "../../history/row_time.ts";
import type { Database } from "../file/database.ts";
import type { Row, Value } from "../file/sqlite_rows.ts";
import { isConstraint } from "../file/sqlite_errors.ts";
import type { AppendResult } from "../../swarm/log.ts";
import { newestNumber, setNewestNumber } from "./numbers.ts";

/**
 * Longest text that is read from a row, in bytes: more than any command of ours may have. SQLite knows
 * the length without the text, so a row of gigabytes that another program wrote costs nothing.
 */
export const MOST_TEXT_BYTES = 4_194_304;

/** The columns that make an entry, `ingest_seq` first; {@linkcode toEntry} expects this order. */
const ENTRY_COLUMNS = "ingest_seq, entry_id, device_id, user_id, ts, " +
  `iif(octet_length(cmd) > ${MOST_TEXT_BYTES}, NULL, cmd), ` +
  `iif(octet_length(cwd) > ${MOST_TEXT_BYTES}, NULL, cwd), ` +
  "exit_code, duration_ms, shell, hostname, version, ts_ms, session";

/**
 * How far some rows after `after` reach, `undefined` if there are none: at most `limit.rows`, and no more than
 * come to `limit.bytes` of commands together, but one in any case. A thousand rows may hold a gigabyte.
 */
export function reachOf(
  db: Database,
  after: number,
  limit: { readonly rows: number; readonly bytes: number },
  until = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const [last, all] = db.row(
    `SELECT max(ingest_seq), sum(size) FROM (SELECT ingest_seq, octet_length(cmd) size ${AFTER_UNTIL})`,
    after,
    until,
    limit.rows,
  ) ?? [];
  if (typeof last !== "number") return undefined;
  if (Number(all) <= limit.bytes) return last;
  let bytes = 0;
  let reached: number | undefined;
  const sizes = db.rows(
    `SELECT ingest_seq, octet_length(cmd) ${AFTER_UNTIL}`,
    after,
    until,
    limit.rows,
  );
  for (const [seq, size] of sizes) {
    bytes += Number(size);
    if (reached !== undefined && bytes > limit.bytes) break;
    reached = seq as number;
  }
  return reached;
}

/**
 * How many rows of `rest`, which may sort but has no LIMIT, to read at once: `limit.rows`, or so many that they
 * come to no more than `limit.bytes` of commands, but one in any case.
 */
export function fitting(
  db: Database,
  rest: string,
  values: readonly Value[],
  limit: { readonly rows: number; readonly bytes: number },
): number {
  const all = db.integer(
    `SELECT sum(size) FROM (SELECT octet_length(cmd) size ${rest} LIMIT ?)`,
    ...values,
    limit.rows,
  );
  if (all <= limit.bytes) return limit.rows;
  let bytes = 0;
  let count = 0;
  for (const [size] of db.rows(`SELECT octet_length(cmd) ${rest} LIMIT ?`, ...values, limit.rows)) {
    bytes += Number(size);
    if (count > 0 && bytes > limit.bytes) break;
    count++;
  }
  return count;
}

const AFTER_UNTIL =
  "FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? ORDER BY ingest_seq LIMIT ?";
const WRITTEN_COLUMNS = "entry_id, device_id, user_id, ts, cmd, cwd, exit_code, duration_ms, " +
  "shell, hostname, version, ts_ms, session";
const MARKS = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
// Every statement reads and writes the counter of AUTOINCREMENT and sets up a few things more: eight
// rows at once cost two thirds as much a row as one, and more gain nothing.
const ROWS_AT_ONCE = 8;
// FAIL: the transaction around it is rolled back anyway, so the statement needs no journal of its own.
const INSERT_ONE = `INSERT OR FAIL INTO entries (${WRITTEN_COLUMNS}) VALUES ${MARKS}`;
const INSERT_SEVERAL = `INSERT OR FAIL INTO entries (${WRITTEN_COLUMNS}) VALUES ${
  Array(ROWS_AT_ONCE).fill(MARKS).join(", ")
}`;

/**
 * Stores what is not there yet and what `isKept` does not leave out, in its order. Only within a
 * transaction.
 */
export function insertUnknown(
  db: Database,
  entries: readonly Entry[],
  isKept: (entry: Entry) => boolean = () => true,
): AppendResult {
  const inserted = entries.length < MANY
    ? insertCarefully(db, entries, isKept)
    : insertBoldly(db, entries, isKept);
  return { inserted, ignored: entries.length - inserted };
}

/** So many rows that looking for each of them first takes longer than inserting them: a third. */
const MANY = 100;

// What comes in bulk is mostly new. Where it is not, the first row that is known ends this.
function insertBoldly(
  db: Database,
  entries: readonly Entry[],
  isKept: (entry: Entry) => boolean,
): number {
  const removed = hasRemoved(db) ? idsAmong(db, entries, REMOVED) : undefined;
  const wanted = entries.filter((entry) => !removed?.has(entry.id) && isKept(entry));
  const inserted = insertLeading(db, wanted);
  return inserted + insertCarefully(db, wanted.slice(inserted), () => true);
}

/** Whether anything was ever deleted, here or everywhere. */
export function hasRemoved(db: Database): boolean {
  return db.row(
    "SELECT EXISTS (SELECT 1 FROM rr_tomb) OR EXISTS (SELECT 1 FROM rr_deleted)",
  )?.[0] !== 0;
}

/**
 * Stores entries up to the first that is there already; how many. Where all are new it takes a third of the
 * time of looking for each. Only within a transaction.
 */
export function insertLeading(db: Database, entries: readonly Entry[]): number {
  const before = newestNumber(db);
  try {
    insertEntries(db, entries);
    return entries.length;
  } catch (error) {
    if (!isConstraint(error)) throw error;
  }
  // FAIL keeps the rows in front of it, but the statement does not get to count their numbers as given out.
  const newest = db.integer("SELECT max(ingest_seq) FROM entries");
  if (newest > before) setNewestNumber(db, newest);
  return db.integer("SELECT count(*) FROM entries WHERE ingest_seq > ?", before);
}

function insertCarefully(
  db: Database,
  entries: readonly Entry[],
  isKept: (entry: Entry) => boolean,
): number {
  const known = idsAmong(db, entries, `${STORED} OR ${REMOVED}`);
  const fresh: Entry[] = [];
  for (const entry of entries) {
    if (known.has(entry.id) || !isKept(entry)) continue;
    known.add(entry.id);
    fresh.push(entry);
  }
  insertEntries(db, fresh);
  return fresh.length;
}

/** Stores entries that are not there, in this order. Only within a transaction. */
export function insertEntries(db: Database, entries: readonly Entry[]): void {
  let at = 0;
  while (at < entries.length) {
    const several = at + ROWS_AT_ONCE <= entries.length;
    const end = several ? at + ROWS_AT_ONCE : at + 1;
    const values: Value[] = [];
    for (; at < end; at++) pushValues(values, entries[at]!);
    db.run(several ? INSERT_SEVERAL : INSERT_ONE, ...values);
  }
}

function pushValues(values: Value[], entry: Entry): void {
  const ts = unixSeconds(entry);
  values.push(
    entry.id,
    entry.deviceId,
    entry.userId,
    ts,
    entry.command,
    entry.cwd,
    entry.exitCode,
    entry.durationMs,
    entry.shell,
    entry.hostname,
    entry.version,
    // Whole seconds, as from a v1 peer, need no second column.
    entry.startedAtMs === ts * 1000 ? null : entry.startedAtMs,
    entry.session ?? null,
  );
}

const STORED = "EXISTS (SELECT 1 FROM entries WHERE entry_id = value)";
const REMOVED = `EXISTS (SELECT 1 FROM rr_tomb WHERE entry_id = value)
  OR EXISTS (SELECT 1 FROM rr_deleted WHERE entry_id = value)`;

/**
 * The ids of `entries` that are where `condition` says.
 *
 * Asked for all at once: `INSERT OR IGNORE` would use up a sequence number for every one of them, and
 * a condition in each insert takes half as long again as the insert.
 */
function idsAmong(db: Database, entries: readonly Entry[], condition: string): Set<string> {
  const rows = db.rows(
    `SELECT value FROM json_each(?) WHERE ${condition}`,
    JSON.stringify(entries.map((entry) => entry.id)),
  );
  return new Set(rows.map((row) => row[0] as string));
}

/** The original's `ts`: whole seconds, rounded down. */
export function unixSeconds(entry: Entry): number {
  return Math.floor(entry.startedAtMs / 1000);
}

/** Where the command stands in a row of {@linkcode ENTRY_COLUMNS}. */
export const COMMAND_COLUMN = 5;

/** The entry of a row of {@linkcode ENTRY_COLUMNS}; `undefined` if the row breaks a rule. */
export function toEntry(row: Row): Entry | undefined {
  const session = row[13];
  try {
    return checkEntry({
      id: row[1],
      deviceId: row[2],
      userId: row[3],
      startedAtMs: startedAtMs(row),
      command: row[COMMAND_COLUMN],
      cwd: row[6],
      exitCode: row[7],
      durationMs: clamped(row[8]),
      shell: row[9],
      hostname: row[10],
      version: row[11],
      session: typeof session === "string" ? session : undefined,
    });
  } catch (error) {
    if (error instanceof EntryError) return undefined;
    throw error;
  }
}

/** When the command of a row began; `undefined` if that is no number. */
export function startedAtMs(row: Row): number | undefined {
  return rowTimeMs(row[4], row[12]);
}

// The original's durations have 64 bits; what a number cannot hold says nothing but that it is wrong.
function clamped(duration: unknown): unknown {
  if (typeof duration !== "bigint") return duration;
  return duration < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** Rows of `SELECT {@linkcode ENTRY_COLUMNS} ${rest}`. */
export function entryRows(db: Database, rest: string, ...values: Value[]): Row[] {
  return db.rows(`SELECT ${ENTRY_COLUMNS} ${rest}`, ...values);
}

/** Rows read to get one that is asked for, where a range of rows is read. */
const MOST_READ_FOR_ONE = 1.5;

/** Rows by their numbers. Where those lie close together all between them are read, in half of the time. */
export function rowsAt(
  seqs: readonly number[],
): { readonly where: string; readonly values: Value[] } {
  const first = seqs.reduce((a, b) => Math.min(a, b), Infinity);
  const last = seqs.reduce((a, b) => Math.max(a, b), -Infinity);
  return last - first < MOST_READ_FOR_ONE * seqs.length
    ? { where: "ingest_seq BETWEEN ? AND ?", values: [first, last] }
    : {
      where: "ingest_seq IN (SELECT value FROM json_each(?))",
      values: [JSON.stringify(seqs)],
    };
}
