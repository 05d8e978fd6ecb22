/** All that the picker knows; replaced by {@linkcode import("./reduce.ts").reduce}, never changed. */
import { COLUMN_NAMES, type ColumnName } from "../choices.ts";
import { type Keymap, USUAL_KEYS } from "../keys/keymap.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import { parseLine, type Question } from "../../search/language/parse.ts";
import type { MatchMode } from "../../search/query.ts";
import type { ChoiceAction, Scope } from "./scope.ts";

/** Which runs make a command appear. */
export interface Filter {
  readonly scope: Scope;
  /** Only runs that ended with status 0. */
  readonly okOnly: boolean;
  /** Only runs that ended with another one. @default {false} */
  readonly failedOnly?: boolean;
  /** In the order of time, not of what is likely to be wanted. @default {false} */
  readonly newestFirst?: boolean;
  /** What the filters of the query say. @default {nothing} */
  readonly runs?: RunFilter | undefined;
  /** With `all`: the commands of this session before all others. @default {false} */
  readonly sessionFirst?: boolean;
}

/** One run of a command. */
export interface RunInfo {
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** Milliseconds; 0 if not known. */
  readonly durationMs: number;
  readonly exitCode: number;
  readonly hostname: string;
  readonly cwd: string;
}

/** All runs of one command. */
export interface CommandRuns {
  /** As recorded, newlines and all. */
  readonly command: string;
  /** How many runs there are. */
  readonly total: number;
  /** How many of them ended with another status than 0. */
  readonly failed: number;
  /** Of how many nobody knows how they ended. @default {0} */
  readonly unknown?: number | undefined;
  /** `undefined` if not known. */
  readonly firstMs: number | undefined;
  readonly lastMs: number;
  /** Newest first; the newest ones only if there are very many. */
  readonly runs: readonly RunInfo[];
}

/** What the search found for one query; partial until `complete`. */
export interface Results {
  /** The {@linkcode PickerState.generation} that asked for it. */
  readonly generation: number;
  /** Lines of the command index, best first. */
  readonly lines: readonly number[];
  /** Commands that match in all. */
  readonly count: number;
  /** Commands that were looked at or are to be. */
  readonly total: number;
  readonly complete: boolean;
}

/** What covers the list, if anything. */
export type View =
  | { readonly kind: "list" }
  | { readonly kind: "help"; readonly top: number }
  | { readonly kind: "confirm"; readonly line: number }
  | {
    readonly kind: "details";
    readonly line: number;
    readonly runs: CommandRuns | undefined;
    readonly top: number;
  };

/** The area to draw on, in cells; at least 1 by 1. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** All that the picker knows at one moment. */
export interface PickerState {
  readonly size: Size;
  readonly query: string;
  /** The query at the start: the line that the picker was opened on. */
  readonly firstQuery: string;
  /** Where the next letter goes, in UTF-16 units of `query`, between characters. */
  readonly cursor: number;
  readonly mode: MatchMode;
  /** What `.` means in filters. */
  readonly place: QueryPlace;
  readonly filter: Filter;
  /** Going through the scopes: one that holds nothing is passed over. */
  readonly skipsEmpty: boolean;
  /** Grows with everything that makes old results stale. */
  readonly generation: number;
  /** Most lines wanted in results; grows when the end of the list is reached. */
  readonly limit: number;
  readonly results: Results;
  /** Place in `results.lines`. */
  readonly selected: number;
  /** The person moved the selection: keep the line selected, not the place. */
  readonly moved: boolean;
  /** Place of the first row shown. */
  readonly top: number;
  readonly view: View;
  /** One sentence at the bottom, until the next key. */
  readonly notice: string | undefined;
  /** A choice made before the results for the query were there. */
  readonly pending: ChoiceAction | undefined;
  /** What Enter does; Tab always edits, Alt-Enter always runs. */
  readonly enter: ChoiceAction;
  /** The list grows upwards from the query line. */
  readonly upward: boolean;
  /** Down below the newest leaves. */
  readonly leavesBelow: boolean;
  readonly keymap: Keymap;
  /** With the keys of vim: letters are commands, and what was begun of one with two letters. */
  readonly normal: { readonly begun: string } | undefined;
  /** What is shown beside commands where there is room. */
  readonly columns: readonly ColumnName[];
}

/** How the picker starts. */
export interface PickerOptions {
  readonly size: Size;
  /** The text already typed. @default {""} */
  readonly query?: string;
  /** @default {"fuzzy"} */
  readonly mode?: MatchMode;
  /** @default {all runs} */
  readonly filter?: Filter;
  /** @default {nowhere} */
  readonly place?: QueryPlace | undefined;
  /** @default {"edit"} */
  readonly enter?: ChoiceAction;
  /** @default {false} */
  readonly upward?: boolean;
  /** @default {false} */
  readonly leavesBelow?: boolean;
  /** @default {USUAL_KEYS} */
  readonly keymap?: Keymap;
  /** @default {all} */
  readonly columns?: readonly ColumnName[];
}

/** Lines in a first result: some screens full. */
export const FIRST_LIMIT = 1000;

const NOWHERE: QueryPlace = {
  hostname: undefined,
  deviceId: undefined,
  userId: undefined,
  cwd: undefined,
  home: undefined,
  session: undefined,
  nowMs: 0,
};

/** What the query line asks for. */
export function questionOf({ query, place }: Pick<PickerState, "query" | "place">): Question {
  return parseLine(query, place);
}

/** The filter with what the filters in the query say; the same one if they say the same as before. */
export function withQuery(filter: Filter, query: string, place: QueryPlace): Filter {
  const runs = parseLine(query, place).filter;
  const isSame = JSON.stringify(runs) === JSON.stringify(filter.runs ?? {});
  return isSame ? filter : { ...filter, runs };
}

/** Whether every run there is counts. */
export function isEverything({ scope, okOnly, failedOnly, runs }: Filter): boolean {
  return scope === "all" && !okOnly && !failedOnly && Object.keys(runs ?? {}).length === 0;
}

/** The state before the first key. */
export function initialState(options: PickerOptions): PickerState {
  const { size, query = "", mode = "fuzzy", enter = "edit" } = options;
  const { filter = { scope: "all", okOnly: false }, upward = false } = options;
  const { place = NOWHERE, leavesBelow = false } = options;
  const { keymap = USUAL_KEYS, columns = COLUMN_NAMES } = options;
  const oneLine = asQuery(query);
  return {
    size: atLeastOne(size),
    query: oneLine,
    firstQuery: oneLine,
    cursor: oneLine.length,
    mode,
    place,
    filter: withQuery(filter, oneLine, place),
    skipsEmpty: false,
    generation: 1,
    limit: FIRST_LIMIT,
    results: { generation: 0, lines: [], count: 0, total: 0, complete: false },
    selected: 0,
    moved: false,
    top: 0,
    view: { kind: "list" },
    notice: undefined,
    pending: undefined,
    enter,
    upward,
    leavesBelow,
    keymap,
    normal: undefined,
    columns,
  };
}

/** A size of at least one cell: a closed or strange terminal may say 0. */
export function atLeastOne(size: Size): Size {
  return { columns: Math.max(1, size.columns | 0), rows: Math.max(1, size.rows | 0) };
}

/** Text as it may stand in the query line: one line, well-formed, no control characters. */
export function asQuery(text: string): string {
  // deno-lint-ignore no-control-regex -- these have no place in a query
  return text.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

/** The selected line of the index; `undefined` if nothing was found. */
export function selectedLine(state: PickerState): number | undefined {
  return state.results.lines[state.selected];
}
