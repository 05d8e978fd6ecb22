/** The history as the picker sees it. */
import type { FolderSense } from "../../base/same_folder.ts";
import type { DeviceId, Entry } from "../../history/entry.ts";
import {
  type CommandRuns,
  type Filter,
  isEverything,
  type PickerState,
  type RunInfo,
} from "../../picker/state/state.ts";
import { TEXT_END } from "../../history/text_end.ts";
import type { Slice } from "../../search/index.ts";
import type { CommandSlice } from "../../store/index/command_slice.ts";
import type { HistorySearch } from "../../store/index/history_search.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import type { Names } from "../../search/language/complete.ts";
import { doubtsOf, sentenceOf } from "../../search/language/doubts.ts";
import { bothFilters } from "../../search/language/parse.ts";
import { tokensOf } from "../../search/language/tokens.ts";
import { rankContext } from "../../search/ranking/rank_context.ts";
import { rankCommands } from "../../search/ranking/rank_commands.ts";
import type { Pin, Pins } from "../../store/log/pins.ts";
import {
  RECENT_RUNS,
  RECENT_RUNS_AT_START,
  type RecentRuns,
} from "../../store/index/recent_runs.ts";
import { knownHosts, namesIn } from "../flags/query_completions.ts";
import type { CommandSource } from "./command_source.ts";
import type { FirstSlices } from "./first_slices.ts";
import { inOrder, pinnedFirst } from "./slice_order.ts";

/** Where the picker was opened: what the scopes mean. */
export interface PickerPlace {
  readonly deviceId: DeviceId;
  readonly userId: string;
  /** `undefined` if the folder is gone. */
  readonly cwd: string | undefined;
  /** Knows the names of one folder. @default {folders have one name} */
  readonly folders?: FolderSense | undefined;
  /** See {@linkcode import("../../app/workspace.ts").workspaceOf}. */
  readonly workspace: string | undefined;
  /** `undefined` outside of a shell with the hook. */
  readonly session: string | undefined;
}

/** What the orders of the commands need of it. */
type OrderReads = "commands" | "rankedCommands" | "has";

/** What the source needs of the history. */
export interface HistoryReads {
  readonly search: Pick<
    HistorySearch,
    | OrderReads
    | "runsOf"
    | "entriesBySeq"
    | "recentPlaces"
    | "prefersNewest"
  >;
  /** @default {nothing can be pinned} */
  readonly pins?: Pick<Pins, "list" | "toggle">;
  /** Deletes every run of exactly this command; how many there were. */
  deleteCommand(command: string, reach: "everywhere" | "here"): number;
  /** What was read before. @default {nothing} */
  readonly firstSlices?: FirstSlices | undefined;
}

/** Runs read for the details of a command. */
const MAX_RUNS = 500;

/** A source whose ids are the sequence numbers of the latest runs. */
export function historySource(history: HistoryReads, place: PickerPlace): CommandSource {
  return new HistorySource(history, place);
}

class HistorySource implements CommandSource {
  readonly #history: HistoryReads;
  readonly #place: PickerPlace;

  constructor(history: HistoryReads, place: PickerPlace) {
    this.#history = history;
    this.#place = place;
  }

  slices(filter: Filter): Generator<Slice> {
    const { search, firstSlices } = this.#history;
    const place = this.#place;
    if (!filter.sessionFirst) {
      return pinnedFirst(
        this.#pinnedTexts(),
        orderedSlices(search, filter, place, firstSlices),
        (at) => this.#pinnedRun(at, filter),
      );
    }
    const runs = runFilter(filter, place);
    const all = toSlices(search.commands(runs));
    if (filter.scope !== "all" || place.session === undefined) return all;
    return inOrder(toSlices(search.commands({ ...runs, session: place.session })), all);
  }

  latest(ids: readonly number[]): Map<number, RunInfo> {
    const runs = new Map<number, RunInfo>();
    for (const id of ids) {
      const entry = this.#entry(id);
      if (entry) runs.set(id, entry);
    }
    return runs;
  }

  text(id: number): string | undefined {
    return this.#entry(id)?.command;
  }

  pinned(): ReadonlySet<string> {
    return new Set(this.#pinnedTexts());
  }

  pin(id: number): boolean {
    const command = this.text(id);
    return command !== undefined && (this.#history.pins?.toggle({ command, seq: id }) ?? false);
  }

  names(): Names {
    return namesIn(this.#history.search.recentPlaces(), this.#place.userId);
  }

  doubts({ query, place }: Pick<PickerState, "query" | "place">): readonly string[] {
    const words = tokensOf(query).map(({ text }) => text);
    const hosts = knownHosts(this.#history.search);
    return doubtsOf(words, place).flatMap((doubt) => sentenceOf(doubt, hosts) ?? []);
  }

  keepOrder(newestFirst: boolean): void {
    this.#history.search.prefersNewest = newestFirst;
  }

  runs(id: number): CommandRuns | undefined {
    const command = this.text(id);
    if (command === undefined) return undefined;
    const { total, failed, unknown, entries } = this.#history.search.runsOf(command, MAX_RUNS);
    const lastMs = entries[0]?.startedAtMs ?? 0;
    const firstMs = entries.length === total ? entries.at(-1)?.startedAtMs : undefined;
    return { command, total, failed, unknown, firstMs, lastMs, runs: entries };
  }

  delete(id: number, reach: "everywhere" | "here"): number {
    const command = this.text(id);
    return command === undefined ? 0 : this.#history.deleteCommand(command, reach);
  }

  #entry(seq: number): Entry | undefined {
    return this.#history.search.entriesBySeq([seq])[0];
  }

  #pins(): readonly Pin[] {
    return this.#history.pins?.list() ?? [];
  }

  #pinnedTexts(): readonly string[] {
    return this.#pins().map(({ command }) => asInSlices(command));
  }

  // A run that the filter wants; without a filter the one it was pinned by, which costs nothing to find.
  #pinnedRun(at: number, filter: Filter): number | undefined {
    const { command, seq } = this.#pins()[at]!;
    if (isEverything(filter) && this.text(seq) === command) return seq;
    return this.#history.search.runsOf(command, 1, runFilter(filter, this.#place)).newestSeq;
  }
}

/**
 * All commands in the order of a filter, the first ones from memory if they are in `firstSlices`. Who
 * keeps none has just started.
 */
export function orderedSlices(
  search: Pick<HistorySearch, OrderReads>,
  filter: Filter,
  place: PickerPlace,
  firstSlices: FirstSlices | undefined,
): Generator<Slice> {
  const wanted = runFilter(filter, place);
  const most = firstSlices === undefined ? RECENT_RUNS_AT_START : RECENT_RUNS;
  const read = (): Generator<Slice> =>
    toSlices(
      filter.newestFirst
        ? search.commands(wanted)
        : search.rankedCommands(wanted, (recent) => ranked(recent, place), most),
    );
  if (firstSlices === undefined || !isEverything(filter)) return read();
  return firstSlices.before(firstSliceKey(search, filter, place), read);
}

/**
 * Names the order of all commands at a place, for {@linkcode FirstSlices}. Shells in which nothing was
 * run yet have one and the same.
 */
export function firstSliceKey(
  search: Pick<HistorySearch, "has">,
  { newestFirst }: Filter,
  { deviceId, cwd, workspace, session }: PickerPlace,
): string {
  if (newestFirst) return "[]";
  const isKnown = session !== undefined && search.has("session", session);
  return JSON.stringify([deviceId, cwd, workspace, isKnown ? session : null]);
}

// A name that no folder and no session has: a scope that means nothing here holds nothing.
const NONE = "";

function ranked(recent: RecentRuns, place: PickerPlace): readonly number[] {
  const session = place.session === undefined ? -1 : recent.session(place.session);
  return rankCommands(recent.runs, rankContext(recent.places, place, session));
}

function runFilter(filter: Filter, place: PickerPlace): RunFilter {
  return bothFilters(scopeFilter(filter, place), filter.runs ?? {});
}

function scopeFilter({ scope, okOnly, failedOnly }: Filter, place: PickerPlace): RunFilter {
  const exit = okOnly ? "success" : failedOnly ? "failure" : undefined;
  switch (scope) {
    case "all":
      return { exit };
    case "host":
      return { exit, deviceId: place.deviceId };
    case "directory":
      return { exit, cwd: place.cwd ?? NONE, folders: place.folders };
    case "workspace":
      return { exit, below: place.workspace ?? NONE, folders: place.folders };
    case "session":
      return { exit, session: place.session ?? NONE };
  }
}

function* toSlices(commands: Iterable<CommandSlice>): Generator<Slice> {
  for (const { seqs, texts } of commands) yield { ids: seqs, bytes: texts };
}

/** As a command stands in slices and in the index. */
function asInSlices(command: string): string {
  return command.replaceAll(String.fromCharCode(TEXT_END), " ");
}
