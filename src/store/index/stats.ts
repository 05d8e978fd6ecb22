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
import { isUnknownPlace, type RunFilter } from "../../history/run_filter.ts";
import { hourReader } from "./hour_of.ts";
import { longestRuns } from "./longest_runs.ts";
import { type Count, Tally } from "./tally.ts";

/** What {@linkcode Stats.summary} takes besides the filter. */
export interface SummaryOptions {
  /** How many of the most frequent commands, folders and hosts to give. @default {20} */
  readonly top?: number | undefined;
  /** What the commands must be. @default {any} */
  readonly text?: TextQuery | undefined;
  /** How many of the runs that took longest to give; @default {0} */
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

/** What one look at every run counts. */
interface Counted extends Count {
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly commands: Tally;
  readonly places: Tally;
  readonly periods: Tally;
  readonly hours: Tally;
  /** Numbers in the log of what was wanted, for finding the longest; `undefined` where that is everything. */
  readonly seqs: readonly number[] | undefined;
}

/** Counts for `rr stats`. About 0.1 s at a million runs. */
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
    const { top = 20, bordersMs = [], longest = 0 } = options;
    const reader = new RunReader(this.#db, this.#meta, filter);
    const counted = this.#count(reader, options);
    const { commands, places, hours, periods, oldestMs, newestMs, seqs } = counted;
    const isEmpty = counted.runs === 0;
    return {
      runs: counted.runs,
      failed: counted.failed,
      unknown: counted.unknown,
      distinct: commands.distinct,
      oldestMs: isEmpty ? undefined : oldestMs,
      newestMs: isEmpty ? undefined : newestMs,
      commands: this.#withTexts(commands.most(top)),
      mostFailing: this.#withTexts(commands.mostFailing(top)),
      longest: isEmpty || longest === 0
        ? []
        : this.#longest(longest, seqs && Float64Array.from(seqs)),
      hours: Array.from({ length: HOURS }, (_, hour) => hours.count(hour)),
      hosts: this.#byPlace(reader, places, "hostname").slice(0, top),
      folders: byKey(this.#byPlace(reader, places, "cwd"), options.folders ?? NAMES_DECIDE)
        .slice(0, top),
      periods: bordersMs.slice(0, -1).map((fromMs, i) => ({ fromMs, ...periods.count(i) })),
    };
  }

  #count(reader: RunReader, { text, bordersMs = [], longest = 0 }: SummaryOptions): Counted {
    const [commands, places, periods, hours] = [new Tally(), new Tally(), new Tally(), new Tally()];
    let [runs, allFailed, allUnknown, oldestMs, newestMs] = [0, 0, 0, Infinity, -Infinity];
    const hourOf = hourReader();
    const isUnknown = unknownExitTest(this.#db, reader.own);
    const wanted = text && textFilter(this.#db, reader, text);
    const isAll = wanted === undefined && reader.wantsAll;
    const matching: number[] | undefined = isAll || longest === 0 ? undefined : [];
    for (const { columns } of reader.blocks(wanted)) {
      const { seqs, startedAtMs, exitCodes } = columns;
      for (let i = 0; i < seqs.length; i++) {
        const command = columns.commands[i]!;
        if (!isAll && (wanted?.(command) === false || !reader.wants(columns, i))) continue;
        const unknown = isUnknown(columns, i) ? 1 : 0;
        const failed = unknown === 1 || exitCodes[i] === 0 ? 0 : 1;
        const ms = startedAtMs[i]!;
        runs++;
        allFailed += failed;
        allUnknown += unknown;
        if (ms < oldestMs) oldestMs = ms;
        if (ms > newestMs) newestMs = ms;
        commands.add(command, failed, unknown, seqs[i]!);
        places.add(columns.places[i]!, failed, unknown, 0);
        hours.add(hourOf(ms), failed, unknown, 0);
        const period = bordersMs.length > 1 ? periodOf(bordersMs, ms) : -1;
        if (period >= 0 && period < bordersMs.length - 1) periods.add(period, failed, unknown, 0);
        matching?.push(seqs[i]!);
      }
    }
    const total = { runs, failed: allFailed, unknown: allUnknown, oldestMs, newestMs };
    return { ...total, commands, places, periods, hours, seqs: matching };
  }

  #longest(most: number, wanted: Float64Array | undefined): Entry[] {
    const longest: Entry[] = [];
    let seqs: number[] = [];
    const take = (): void => {
      longest.push(...this.#search.entriesBySeq(seqs));
      seqs = [];
    };
    for (const seq of most > 0 ? longestRuns(this.#db, wanted) : []) {
      if (seqs.push(seq) >= most - longest.length) take();
      if (longest.length === most) break;
    }
    take();
    return longest;
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

const HOURS = 24;

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
