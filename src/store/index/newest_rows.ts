/**
 * The newest rows straight from the table, by its time index: what a person looks for is mostly among
 * them, and no index of ours has to be read first.
 */
import type { Entry } from "../../history/entry.ts";
import { MIN_STARTED_AT_MS } from "../../history/check_entry.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import { COMMAND_COLUMN, entryRows, MOST_TEXT_BYTES, startedAtMs, toEntry } from "../log/rows.ts";
import type { HistoryQuery } from "./history_query.ts";
import { matchesRun, type PinTest, type RunFilter } from "../../history/run_filter.ts";
import type { TextQuery } from "../../history/text_query.ts";
import { textOf } from "./word_query.ts";

/** Rows looked at before the index is: common words are found by then. */
const MOST_ROWS = 3000;
/**
 * Rows of the first portion, if no more are asked for; the next ones are as large as they must be, going
 * by what it held. Each row costs some 10 microseconds in a process that has just started.
 */
const FIRST_ROWS = 64;
/** A little larger, as one more portion costs more than some more rows. */
const RESERVE = 1.2;
/** Unix seconds before the first entry that there can be. */
const BEFORE_ALL = MIN_STARTED_AT_MS / 1000 - 1;

/**
 * The newest entries that match, newest first, if they are among the newest few thousand rows of the
 * filter's time; `undefined` if there may be more further down.
 */
export function newestMatching(db: Database, query: HistoryQuery): Entry[] | undefined {
  const { limit, distinct } = query;
  const text = textOf(query);
  const next = portions(db, query, roughly(text));
  const isPinned = pinTest(db);
  const found: Entry[] = [];
  const given = new Set<string>();
  // Only a history that is small enough to be read whole can answer a limit that large.
  let size = Math.min(Math.max(Math.ceil(limit * RESERVE), FIRST_ROWS), MOST_ROWS);
  for (let looked = 0; looked < MOST_ROWS;) {
    const { read, isLast } = next(size);
    if (limit > MOST_ROWS && !isLast) return undefined;
    for (const entry of newestFirst(read(), text)) {
      if (!matchesRun(query, entry, isPinned)) continue;
      if (distinct && given.has(entry.command)) continue;
      given.add(entry.command);
      if (found.push(entry) === limit) return found;
    }
    if (isLast) return found;
    looked += size;
    const wanted = (limit - found.length) * RESERVE * looked / Math.max(found.length, 1);
    size = Math.min(Math.max(Math.ceil(wanted), FIRST_ROWS), MOST_ROWS - looked);
  }
  return undefined;
}

// Every row that is handed over costs more than looking at it, so SQLite leaves out most of those
// without the longest word. It knows upper and lower case of ASCII, as the search in the index does.
function roughly(text: TextQuery | undefined): string {
  return (text?.literals ?? []).reduce((a, b) => b.length > a.length ? b : a, "");
}

// Only integers are within the bounds of `ts`, and only those that JavaScript can hold.
const BOUND = `SELECT ts FROM entries WHERE ts > ? AND ts <= ?
  ORDER BY ts DESC LIMIT 1 OFFSET ?`;
const PORTION = `FROM entries WHERE ts > ? AND ts <= ?
  AND octet_length(cmd) <= ${MOST_TEXT_BYTES} 
  AND (instr(lower(cmd), ?) OR octet_length(cmd) > length(cmd))`;

/** Rows of some seconds. */
interface Portion {
  readonly read: () => readonly Row[];
  /** Whether there are no older rows. */
  readonly isLast: boolean;
}

/**
 * Gives rows in portions of up to `size` that end between two seconds, since within one the exact time
 * decides. One second that would not fit is left for a larger portion.
 */
function portions(
  db: Database,
  { sinceMs, untilMs }: RunFilter,
  part: string,
): (size: number) => Portion {
  const first = sinceMs === undefined ? BEFORE_ALL : Math.floor(sinceMs / 1000) - 1;
  let last = untilMs === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(untilMs / 1000) - 1;
  return (size) => {
    const until = last;
    const bound = db.row(BOUND, first, until, size)?.[0];
    if (bound !== undefined) last = bound as number;
    return {
      read: () => entryRows(db, PORTION, bound ?? first, until, part),
      isLast: bound === undefined,
    };
  };
}

/** The entries one by one: of a portion that was larger than needed, the rest is not looked at. */
function* newestFirst(
  rows: readonly Row[],
  text: TextQuery | undefined,
): Generator<Entry, void, undefined> {
  const timed = rows.map((row) => ({ row, at: startedAtMs(row) ?? 0, seq: row[0] as number }));
  timed.sort((a, b) => b.at - a.at || b.seq - a.seq);
  for (const { row } of timed) {
    const command = row[COMMAND_COLUMN];
    if (typeof command === "string" && text?.test(command) === false) continue;
    const entry = toEntry(row);
    if (entry !== undefined) yield entry;
  }
}

/** Tells pinned commands from others; the pins are read at the first question. */
export function pinTest(db: Database): PinTest {
  let pinned: Set<string> | undefined;
  return (command) => {
    pinned ??= new Set(db.rows("SELECT cmd FROM rr_pinned").map(([cmd]) => String(cmd)));
    return pinned.has(command);
  };
}
