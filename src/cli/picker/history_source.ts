/** The history as the picker sees it. */
import type { FolderSense } from "../../base/same_folder.ts";
import type { DeviceId, Entry } from "../../history/entry.ts";
import {
  type CommandRuns,
  type Filter,
  isEverything,
  type RunInfo,
} from "../../picker/state/state.ts";
import { TEXT_END } from "../../history/text_end.ts";
import type { Slice } from "../../search/index.ts";
import type { CommandSlice } from "../../store/index/command_slice.ts";
import type { HistorySearch } from "../../store/index/history_search.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import { bothFilters } from "../../search/language/parse.ts";
import { rankContext } from "../../search/ranking/rank_context.ts";
import { rankCommands } from "../../search/ranking/rank_commands.ts";
import type { Pin, Pins } from "../../store/log/pins.ts";
import {
  RECENT_RUNS,
  RECENT_RUNS_AT_START,
  type RecentRuns,
} from "../../store/index/recent_runs.ts";
import { namesIn } from "../flags/query_completions.ts";
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

/** What the source needs of the history. */
export interface HistoryReads {
  readonly search: Pick<
    HistorySearch,
    "commands" | "rankedCommands" | "runsOf" | "entriesBySeq" | "recentPlaces" | "prefersNewest"
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
  const { search, firstSlices } = history;
  const entryOf = (seq: number): Entry | undefined => search.entriesBySeq([seq])[0];
  const runsOf = (filter: Filter): RunFilter => runFilter(filter, place);
  const pins = (): readonly Pin[] => history.pins?.list() ?? [];
  const pinnedTexts = (): readonly string[] => pins().map(({ command }) => asInSlices(command));
  // A run that the filter wants; without a filter the one it was pinned by, which costs nothing to find.
  const pinnedRun = (filter: Filter): (at: number) => number | undefined => (at) => {
    const { command, seq } = pins()[at]!;
    if (isEverything(filter) && entryOf(seq)?.command === command) return seq;
    return search.runsOf(command, 1, runsOf(filter)).newestSeq;
  };
  return {
    slices(filter): Generator<Slice> {
      if (!filter.sessionFirst) {
        return pinnedFirst(
          pinnedTexts(),
          orderedSlices(search, filter, place, firstSlices),
          pinnedRun(filter),
        );
      }
      const all = toSlices(search.commands(runsOf(filter)));
      const isFirst = filter.sessionFirst && filter.scope === "all" && place.session !== undefined;
      if (!isFirst) return all;
      const session = toSlices(search.commands({ ...runsOf(filter), session: place.session }));
      return inOrder(session, all);
    },
    latest(ids): Map<number, RunInfo> {
      const runs = new Map<number, RunInfo>();
      for (const id of ids) {
        const entry = entryOf(id);
        if (entry) runs.set(id, entry);
      }
      return runs;
    },
    text: (id) => entryOf(id)?.command,
    pinned: () => new Set(pinnedTexts()),
    pin(id): boolean {
      const command = entryOf(id)?.command;
      return command !== undefined && (history.pins?.toggle({ command, seq: id }) ?? false);
    },
    names: () => namesIn(search.recentPlaces(), place.userId),
    keepOrder(newestFirst): void {
      search.prefersNewest = newestFirst;
    },
    runs(id): CommandRuns | undefined {
      const command = entryOf(id)?.command;
      if (command === undefined) return undefined;
      const { total, failed, unknown, entries } = search.runsOf(command, MAX_RUNS);
      const lastMs = entries[0]?.startedAtMs ?? 0;
      const firstMs = entries.length === total ? entries.at(-1)?.startedAtMs : undefined;
      return { command, total, failed, unknown, firstMs, lastMs, runs: entries };
    },
    delete(id, reach): number {
      const command = entryOf(id)?.command;
      return command === undefined ? 0 : history.deleteCommand(command, reach);
    },
  };
}

/**
 * All commands in the order of a filter, the first ones from memory if they are in `firstSlices`. Who
 * keeps none has just started.
 */
export function orderedSlices(
  search: Pick<HistorySearch, "commands" | "rankedCommands">,
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
  return firstSlices.before(firstSliceKey(filter, place), read);
}

/** Names the order of all commands at a place, for {@linkcode FirstSlices}. */
export function firstSliceKey({ newestFirst }: Filter, place: PickerPlace): string {
  const { deviceId, cwd, workspace, session } = place;
  return JSON.stringify(newestFirst ? [] : [deviceId, cwd, workspace, session]);
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
