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

/** Rows of the first portion; each further one has twice as many. */
const FIRST_ROWS = 200;
const GROWTH = 2;

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
  for (const heads of secondsDescending(db, query, look)) {
    if (heads.length === 0) return found;
    const seqs = heads.filter(({ command }) => test(command)).map(({ seq }) => seq);
    for (const entry of newestFirst(db, seqs)) {
      if (!wants(entry) || (query.distinct && given.has(entry.command))) continue;
      given.add(entry.command);
      if (found.push(entry) === query.limit) return found;
    }
  }
  return undefined;
}

/** What is read of a row before it is known to match: most do not. */
interface Head {
  readonly seq: number;
  readonly ts: unknown;
  readonly command: string;
}

// Only integers are within the bounds of `ts`, and only those that JavaScript can hold.
const HEADS = `SELECT ingest_seq, ts, cmd FROM entries
  WHERE ts >= ? AND (ts, ingest_seq) < (?, ?) ORDER BY ts DESC, ingest_seq DESC LIMIT ?`;

/**
 * Rows in portions that end between two seconds, since within one the exact time decides; an empty
 * portion says that there are no more.
 */
function* secondsDescending(
  db: Database,
  { sinceMs, untilMs }: RunFilter,
  look: number,
): Generator<readonly Head[], void, undefined> {
  const since = sinceMs === undefined ? Number.MIN_SAFE_INTEGER : Math.floor(sinceMs / 1000);
  let before = [untilMs === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(untilMs / 1000), 0];
  let held: Head[] = [];
  for (let looked = 0, size = FIRST_ROWS; looked < look; size *= GROWTH) {
    const rows = db.rows(HEADS, since, before[0]!, before[1]!, size);
    looked += rows.length;
    const heads = [...held, ...rows.map(toHead)];
    const last = heads.at(-1);
    if (last === undefined || rows.length < size) {
      if (heads.length > 0) yield heads;
      return yield [];
    }
    held = heads.filter(({ ts }) => ts === last.ts);
    before = [last.ts as number, last.seq];
    if (held.length < heads.length) yield heads.slice(0, heads.length - held.length);
  }
}

function toHead([seq, ts, command]: Row): Head {
  return { seq: seq as number, ts, command: String(command) };
}

function newestFirst(db: Database, seqs: readonly number[]): Entry[] {
  const rows = entryRows(
    db,
    "FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?))",
    JSON.stringify(seqs),
  );
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
