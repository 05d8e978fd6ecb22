/** Counts over the history: what is typed most, when, where, and how often it fails. */
import { unknownExitTest } from "./run_filter.ts";
import type { Database } from "../file/database.ts";
import { RunReader } from "./run_reader.ts";
import type { Meta } from "../file/meta.ts";
import type { HistorySearch } from "./history_search.ts";
import type { TextQuery } from "../../history/text_query.ts";
import { textFilter } from "./match.ts";
import type { Entry } from "../../history/entry.ts";
import { type FolderSense, NAMES_DECIDE } from "../../base/same_folder.ts";
import { pinTest } from "./newest_rows.ts";
import { isUnknownPlace, matchesRun, type RunFilter } from "../../history/run_filter.ts";
import type { HistoryQuery } from "./history_query.ts";
import { type Count, Tally } from "./tally.ts";

/** What {@linkcode Stats.summary} takes besides the filter. */
export interface SummaryOptions {
  /** How many of the most frequent commands, folders and hosts to give. @default {20} */
  readonly top?: number | undefined;
  /** What the commands must be. @default {any} */
  readonly text?: TextQuery | undefined;
  /** How many of the runs that took longest to give; finding them goes through all rows. @default {0} */
  readonly longest?: number | undefined;
  /** Borders of the periods to count, ascending milliseconds, such as local midnights. @default {none} */
  readonly bordersMs?: readonly number[] | undefined;
  /** Counts a folder once that has several names, by the one that is used most. @default {names decide} */
  readonly folders?: FolderSense | undefined;
}

/** What {@linkcode Stats.summary} gives. */
export interface Summary extends Count {
  /** Distinct commands. */
  readonly distinct: number;
  /** Start of the oldest and the newest run; `undefined` if there are none. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  /** The most frequent first. */
  readonly commands: readonly (Count & { readonly command: string })[];
  readonly hosts: readonly (Count & { readonly hostname: string })[];
  readonly folders: readonly (Count & { readonly cwd: string })[];
  /** The commands that failed most often, and their runs. */
  readonly mostFailing: readonly (Count & { readonly command: string })[];
  /** The runs that took longest, if asked for. */
  readonly longest: readonly Entry[];
  /** The 24 hours of the day, in the zone of this machine. */
  readonly hours: readonly Count[];
  /** One fewer than borders: from each border up to the next. */
  readonly periods: readonly (Count & { readonly fromMs: number })[];
}

/** Counts for `rr stats`. About 50 ms at a million runs. */
export class Stats {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #search: HistorySearch;

  /** Counts in an open, migrated database. */
  constructor(db: Database, meta: Meta, search: HistorySearch) {
    this.#db = db;
    this.#meta = meta;
    this.#search = search;
  }

  /** Counts the runs that the filter wants. */
  summary(filter: RunFilter = {}, options: SummaryOptions = {}): Summary {
    const { top = 20, bordersMs = [], text } = options;
    const reader = new RunReader(this.#db, this.#meta, filter);
    const commands = new Tally();
    const places = new Tally();
    const periods = new Tally();
    const hours = new Tally();
    const hourOf = hourReader();
    const isUnknown = unknownExitTest(this.#db, reader.own);
    const total = { runs: 0, failed: 0, unknown: 0, oldestMs: Infinity, newestMs: -Infinity };
    const wanted = text && textFilter(this.#db, reader, text);
    for (const { columns } of reader.blocks(wanted)) {
      for (let i = 0; i < columns.seqs.length; i++) {
        if (wanted?.(columns.commands[i]!) === false || !reader.wants(columns, i)) continue;
        const unknown = isUnknown(columns, i) ? 1 : 0;
        const failed = unknown === 1 || columns.exitCodes[i] === 0 ? 0 : 1;
        const ms = columns.startedAtMs[i]!;
        total.runs++;
        total.failed += failed;
        total.unknown += unknown;
        total.oldestMs = Math.min(total.oldestMs, ms);
        total.newestMs = Math.max(total.newestMs, ms);
        commands.add(columns.commands[i]!, failed, unknown, columns.seqs[i]!);
        places.add(columns.places[i]!, failed, unknown, columns.seqs[i]!);
        hours.add(hourOf(ms), failed, unknown, 0);
        if (bordersMs.length > 1) {
          const period = periodOf(bordersMs, ms);
          if (period >= 0 && period < bordersMs.length - 1) periods.add(period, failed, unknown, 0);
        }
      }
    }
    return {
      runs: total.runs,
      failed: total.failed,
      unknown: total.unknown,
      distinct: commands.distinct,
      oldestMs: total.runs === 0 ? undefined : total.oldestMs,
      newestMs: total.runs === 0 ? undefined : total.newestMs,
      commands: this.#withTexts(commands.most(top)),
      mostFailing: this.#withTexts(commands.mostFailing(top)),
      longest: this.#longest({ ...filter, text }, options.longest ?? 0),
      hours: Array.from({ length: HOURS }, (_, hour) => hours.count(hour)),
      hosts: this.#byPlace(reader, places, "hostname").slice(0, top),
      folders: byKey(this.#byPlace(reader, places, "cwd"), options.folders ?? NAMES_DECIDE)
        .slice(0, top),
      periods: bordersMs.slice(0, -1).map((fromMs, i) => ({ fromMs, ...periods.count(i) })),
    };
  }

  #longest(query: Omit<HistoryQuery, "limit">, most: number): Entry[] {
    let longest: Entry[] = [];
    for (const leastMs of [LONG_MS, 1]) {
      if (longest.length < most) longest = this.#longestFrom(leastMs, query, most);
    }
    return longest;
  }

  #longestFrom(leastMs: number, query: Omit<HistoryQuery, "limit">, most: number): Entry[] {
    const longest: Entry[] = [];
    const isPinned = pinTest(this.#db);
    for (let from = 0; longest.length < most; from += LONGEST_AT_ONCE) {
      const rows = this.#db.rows(
        `SELECT ingest_seq FROM entries WHERE duration_ms >= ? AND typeof(duration_ms) = 'integer'
         ORDER BY duration_ms DESC, ingest_seq DESC LIMIT ? OFFSET ?`,
        leastMs,
        LONGEST_AT_ONCE,
        from,
      );
      const entries = this.#search.entriesBySeq(rows.map((row) => row[0] as number));
      longest.push(
        ...entries.filter((entry) =>
          matchesRun(query, entry, isPinned) && query.text?.test(entry.command) !== false
        ),
      );
      if (rows.length < LONGEST_AT_ONCE) break;
    }
    return longest.slice(0, most);
  }

  #withTexts(commands: readonly (Count & { readonly seq: number })[]): Summary["commands"] {
    // Any run of a command has its text.
    return commands.flatMap(({ seq, ...count }) => {
      const [entry] = this.#search.entriesBySeq([seq]);
      return entry === undefined ? [] : [{ command: entry.command, ...count }];
    });
  }

  #byPlace<Name extends "hostname" | "cwd">(
    reader: RunReader,
    places: Tally,
    name: Name,
  ): (Count & { readonly [K in Name]: string })[] {
    const sums = new Map<string, { runs: number; failed: number; unknown: number }>();
    const add = (id: number, value: string): void => {
      const { runs, failed, unknown } = places.count(id);
      const sum = sums.get(value) ?? { runs: 0, failed: 0, unknown: 0 };
      sum.runs += runs;
      sum.failed += failed;
      sum.unknown += unknown;
      sums.set(value, sum);
    };
    for (const [id, value] of this.#db.rows(`SELECT id, ${name} FROM rr_place`)) {
      add(id as number, String(value));
    }
    for (const [id, place] of reader.own.places) add(id, place[name]);
    return [...sums].filter(([value, sum]) =>
      sum.runs > 0 && !(name === "cwd" && isUnknownPlace(value))
    )
      .sort(([a, x], [b, y]) => y.runs - x.runs || (a < b ? -1 : 1))
      .map(([value, sum]) =>
        ({ [name]: value, ...sum }) as Count & { readonly [K in Name]: string }
      );
  }
}

type FolderCount = Summary["folders"][number];

/** Sums up the names of one folder under the first of them. */
function byKey(counts: readonly FolderCount[], folders: FolderSense): FolderCount[] {
  const sums = new Map<string, FolderCount>();
  for (const count of counts) {
    const key = folders.keyOf(count.cwd);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? count : added(sum, count));
  }
  return sums.size === counts.length
    ? [...counts]
    : [...sums.values()].sort((a, b) => b.runs - a.runs);
}

function added(sum: FolderCount, { runs, failed, unknown }: Count): FolderCount {
  return {
    cwd: sum.cwd,
    runs: sum.runs + runs,
    failed: sum.failed + failed,
    unknown: sum.unknown + unknown,
  };
}

/** Few runs take longer, and among few the longest are found in half the time. */
const LONG_MS = 10 * 60_000;
/** Rows looked at in one go for the longest runs: mostly the first are enough. */
const LONGEST_AT_ONCE = 1000;
const HOURS = 24;
/** All zones differ from UTC by a multiple of this. */
const ZONE_STEP_MS = 900_000;

/** Tells the hour of the day; asking a `Date` for each of a million runs would take 0.1 s. */
function hourReader(): (ms: number) => number {
  const known = new Map<number, number>();
  let [lastStep, lastHour] = [NaN, 0];
  return (ms) => {
    const step = Math.floor(ms / ZONE_STEP_MS);
    if (step === lastStep) return lastHour;
    let hour = known.get(step);
    if (hour === undefined) known.set(step, hour = new Date(ms).getHours());
    [lastStep, lastHour] = [step, hour];
    return hour;
  };
}

// The period that holds a time: -1 before the first border.
function periodOf(borders: readonly number[], ms: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (borders[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
