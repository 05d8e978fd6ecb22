/**
 * The newest rows straight from the table, by its time index: what a person looks for is mostly among
 * them, and no index of ours has to be read first.
 */
import type { Entry } from "../history/entry.ts";
import { MIN_STARTED_AT_MS } from "../history/parse_entry.ts";
import type { Database, Row } from "./_database.ts";
import { entryRows, toEntry } from "./_rows.ts";
import { isAscii, textTest } from "./_words.ts";
import type { HistoryQuery } from "./recall.ts";
import type { RunFilter } from "./run_filter.ts";

/** The last portion begins before that many rows: common words are found by then. */
const MOST_ROWS = 2000;
/** Rows of the first portion; each further one has twice as many. */
const FIRST_ROWS = 250;
const GROWTH = 2;
/** Unix seconds before the first entry that there can be. */
const BEFORE_ALL = MIN_STARTED_AT_MS / 1000 - 1;

/**
 * The newest entries that match, newest first, if they are among the newest few thousand rows of the
 * filter's time; `undefined` if there may be more further down.
 */
export function newestMatching(db: Database, query: HistoryQuery): Entry[] | undefined {
  const { limit, distinct, words = [], caseSensitive } = query;
  const test = textTest({ words, caseSensitive });
  const wants = entryTest(query);
  const found: Entry[] = [];
  const given = new Set<string>();
  for (const rows of secondsDescending(db, query, roughly(words))) {
    if (rows === "no more") return found;
    for (const entry of newestFirst(rows)) {
      if (!test(entry.command) || !wants(entry) || (distinct && given.has(entry.command))) continue;
      given.add(entry.command);
      if (found.push(entry) === limit) return found;
    }
  }
  return undefined;
}

// Every row that is handed over costs more than looking at it, so SQLite leaves out most of those
// without the longest word. It knows upper and lower case of ASCII, as the search in the index does.
function roughly(words: readonly string[]): string {
  return words.filter(isAscii).reduce((a, b) => b.length > a.length ? b : a, "").toLowerCase();
}

// Only integers are within the bounds of `ts`, and only those that JavaScript can hold.
const BOUND = `SELECT ts FROM entries WHERE ts > ? AND ts <= ?
  ORDER BY ts DESC LIMIT 1 OFFSET ?`;
const PORTION = "FROM entries WHERE ts > ? AND ts <= ? AND instr(lower(cmd), ?)";

/**
 * Rows in portions that end between two seconds, since within one the exact time decides: those newer
 * than the second that the last row of a portion would share. None where one second fills it all.
 */
function* secondsDescending(
  db: Database,
  { sinceMs, untilMs }: RunFilter,
  part: string,
): Generator<readonly Row[] | "no more", void, undefined> {
  const first = sinceMs === undefined ? BEFORE_ALL : Math.floor(sinceMs / 1000) - 1;
  let last = untilMs === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(untilMs / 1000) - 1;
  for (let looked = 0, size = FIRST_ROWS; looked < MOST_ROWS; looked += size, size *= GROWTH) {
    const bound = db.row(BOUND, first, last, size)?.[0];
    yield entryRows(db, PORTION, bound ?? first, last, part);
    if (bound === undefined) return yield "no more";
    last = bound as number;
  }
}

function newestFirst(rows: readonly Row[]): Entry[] {
  const entries = rows.flatMap((row) => {
    const entry = toEntry(row);
    return entry === undefined ? [] : [{ entry, seq: row[0] as number }];
  });
  entries.sort((a, b) => b.entry.startedAtMs - a.entry.startedAtMs || b.seq - a.seq);
  return entries.map(({ entry }) => entry);
}

function entryTest(filter: RunFilter): (entry: Entry) => boolean {
  const { hostname, deviceId, cwd, below, session, exit, sinceMs, untilMs } = filter;
  const inside = below === undefined || below.endsWith("/") ? below : `${below}/`;
  return (entry) =>
    (hostname === undefined || entry.hostname === hostname) &&
    (deviceId === undefined || entry.deviceId === deviceId) &&
    (cwd === undefined || entry.cwd === cwd) &&
    (inside === undefined || entry.cwd === below || entry.cwd.startsWith(inside)) &&
    (session === undefined || entry.session === session) &&
    (exit === undefined || (exit === "failure" ? entry.exitCode !== 0 : entry.exitCode ===
      (exit === "success" ? 0 : exit))) &&
    (sinceMs === undefined || entry.startedAtMs >= sinceMs) &&
    (untilMs === undefined || entry.startedAtMs < untilMs);
}
