/** Which runs of commands a reader wants, by everything but their text: the one definition of it. */
import { type FolderSense, NAMES_DECIDE } from "../base/same_folder.ts";
import { UNKNOWN_FOLDER } from "./entry.ts";

/** Every given condition must hold. */
export interface RunFilter {
  readonly hostname?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly userId?: string | undefined;
  /** Run in exactly this folder. */
  readonly cwd?: string | undefined;
  /** Run in this folder or below it, such as the root of a git workspace. */
  readonly below?: string | undefined;
  /** What makes a folder of {@linkcode cwd} and {@linkcode below}. @default {names decide} */
  readonly folders?: FolderSense | undefined;
  readonly session?: string | undefined;
  /** Name of the shell. */
  readonly shell?: string | undefined;
  /** Exactly this status, any success (0), any failure (not 0), or none that is known. */
  readonly exit?: number | "success" | "failure" | "unknown" | undefined;
  /** Started at or after. */
  readonly sinceMs?: number | undefined;
  /** Started before. */
  readonly untilMs?: number | undefined;
  /** Known to have taken at least this long. */
  readonly leastMs?: number | undefined;
  /** Known to have taken at most this long. */
  readonly mostMs?: number | undefined;
  /** Of a command that is pinned. */
  readonly pinned?: true | undefined;
  /** Each of these must hold as well. */
  readonly clauses?: readonly FilterClause[] | undefined;
}

/** Several filters, of which one must hold; or, negated, none. */
export interface FilterClause {
  readonly anyOf: readonly RunFilter[];
  readonly negated: boolean;
}

/** Where a command was run. */
export interface RunPlace {
  readonly cwd: string;
  readonly hostname: string;
  readonly deviceId: string;
}

/** What a filter looks at. */
export interface FilteredRun extends RunPlace {
  readonly userId: string;
  readonly shell: string;
  readonly session?: string | undefined;
  readonly exitCode: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly command: string;
}

/** Whether the answer changes with what is pinned. */
export function asksForPins({ pinned, clauses = [] }: RunFilter): boolean {
  return pinned !== undefined || clauses.some(({ anyOf }) => anyOf.some(asksForPins));
}

/** Whether a command is pinned. */
export type PinTest = (command: string) => boolean;

/** Whether a place is the one of imports that know nothing but the command. */
export function isUnknownPlace(cwd: string): boolean {
  return cwd === UNKNOWN_FOLDER;
}

/** Whether the filter wants the run. */
export function matchesRun(filter: RunFilter, run: FilteredRun, isPinned: PinTest): boolean {
  return matchesPlace(filter, run) && matchesRow(filter, run) &&
    (filter.pinned === undefined || isPinned(run.command)) &&
    (filter.session === undefined || run.session === filter.session) &&
    matchesExit(filter.exit, run.exitCode, isUnknownPlace(run.cwd)) &&
    matchesTime(filter, run.startedAtMs) &&
    (filter.clauses ?? []).every(({ anyOf, negated }) =>
      anyOf.some((other) => matchesRun(other, run, isPinned)) !== negated
    );
}

/** Whether anything in the filter itself is about places. */
export function isAboutPlaces({ hostname, deviceId, cwd, below }: RunFilter): boolean {
  return (hostname ?? deviceId ?? cwd ?? below) !== undefined;
}

/** The part of a filter that is about places. */
export function matchesPlace(filter: RunFilter, at: RunPlace): boolean {
  const { hostname, deviceId, cwd, below, folders = NAMES_DECIDE } = filter;
  return (hostname === undefined || at.hostname === hostname) &&
    (deviceId === undefined || at.deviceId === deviceId) &&
    (cwd === undefined || folders.isSame(at.cwd, cwd)) &&
    (below === undefined || folders.isWithin(at.cwd, below));
}

/**
 * The status of a run that began here but whose end nobody saw. No shell has it: theirs are 0 to 255.
 * atuin writes the same.
 */
export const UNKNOWN_EXIT = -1;

/**
 * Whether a status tells something. Besides {@linkcode UNKNOWN_EXIT}, a 0 tells nothing where the folder is
 * not known either: the original and all importers of shell histories write that for lack of any better.
 */
export function isKnownExit(code: number, isUnknownFolder: boolean): boolean {
  return code !== UNKNOWN_EXIT && !(isUnknownFolder && code === 0);
}

/** What people read where nobody knows the value. */
const UNKNOWN_TEXT = "?";

/** A status as people read it: `?` where nobody knows it. */
export function exitText({ exitCode, cwd }: Pick<FilteredRun, "exitCode" | "cwd">): string {
  return isKnownExit(exitCode, isUnknownPlace(cwd)) ? String(exitCode) : UNKNOWN_TEXT;
}

/** A folder, host, user or shell as people read it: `?` for the word that stands for none of them. */
export function placeText(value: string): string {
  return value === UNKNOWN_FOLDER ? UNKNOWN_TEXT : value;
}

/** Whether a duration tells something: a 0 does not where nobody saw the end either. */
export function isKnownDuration(
  { durationMs, exitCode, cwd }: Pick<FilteredRun, "durationMs" | "exitCode" | "cwd">,
): boolean {
  return durationMs > 0 || isKnownExit(exitCode, isUnknownPlace(cwd));
}

/**
 * The part of a filter that is about the exit status.
 *
 * @param isUnknown whether the run was taken in without its folder: then 0 stands for a status that nobody knows
 */
export function matchesExit(exit: RunFilter["exit"], code: number, isUnknown: boolean): boolean {
  if (exit === undefined) return true;
  const known = isKnownExit(code, isUnknown);
  switch (exit) {
    case "unknown":
      return !known;
    case "success":
      return known && code === 0;
    case "failure":
      return known && code !== 0;
    default:
      return known && code === exit;
  }
}

/** The part of a filter that is about the time. */
export function matchesTime({ sinceMs, untilMs }: RunFilter, ms: number): boolean {
  return (sinceMs === undefined || ms >= sinceMs) && (untilMs === undefined || ms < untilMs);
}

/** The part of a filter that only the row of a run can tell. */
function matchesRow(
  { userId, shell, leastMs, mostMs }: RunFilter,
  run: Pick<FilteredRun, "userId" | "shell" | "durationMs">,
): boolean {
  const isTimed = run.durationMs > 0;
  return (userId === undefined || run.userId === userId) &&
    (shell === undefined || run.shell === shell) &&
    (leastMs === undefined || isTimed && run.durationMs >= leastMs) &&
    (mostMs === undefined || isTimed && run.durationMs <= mostMs);
}

/** Whether anything in the filter itself needs the row of a run. */
export function isAboutRows({ userId, shell, leastMs, mostMs, pinned }: RunFilter): boolean {
  return (userId ?? shell ?? leastMs ?? mostMs ?? pinned) !== undefined;
}
