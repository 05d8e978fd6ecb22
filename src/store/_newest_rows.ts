/**
 * The newest rows straight from the table, by its time index: what a person looks for is mostly among
 * them, and no index of ours has to be read first.
 */
import type { Entry } from "../history/entry.ts";
import type { Database, Row } from "./_database.ts";
import { entryRows, toEntry } from "./_rows.ts";
import type { RunFilter } from "./run_filter.ts";

/** What is looked for. */
export interface NewestQuery extends RunFilter {
  readonly limit: number;
  readonly distinct?: boolean | undefined;
}

/** Rows of the first portion; each further one has three times as many. */
const FIRST_ROWS = 200;
const GROWTH = 3;

/**
 * The newest entries that match, if they are among the newest `look` rows of the filter's time;
 * `undefined` if there may be more further down.
 */
export function newestMatching(
  db: Database,
  query: NewestQuery,
  test: (command: string) => boolean,
  look: number,
): Entry[] | undefined {
  const wants = entryTest(query);
  const found: Entry[] = [];
  const given = new Set<string>();
  for (const rows of secondsDescending(db, query, look)) {
    for (const entry of newestFirst(rows.filter((row) => test(String(row[CMD]))))) {
      if (!wants(entry) || (query.distinct && given.has(entry.command))) continue;
      given.add(entry.command);
      if (found.push(entry) === query.limit) return found;
    }
    if (rows.length === 0) return found;
  }
  return undefined;
}

/** Positions in a row of `ENTRY_COLUMNS`. */
const SEQ = 0;
const TS = 4;
const CMD = 5;

/**
 * Rows in portions that end between two seconds, since within one the exact time decides; an empty
 * portion says that there are no more.
 */
function* secondsDescending(
  db: Database,
  { sinceMs, untilMs }: RunFilter,
  look: number,
): Generator<readonly Row[], void, undefined> {
  const since = sinceMs === undefined ? -Infinity : Math.floor(sinceMs / 1000);
  let before: readonly [number, number] = [
    untilMs === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(untilMs / 1000),
    0,
  ];
  let held: Row[] = [];
  for (let looked = 0, size = FIRST_ROWS; looked < look; size *= GROWTH) {
    const rows = entryRows(
      db,
      "FROM entries WHERE ts >= ? AND (ts, ingest_seq) < (?, ?) " +
        "ORDER BY ts DESC, ingest_seq DESC LIMIT ?",
      since === -Infinity ? Number.MIN_SAFE_INTEGER : since,
      ...before,
      size,
    );
    looked += rows.length;
    const all = [...held, ...rows];
    const last = all.at(-1);
    if (last === undefined || rows.length < size) {
      yield all;
      if (all.length > 0) yield [];
      return;
    }
    held = all.filter((row) => row[TS] === last[TS]);
    before = [last[TS] as number, last[SEQ] as number];
    yield all.slice(0, all.length - held.length);
  }
}

function newestFirst(rows: readonly Row[]): Entry[] {
  const entries = rows.flatMap((row) => {
    const entry = toEntry(row);
    return entry === undefined ? [] : [{ entry, seq: row[SEQ] as number }];
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
