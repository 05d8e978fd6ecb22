/** Counts over the history: what is typed most, when, where, and how often it fails. */
import { type RunTest, unknownExitTest } from "./run_filter.ts";
import type { Database } from "../file/database.ts";
import { freeColumns } from "./columns.ts";
import { RunCounts } from "./run_counts.ts";
import { RunReader } from "./run_reader.ts";
import type { Meta } from "../file/meta.ts";
import type { HistorySearch } from "./history_search.ts";
import type { TextQuery } from "../../history/text_query.ts";
import { textFilter } from "./match.ts";
import type { Entry } from "../../history/entry.ts";
import { type FolderSense, NAMES_DECIDE } from "../../base/same_folder.ts";
import { isUnknownPlace, type RunFilter } from "../../history/run_filter.ts";
import { longestRuns } from "./longest_runs.ts";
import type { Count, Tally } from "./tally.ts";
import { textsByIds } from "./texts.ts";

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
interface Counted {
  readonly counts: RunCounts;
  /** Numbers in the log of what was wanted, for finding the longest; `undefined` where that is everything. */
  readonly seqs: Float64Array | undefined;
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
    const { top = 20, longest = 0 } = options;
    const reader = new RunReader(this.#db, this.#meta, filter);
    const { counts, seqs } = this.#count(reader, options);
    const { commands, places, oldestMs, newestMs } = counts;
    const all = counts.all();
    const where = this.#placesOf(reader);
    const isEmpty = all.runs === 0;
    return {
      ...all,
      distinct: commands.distinct,
      oldestMs: isEmpty ? undefined : oldestMs,
      newestMs: isEmpty ? undefined : newestMs,
      commands: this.#withTexts(reader, commands.most(top)),
      mostFailing: this.#withTexts(reader, commands.mostFailing(top)),
      longest: isEmpty || longest === 0 ? [] : this.#longest(longest, seqs),
      hours: counts.hours(),
      hosts: byPlace(where, places, "hostname").slice(0, top),
      folders: byKey(byPlace(where, places, "cwd"), options.folders ?? NAMES_DECIDE).slice(0, top),
      periods: counts.periods(),
    };
  }

  #count(reader: RunReader, { text, bordersMs = [], longest = 0 }: SummaryOptions): Counted {
    const counts = new RunCounts(unknownExitTest(this.#db, reader.own), bordersMs);
    const wanted = text && textFilter(this.#db, reader, text);
    const isAll = wanted === undefined && reader.wantsAll;
    const wants: RunTest = (columns, i) =>
      wanted?.(columns.commands[i]!) !== false && reader.wants(columns, i);
    const seqs: number[] = [];
    for (const { columns } of reader.blocks(wanted)) {
      counts.add(columns, isAll ? undefined : wants);
      if (!isAll && longest > 0) {
        columns.seqs.forEach((seq, i) => wants(columns, i) && seqs.push(seq));
      }
      freeColumns(columns);
    }
    return { counts, seqs: isAll ? undefined : Float64Array.from(seqs) };
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

  #withTexts(
    { own }: RunReader,
    commands: readonly (Count & { readonly id: number })[],
  ): Summary["commands"] {
    const stored = commands.map(({ id }) => id).filter((id) => id < own.firstCommand);
    const texts = textsByIds(this.#db, stored);
    return commands.flatMap(({ id, ...count }) => {
      const command = texts.get(id) ?? own.texts[id - own.firstCommand];
      return command === undefined ? [] : [{ command, ...count }];
    });
  }

  #placesOf({ own }: RunReader): NumberedPlace[] {
    const stored = this.#db.rows("SELECT id, hostname, cwd FROM rr_place")
      .map(([id, hostname, cwd]): NumberedPlace => {
        return [id as number, { hostname: String(hostname), cwd: String(cwd) }];
      });
    return [...stored, ...own.places];
  }
}

type NumberedPlace = readonly [number, { readonly hostname: string; readonly cwd: string }];

function byPlace<Name extends "hostname" | "cwd">(
  where: readonly NumberedPlace[],
  places: Tally,
  name: Name,
): (Count & { readonly [K in Name]: string })[] {
  const sums = new Map<string, { runs: number; failed: number; unknown: number }>();
  for (const [id, { [name]: value }] of where) {
    const { runs, failed, unknown } = places.count(id);
    const sum = sums.get(value) ?? { runs: 0, failed: 0, unknown: 0 };
    sum.runs += runs;
    sum.failed += failed;
    sum.unknown += unknown;
    sums.set(value, sum);
  }
  return [...sums].filter(([value, sum]) =>
    sum.runs > 0 && !(name === "cwd" && isUnknownPlace(value))
  )
    .sort(([a, x], [b, y]) => y.runs - x.runs || (a < b ? -1 : 1))
    .map(([value, sum]) => ({ [name]: value, ...sum }) as Count & { readonly [K in Name]: string });
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
