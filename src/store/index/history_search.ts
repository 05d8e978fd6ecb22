/** Reads for people: search, the picker, the details of a command. Never waits for the index. */
import type { Clock } from "../../base/clock.ts";
import { unknownExitTest } from "./run_filter.ts";
import type { DeviceId, Entry } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import { textFilter } from "./match.ts";
import { textOf } from "./word_query.ts";
import { entryRows, rowsAt, toEntry } from "../log/rows.ts";
import { RECENT_RUNS, type RecentRuns, recentRuns } from "./recent_runs.ts";
import { RunReader } from "./run_reader.ts";
import { type CommandSlice, slicesOf } from "./command_slice.ts";
import type { Columns } from "./columns.ts";
import type { Place } from "./dictionary.ts";
import { newestMatching } from "./newest_rows.ts";
import { findTexts } from "./texts.ts";
import { TextReader } from "./text_reader.ts";
import { type Run, walkRuns } from "./walk.ts";
import { INDEX_STALE, INDEXED_SEQ, type Meta } from "../file/meta.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import type { HistoryQuery } from "./history_query.ts";

/** Every run of one command. */
export interface RunsOfCommand {
  readonly total: number;
  readonly failed: number;
  /** Runs of which nobody knows how they ended; not among the failed ones. */
  readonly unknown: number;
  /** The number of the newest in the log. */
  readonly newestSeq: number | undefined;
  /** The newest, newest first, as far as the limit reaches. */
  readonly entries: readonly Entry[];
}

/** Where commands were run, the place of the most of late first. */
export type RecentPlaces = readonly Place[];

const PICKER_ORDER = "picker_order";
const NEWEST = "newest";
const HAS = {
  session: "SELECT EXISTS (SELECT 1 FROM rr_session WHERE name = ?) OR " +
    "EXISTS (SELECT 1 FROM entries WHERE ingest_seq > ? AND session = ?)",
  host: "SELECT EXISTS (SELECT 1 FROM rr_place WHERE hostname = ?) OR " +
    "EXISTS (SELECT 1 FROM entries WHERE ingest_seq > ? AND hostname = ?)",
} as const;
const NEWEST_PLACE = `SELECT session, cwd FROM
  (SELECT device_id, session, cwd FROM entries WHERE ts <= ? ORDER BY ts DESC, ingest_seq DESC LIMIT 1000)
  WHERE device_id = ? LIMIT 1`;
const ROWS_AT_ONCE = 250;
/** Commands of the first slice in the order of a ranking: what the first screens show. */
const FIRST_RANKED = 200;
/** Of each later one: their texts lie anywhere, and each block of them takes 0.1 ms to read. */
const MORE_RANKED = 500;

/** Answers what people ask of a history. */
export class HistorySearch {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #clock: Pick<Clock, "now">;

  /** Reads an open, migrated database. */
  constructor(db: Database, meta: Meta, clock: Pick<Clock, "now">) {
    this.#db = db;
    this.#meta = meta;
    this.#clock = clock;
  }

  /** The newest entries that match, newest first; of one time, those taken in last first. */
  find(query: HistoryQuery): Entry[] {
    checkLimit(query.limit);
    return newestMatching(this.#db, query) ?? this.findFurther(query);
  }

  /** As {@linkcode find}, for a search that has not been satisfied by the newest rows. */
  findFurther(query: HistoryQuery): Entry[] {
    return this.#matching(query, (seqs) => this.entriesBySeq(seqs), (entry) => entry.command);
  }

  /** The commands alone of what {@linkcode findFurther} finds, in half of its time. */
  findCommands(query: HistoryQuery): string[] {
    return this.#matching(query, (seqs) => this.#commandsBySeq(seqs), (command) => command);
  }

  #matching<T>(
    query: HistoryQuery,
    read: (seqs: readonly number[]) => readonly T[],
    commandOf: (row: T) => string,
  ): T[] {
    checkLimit(query.limit);
    const text = textOf(query);
    const reader = new RunReader(this.#db, this.#meta, query);
    const wanted = text && textFilter(this.#db, reader, text);
    const found: T[] = [];
    for (const runs of walkRuns(reader, { distinct: query.distinct ?? false, wanted })) {
      for (let from = 0; from < runs.length; from += ROWS_AT_ONCE) {
        const part = runs.slice(from, from + ROWS_AT_ONCE);
        for (const row of read(part.map((run) => run.seq))) {
          if (text?.test(commandOf(row)) === false) continue;
          if (found.push(row) === query.limit) return found;
        }
      }
    }
    return found;
  }

  /**
   * All distinct commands of the filter, newest first, slice by slice; stop whenever you have enough.
   * The first slice comes within milliseconds. Do not write through the same history meanwhile.
   */
  *commands(filter: RunFilter = {}): Generator<CommandSlice, void, undefined> {
    const reader = new RunReader(this.#db, this.#meta, filter);
    const texts = new TextReader(this.#db, reader.own.commands);
    try {
      for (const runs of walkRuns(reader, { distinct: true })) {
        yield* slicesOf(runs, texts);
      }
    } finally {
      texts.close();
    }
  }

  /**
   * As {@linkcode commands}, but those among the newest runs of all in the order of `rank`, which gives
   * numbers of commands; the older ones follow. Takes some milliseconds more, whatever the history holds.
   * `most` is how many of the newest runs are looked at.
   */
  *rankedCommands(
    filter: RunFilter,
    rank: (recent: RecentRuns) => readonly number[],
    most = RECENT_RUNS,
  ): Generator<CommandSlice, void, undefined> {
    const all = new RunReader(this.#db, this.#meta, {});
    const reader = new RunReader(this.#db, this.#meta, filter, all);
    const recent = recentRuns(this.#db, all, most, this.#clock.now());
    const best = bestRuns(recent.runs, rank(recent), reader);
    const texts = new TextReader(this.#db, all.own.commands);
    try {
      for (
        let from = 0, count = FIRST_RANKED;
        from < best.length;
        from += count, count = MORE_RANKED
      ) {
        yield* slicesOf(best.slice(from, from + count), texts);
      }
      const without = best.map(({ command }) => command);
      for (const runs of walkRuns(reader, { distinct: true, without })) {
        yield* slicesOf(runs, texts);
      }
    } finally {
      texts.close();
    }
  }

  /** See {@linkcode RecentPlaces}. */
  recentPlaces(): RecentPlaces {
    const reader = new RunReader(this.#db, this.#meta, {});
    const { runs, places } = recentRuns(this.#db, reader, RECENT_RUNS, this.#clock.now());
    const counts = new Map<number, number>();
    for (const id of runs.places) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a).flatMap(([id]) => places.get(id) ?? []);
  }

  /** Every run of exactly this command, by how many and by the newest `limit`. */
  runsOf(command: string, limit = 100, filter: RunFilter = {}): RunsOfCommand {
    checkLimit(limit);
    const reader = new RunReader(this.#db, this.#meta, filter);
    const found = findTexts(this.#db, [command])[0]!;
    const stored = found < reader.own.firstCommand ? found : -1;
    const runs: Run[] = [];
    let failed = 0;
    let unknown = 0;
    const isUnknown = unknownExitTest(this.#db, reader.own);
    const wanted = (id: number): boolean =>
      id === stored || id === reader.own.commands.get(command);
    for (const { columns } of reader.blocks(wanted)) {
      const { commands, exitCodes, seqs, startedAtMs } = columns;
      for (let i = 0; i < commands.length; i++) {
        const id = commands[i]!;
        if (!wanted(id) || !reader.wants(columns, i)) continue;
        if (isUnknown(columns, i)) unknown++;
        else if (exitCodes[i] !== 0) failed++;
        runs.push({ seq: seqs[i]!, startedAtMs: startedAtMs[i]!, command: id });
      }
    }
    runs.sort((a, b) => b.startedAtMs - a.startedAtMs || b.seq - a.seq);
    const entries = this.entriesBySeq(runs.slice(0, limit).map((run) => run.seq));
    return { total: runs.length, failed, unknown, newestSeq: runs[0]?.seq, entries };
  }

  /** Where the newest command of a device was run, if it is among the newest of all; no command is read. */
  newestPlace(deviceId: DeviceId): { readonly session: string; readonly cwd: string } | undefined {
    const [session, cwd] = this.#db.row(NEWEST_PLACE, Number.MAX_SAFE_INTEGER, deviceId) ?? [];
    return typeof session === "string" && typeof cwd === "string" ? { session, cwd } : undefined;
  }

  /** Whether something was run in the session, or on the host, of this name; in doubt it was. */
  has(what: keyof typeof HAS, name: string): boolean {
    if (this.#meta.get(INDEX_STALE) !== undefined) return true;
    return this.#db.integer(HAS[what], name, this.#meta.integer(INDEXED_SEQ) ?? 0, name) !== 0;
  }

  /** Numbers in the log of everything that matches, newest first. */
  matchingSeqs(query: Omit<HistoryQuery, "limit">): number[] {
    const reader = new RunReader(this.#db, this.#meta, query);
    const text = textOf(query);
    const wanted = text && textFilter(this.#db, reader, text);
    const seqs: number[] = [];
    for (const runs of walkRuns(reader, { distinct: query.distinct ?? false, wanted })) {
      for (const run of runs) seqs.push(run.seq);
    }
    return seqs;
  }

  /** Whether the picker shows the newest first: a choice kept in the file, and so for this device. */
  get prefersNewest(): boolean {
    return this.#meta.get(PICKER_ORDER) === NEWEST;
  }

  /** Keeps that choice. */
  set prefersNewest(isNewest: boolean) {
    this.#meta.set(PICKER_ORDER, isNewest ? NEWEST : undefined);
  }

  /** Entries by their place in the log, in the order asked for; missing and broken ones left out. */
  entriesBySeq(seqs: readonly number[]): Entry[] {
    const { where, values } = rowsAt(seqs);
    const rows = entryRows(this.#db, `FROM entries WHERE ${where}`, ...values);
    const bySeq = new Map(rows.map((row) => [row[0] as number, row]));
    return seqs.flatMap((seq) => {
      const row = bySeq.get(seq);
      return (row && toEntry(row)) ?? [];
    });
  }

  /** Whether there are entries at all these places of the log. */
  holdsAll(seqs: ArrayLike<number>): boolean {
    const there = this.#db.integer(
      "SELECT count(*) FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?))",
      JSON.stringify(Array.from(seqs)),
    );
    return there === seqs.length;
  }

  #commandsBySeq(seqs: readonly number[]): string[] {
    const { where, values } = rowsAt(seqs);
    const rows = this.#db.rows(`SELECT ingest_seq, cmd FROM entries WHERE ${where}`, ...values);
    const bySeq = new Map(rows.map(([seq, command]) => [seq, command]));
    return seqs.flatMap((seq) => {
      const command = bySeq.get(seq);
      return typeof command === "string" ? [command] : [];
    });
  }

  /** Entries by id, in the order asked for; unknown and broken ones left out. */
  entriesById(ids: readonly string[]): Entry[] {
    const rows = entryRows(
      this.#db,
      "FROM entries WHERE entry_id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
    const byId = new Map(rows.map((row) => [row[1] as string, row]));
    return ids.flatMap((id) => {
      const row = byId.get(id);
      return (row && toEntry(row)) ?? [];
    });
  }
}

/** The newest run of each command that has one that is wanted, in the order of the commands. */
function bestRuns(
  runs: Columns,
  order: readonly number[],
  reader: RunReader,
): Run[] {
  const { commands, seqs, startedAtMs } = runs;
  // By number of the command, counted from 1; 0 for none.
  const newest = new Uint32Array(order.reduce((most, command) => Math.max(most, command), 0) + 1);
  for (let i = 0; i < commands.length; i++) {
    if (!reader.wants(runs, i)) continue;
    const known = newest[commands[i]!]!;
    if (known === 0 || startedAtMs[known - 1]! <= startedAtMs[i]!) newest[commands[i]!] = i + 1;
  }
  const best: Run[] = [];
  for (const command of order) {
    const i = newest[command]! - 1;
    if (i >= 0) best.push({ seq: seqs[i]!, startedAtMs: startedAtMs[i]!, command });
  }
  return best;
}

function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(
      `Cannot search as 'limit' must be an integer of at least 1: current value is ${limit}`,
    );
  }
}
