/**
 * The runs of the log as {@linkcode Columns}, from the index where it has them and from the rows
 * themselves where it does not: a reader never depends on the indexer having been there.
 */
import { BLOB_COLUMNS, type Columns, emptyColumns, fromBlobs, frontOf, pick } from "./columns.ts";
import { MOST_TEXT_BYTES, reachOf } from "../log/rows.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import type { Dictionary } from "./dictionary.ts";

/** A run of sequence numbers that is read at once. */
export interface Span {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Bounds of the times in it. */
  readonly newestMs: number;
  readonly oldestMs: number;
}

/** Runs of a full chunk: 128 KiB, read in 0.1 ms, and few enough to be rewritten when rows go. */
export const CHUNK_RUNS = 4096;

/** Commands read at once, besides their number: thousands may have a megabyte each. */
const READ_BYTES = 4 * 1024 * 1024;

// Rows that another program broke are no runs; their text would not survive being read either.
const RUN_ROWS = `SELECT ingest_seq,
  iif(ts_ms BETWEEN ts * 1000 AND ts * 1000 + 999, ts_ms, ts * 1000),
  cmd, cwd, hostname, device_id, iif(typeof(session) = 'text', session, NULL), exit_code
  FROM entries
  WHERE ingest_seq > ? AND ingest_seq <= ?
    AND typeof(cmd) = 'text' AND octet_length(cmd) <= ${MOST_TEXT_BYTES}
    AND typeof(cwd) = 'text' AND typeof(hostname) = 'text' AND typeof(device_id) = 'text'
    AND typeof(ts) = 'integer' AND ts BETWEEN -377705116800 AND 253402300799
    AND typeof(exit_code) = 'integer' AND exit_code BETWEEN -2147483648 AND 2147483647`;

/**
 * Rows after `after` up to `until`, oldest first: at most `most`, and fewer if they are large; with the number
 * up to which that is all.
 */
export function oldestRuns(
  db: Database,
  after: number,
  until: number,
  most: number,
  dictionary: Dictionary,
): { readonly columns: Columns; readonly reached: number } {
  const reached = reachOf(db, after, { rows: most, bytes: READ_BYTES }, until) ?? until;
  const rows = db.rows(`${RUN_ROWS} ORDER BY ingest_seq`, after, reached);
  return { columns: toColumns(rows, dictionary), reached };
}

/** The same rows from the other end; ascending all the same. Those of a search, which gives them up at once. */
export function newestRuns(
  db: Database,
  after: number,
  until: number,
  most: number,
  dictionary: Dictionary,
): Columns {
  const rows = db.rows(`${RUN_ROWS} ORDER BY ingest_seq DESC LIMIT ?`, after, until, most);
  return toColumns(rows.reverse(), dictionary);
}

/** Every stored chunk, the one with the newest command first. */
export function storedSpans(db: Database): Span[] {
  return db.rows(
    "SELECT first_seq, last_seq, newest_ms, oldest_ms FROM rr_chunk ORDER BY newest_ms DESC, first_seq DESC",
  ).map(([firstSeq, lastSeq, newestMs, oldestMs]) => ({
    firstSeq: firstSeq as number,
    lastSeq: lastSeq as number,
    newestMs: newestMs as number,
    oldestMs: oldestMs as number,
  }));
}

/** Whether runs in these places and sessions, of these commands, may be wanted. */
export type MayHold = (
  places: Uint32Array,
  sessions: Uint32Array,
  commands: Uint32Array,
) => boolean;

/** Whether a span may hold what is wanted, from the columns that lie at the front of its row. */
export function spanMayHold(db: Database, span: Span, mayHold: MayHold): boolean {
  const row = db.row(
    `SELECT places, sessions, commands FROM rr_chunk WHERE first_seq <= ?
     ORDER BY first_seq DESC LIMIT 1`,
    span.lastSeq,
  );
  if (row === undefined) return true;
  const { places, sessions, commands } = frontOf(db, row);
  return mayHold(places, sessions, commands);
}

/**
 * The runs of a span without those whose row is gone. The indexer may have merged or cut the chunk
 * since the span was listed; if nothing covers it any more, it is empty.
 */
export function readSpan(db: Database, span: Span): Columns {
  const row = db.row(
    `SELECT ${BLOB_COLUMNS} FROM rr_chunk WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1`,
    span.lastSeq,
  );
  if (row === undefined) return emptyColumns(0);
  const columns = fromBlobs(db, row);
  const { firstSeq, lastSeq } = span;
  const gone = goneBetween(db, firstSeq, lastSeq);
  const { seqs } = columns;
  if (gone.size === 0 && seqs[0]! >= firstSeq && seqs.at(-1)! <= lastSeq) return columns;
  return pick(columns, (i) => {
    const seq = seqs[i]!;
    return seq >= firstSeq && seq <= lastSeq && !gone.has(seq);
  });
}

/** Sequence numbers of rows that were deleted and may still be in a chunk. */
export function goneBetween(db: Database, firstSeq: number, lastSeq: number): Set<number> {
  const rows = db.rows("SELECT seq FROM rr_gone WHERE seq BETWEEN ? AND ?", firstSeq, lastSeq);
  return new Set(rows.map((row) => row[0] as number));
}

function toColumns(rows: readonly Row[], dictionary: Dictionary): Columns {
  const columns = emptyColumns(rows.length);
  const texts = new Map<string, number>();
  rows.forEach((row, i) => {
    const [seq, ms, text, cwd, hostname, deviceId, session, exitCode] = row as [
      number,
      number,
      string,
      string,
      string,
      string,
      string | null,
      number,
    ];
    let at = texts.get(text);
    if (at === undefined) texts.set(text, at = texts.size);
    columns.seqs[i] = seq;
    columns.startedAtMs[i] = ms;
    columns.commands[i] = at;
    columns.places[i] = dictionary.place({ cwd, hostname, deviceId });
    columns.sessions[i] = dictionary.session(session ?? undefined);
    columns.exitCodes[i] = exitCode;
  });
  const ids = dictionary.commands([...texts.keys()]);
  columns.commands.forEach((at, i) => columns.commands[i] = ids[at]!);
  return columns;
}
