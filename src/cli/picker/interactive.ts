/** `rr search -i`: the picker over the history, whichever one the settings name. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import type { Filter } from "../../picker/state/state.ts";
import type { History } from "../../store/file/open_history.ts";
import type { CommandSource } from "./command_source.ts";
import type { FirstSlices } from "./first_slices.ts";
import { firstSliceKey, historySource, orderedSlices, type PickerPlace } from "./history_source.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import { forOutput } from "../print/print.ts";
import { queryPlace } from "../flags/run_filter_flags.ts";
import { looksOf, type LooksSettings } from "./looks.ts";
import { exitCodeOfOutcome, type Outcome, widgetAnswer } from "./outcome.ts";
import { runPicker } from "./run_picker.ts";
import type { PickerRunOptions } from "./run_options.ts";
import type { TypedAhead } from "./typed_ahead.ts";
import type { Terminal } from "../../world/terminal.ts";
import { workspaceOf } from "../../app/workspace.ts";

// With this file, as each `import()` takes half a millisecond more.
export { aheadForWidget, TypedAhead } from "./typed_ahead.ts";

/** Page cache for the picker: it goes through the texts once and then has them in memory. */
export const PICKER_CACHE_KIB = 2048;

/** The flags of `rr search` that only matter with `-i`. */
export interface InteractiveFlags {
  /** The text already typed. */
  readonly query: string | undefined;
  /** Answer as the shell hooks want it, see {@linkcode widgetAnswer}. */
  readonly widget: boolean;
  /** Behind that answer also what was typed behind the choice, see `typed_ahead.ts`. */
  readonly ahead: boolean;
  /** For the Up key: this session first, growing upwards, commands that start with the text. */
  readonly up: boolean;
}

/** The settings that the picker goes by. */
export type PickerSettings =
  & LooksSettings
  & Pick<
    Settings,
    "dbPath" | "hostname" | "deviceId" | "userId" | "home" | "searchEnter" | "searchUi"
  >
  & Pick<Settings, "pickerPrompt">;

/** Where the picker opens, and until when. */
export interface PickerWhere {
  /** @default {the terminal of this process} */
  readonly open?: () => Promise<Terminal>;
  /** Ends it as if it had been left. */
  readonly signal?: AbortSignal;
  /** Is told how to get what was typed behind the choice. */
  readonly typedAhead?: TypedAhead;
  /** What was read before. @default {nothing} */
  readonly firstSlices?: FirstSlices;
}

/**
 * Lets a person choose, prints the choice and gives the exit code: 0, 1 if there is nothing to choose,
 * 130 if the picker was left.
 */
export async function searchInteractively(
  world: World,
  settings: PickerSettings,
  history: Pick<History, "search" | "removal" | "pins">,
  flags: InteractiveFlags,
  where: PickerWhere = {},
): Promise<number> {
  const outcome = await pick(world, settings, history, flags, where);
  world.stdout.write(flags.widget ? widgetAnswer(outcome) : plainAnswer(world, outcome));
  const isOnDisk = settings.dbPath !== ":memory:";
  if (isOnDisk && history.removal.scrubDue()) finishDeletion(world, settings.dbPath);
  return exitCodeOfOutcome(outcome);
}

/** Lets a person choose, and does nothing about it. */
export async function pick(
  world: World,
  settings: PickerSettings,
  history: Pick<History, "search" | "removal" | "pins">,
  flags: InteractiveFlags,
  where: PickerWhere,
): Promise<Outcome> {
  const place = queryPlace(world, settings);
  const source = historySource(
    {
      search: history.search,
      pins: history.pins,
      deleteCommand: (command, reach) => history.removal.delete({ command }, reach),
      firstSlices: where.firstSlices,
    },
    placeOf(world, settings, place),
  );
  return await choose(world, source, settings.searchUi, {
    query: flags.query ?? "",
    enter: settings.searchEnter,
    mode: flags.up ? "prefix" : "fuzzy",
    upward: flags.up || settings.pickerPrompt === "bottom",
    leavesBelow: flags.up,
    looks: looksOf(settings),
    inLineEditor: flags.widget,
    filter: { ...firstFilter(history), sessionFirst: flags.up },
    place,
    signal: where.signal,
    typedAhead: where.typedAhead,
  }, where.open);
}

/** What a picker begins with, but for Up. */
function firstFilter({ search }: Pick<History, "search">): Filter {
  return { scope: "all", okOnly: false, newestFirst: search.prefersNewest };
}

/** Reads what {@linkcode searchInteractively} would show first, unless that was done. */
export function prepareFirst(
  world: World,
  settings: PickerSettings,
  history: Pick<History, "search">,
  firstSlices: FirstSlices,
): void {
  const filter = firstFilter(history);
  const place = placeOf(world, settings, queryPlace(world, settings));
  if (firstSlices.has(firstSliceKey(history.search, filter, place))) return;
  const slices = orderedSlices(history.search, filter, place, firstSlices);
  slices.next();
  slices.return(undefined);
}

function plainAnswer(world: World, outcome: Outcome): string {
  return outcome.kind === "chosen" ? `${forOutput(world, outcome.command, true)}\n` : "";
}

// Rewriting the file takes about 1 s for 100 MB: not while a person waits for the prompt.
function finishDeletion(world: World, dbPath: string): void {
  try {
    world.startDetached([...world.program(), "delete", "--finish", "--db-path", dbPath]);
  } catch (error) {
    if (!(error instanceof RrError)) throw error; // the next deletion does it
  }
}

async function choose(
  world: World,
  source: CommandSource,
  ui: Settings["searchUi"],
  options: PickerRunOptions,
  open?: () => Promise<Terminal>,
): Promise<Outcome> {
  if (ui === "builtin") return await runPicker(world, source, options, open);
  const { runFzf } = await import("./fzf.ts");
  return await runFzf(source, options);
}

function placeOf(
  world: World,
  settings: Pick<Settings, "deviceId" | "userId">,
  { cwd, folders }: Pick<QueryPlace, "cwd" | "folders">,
): PickerPlace {
  return {
    deviceId: settings.deviceId,
    userId: settings.userId,
    cwd,
    folders,
    workspace: cwd === undefined ? undefined : workspaceOf(world.files, cwd),
    session: world.env("RUSTORY_SESSION"),
  };
}
