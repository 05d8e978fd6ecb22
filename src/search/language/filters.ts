/** The filters of the query language: the words `name:value` that say which runs are meant. */
import { cleanFolder } from "../../base/folder.ts";
import type { FolderSense } from "../../base/same_folder.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import { parseWhen } from "./when.ts";

/** What `.` and nothing mean in a filter, and from when spans are counted. */
export interface QueryPlace {
  readonly hostname: string | undefined;
  readonly deviceId: string | undefined;
  readonly userId: string | undefined;
  /** The current folder. */
  readonly cwd: string | undefined;
  readonly home: string | undefined;
  /** Knows the names of one folder. @default {folders have one name} */
  readonly folders?: FolderSense | undefined;
  readonly session: string | undefined;
  readonly nowMs: number;
}

/** One kind of filter. */
export interface FilterKind {
  /** Its names, the usual one first. */
  readonly names: readonly string[];
  /** A word that shows how it is used, and what that means. */
  readonly example: string;
  readonly help: string;
  /** Values that a person may want to be offered; hosts and folders come from the history. */
  readonly values?: readonly string[];
  /** Bounds: all must hold. Of the others, given several times, one. @default {false} */
  readonly narrows?: boolean;
  /** The filter of a value; `undefined` if it is none, and so the word is text. */
  parse(value: string, place: QueryPlace): RunFilter | undefined;
}

/** All filters, in the order in which they are explained. */
export const FILTERS: readonly FilterKind[] = [
  {
    names: ["exit"],
    example: "exit:fail",
    help: "ended so: ok, fail, unknown, or a number",
    values: ["ok", "fail", "unknown"],
    parse: exitFilter,
  },
  {
    names: ["host"],
    example: "host:vps",
    help: "on this machine; host:. is the one you are on",
    parse: (value, { hostname }) => given("hostname", value, hostname),
  },
  {
    names: ["in", "cwd"],
    example: "in:.",
    help: "in exactly this folder; . is the current one",
    parse: (value, place) => placeFilter("cwd", value, place),
  },
  {
    names: ["below"],
    example: "below:~/src",
    help: "in this folder or below it",
    parse: (value, place) => placeFilter("below", value, place),
  },
  {
    names: ["session"],
    example: "session:",
    help: "in this shell session, or the one with that id",
    parse: (value, { session }) => given("session", value, session),
  },
  {
    names: ["after", "since"],
    example: "after:3d",
    help: "since then: 2h, 3d, friday, 2026-01-31",
    values: ["today", "yesterday", "last-week", "1h", "1d", "1w"],
    narrows: true,
    parse: (value, { nowMs }) => timeFilter("sinceMs", value, nowMs),
  },
  {
    names: ["before", "until"],
    example: "before:2026-01",
    help: "before then: before that month begins",
    values: ["today", "yesterday", "1h", "1d", "1w"],
    narrows: true,
    parse: (value, { nowMs }) => timeFilter("untilMs", value, nowMs),
  },
  {
    names: ["dur"],
    example: "dur:>10s",
    help: "took longer (<10s: shorter); ms, s, m, h, d",
    values: [">1s", ">10s", ">1m", "<1s"],
    narrows: true,
    parse: durationFilter,
  },
  {
    names: ["user"],
    example: "user:",
    help: "run by you, or by the user of that name",
    parse: (value, { userId }) => given("userId", value, userId),
  },
  {
    names: ["device"],
    example: "device:.",
    help: "on this device, by its id",
    parse: (value, { deviceId }) => given("deviceId", value, deviceId),
  },
  {
    names: ["shell"],
    example: "shell:zsh",
    help: "typed in this kind of shell",
    values: ["zsh", "bash", "fish"],
    parse: (value) => value === "" ? undefined : { shell: value },
  },
  {
    names: ["pin"],
    example: "pin:",
    help: "pinned (alt-p in the picker)",
    parse: (value) => value === "" || value === "." ? { pinned: true } : undefined,
  },
];

/** A word that is a filter, taken apart. */
export interface FoundFilter {
  readonly kind: FilterKind;
  readonly negated: boolean;
  readonly filter: RunFilter;
}

/** The filter that a word is, `!` before it negates; `undefined` if it is text. */
export function filterOf(word: string, place: QueryPlace): FoundFilter | undefined {
  const parts = /^(!?)([a-z]+):(.*)$/s.exec(word);
  const kind = parts === null ? undefined : FILTERS.find(({ names }) => names.includes(parts[2]!));
  const filter = kind?.parse(parts![3]!, place);
  return filter && { kind: kind!, negated: parts![1] === "!", filter };
}

function given(
  name: "hostname" | "deviceId" | "userId" | "session",
  value: string,
  own: string | undefined,
): RunFilter {
  // A name that nobody has: where there is no session, no run is of it.
  return { [name]: value === "" || value === "." ? own ?? "" : value };
}

function placeFilter(
  name: "cwd" | "below",
  value: string,
  { cwd, home, folders }: QueryPlace,
): RunFilter | undefined {
  if (value === "" || value === ".") return { [name]: cwd ?? "", folders };
  const whole = (value === "~" || value.startsWith("~/")) && home !== undefined
    ? home + value.slice(1)
    : value.startsWith("/")
    ? value
    : cwd === undefined
    ? undefined
    : `${cwd === "/" ? "" : cwd}/${value}`;
  return whole === undefined ? undefined : { [name]: cleanFolder(whole), folders };
}

const EXITS: Readonly<Record<string, RunFilter["exit"]>> = {
  ok: "success",
  success: "success",
  fail: "failure",
  failed: "failure",
  failure: "failure",
  unknown: "unknown",
};

function exitFilter(value: string): RunFilter | undefined {
  const word = value.toLowerCase();
  if (Object.hasOwn(EXITS, word)) return { exit: EXITS[word] };
  return /^-?\d{1,10}$/.test(value) ? { exit: Number(value) } : undefined;
}

function timeFilter(
  name: "sinceMs" | "untilMs",
  value: string,
  nowMs: number,
): RunFilter | undefined {
  try {
    return { [name]: parseWhen(value, nowMs) };
  } catch {
    return undefined;
  }
}

const DURATION = /^(>=|<=|>|<|)(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function durationFilter(value: string): RunFilter | undefined {
  const parts = DURATION.exec(value);
  if (parts === null) return undefined;
  const [, sign, count, unit] = parts;
  const ms = Number(count) * UNIT_MS[unit!]!;
  // Durations are whole milliseconds.
  switch (sign) {
    case ">":
      return { leastMs: Math.floor(ms) + 1 };
    case "<":
      return { mostMs: Math.ceil(ms) - 1 };
    case "<=":
      return { mostMs: Math.floor(ms) };
    default:
      return { leastMs: Math.ceil(ms) };
  }
}
