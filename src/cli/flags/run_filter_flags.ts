/** The flags that say which runs are meant, the same in search, stats and delete. */
import { cleanFolder } from "../../base/folder.ts";
import { quoted } from "../../base/printable.ts";
import { RrError } from "../../base/rr_error.ts";
import { type FolderSense, folderSense } from "../../base/same_folder.ts";
import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import { expandHome } from "../../config/paths.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import type { TextQuery } from "../../history/text_query.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import { bothFilters, parseWords } from "../../search/language/parse.ts";
import { textQuery } from "../../search/matching/text_matcher.ts";
import type { FlagSpecOf } from "../define_command.ts";
import { filledFlag, offering } from "./flags.ts";

/** The flags as they were given. */
export interface RunFilterFlags {
  readonly host: string | undefined;
  readonly device: string | undefined;
  readonly cwd: string | undefined;
  readonly below: string | undefined;
  readonly session: string | undefined;
  readonly exit: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

const MOMENTS: readonly (readonly [string, string])[] = [
  ["today", "since midnight"],
  ["yesterday", "since midnight of the day before"],
  ["1h", "an hour ago"],
  ["7d", "a week ago"],
  ["4w", "four weeks ago"],
];

/** The specs of {@linkcode RunFilterFlags}. */
export const RUN_FILTER_FLAGS: FlagSpecOf<RunFilterFlags> = {
  host: offering(filledFlag("Only runs on this host; . is this one", "name"), [[".", "this host"]]),
  device: offering(filledFlag("Only runs on this device; . is this one", "name"), [
    [".", "this device"],
  ]),
  cwd: filledFlag("Only runs in exactly this folder; . is the current one", "folder"),
  below: filledFlag("Only runs in this folder or below it", "folder"),
  session: offering(
    filledFlag("Only runs in this shell session; . is this one ($RUSTORY_SESSION)", "id"),
    [[".", "this session"]],
  ),
  exit: offering(
    filledFlag("Only runs with this exit status: a number, ok, failed or unknown", "status"),
    [
      ["ok", "0"],
      ["failed", "anything else"],
      ["unknown", "nobody saw it"],
    ],
  ),
  since: offering(filledFlag("Only runs since then: 2h, 3d, today, 2024-05-01", "when"), MOMENTS),
  until: offering(filledFlag("Only runs before then", "when"), MOMENTS),
};

/** The words of a command that are a query: what makes it take the language, and tell of it in its help. */
export const QUERY_WORDS = {
  takesQuery: true,
  words: {
    kind: "array",
    parameter: { brief: "Parts of the command, and filters", placeholder: "words" },
  },
} as const;

/** What words and flags together ask for. */
export interface Asked {
  readonly filter: RunFilter;
  /** `undefined` if every text matches. */
  readonly text: TextQuery | undefined;
}

/**
 * What the words mean in the query language, and the flags besides.
 *
 * @throws {RrError} `usage` if the value of a flag cannot be used
 */
export async function askedFor(
  world: Pick<World, "cwd" | "env" | "clock" | "files">,
  settings: Settings,
  flags: RunFilterFlags & { readonly caseSensitive?: boolean },
  words: readonly string[],
): Promise<Asked> {
  const question = parseWords(words, queryPlace(world, settings));
  return {
    filter: bothFilters(await runFilterOf(world, settings, flags), question.filter),
    text: textQuery(question.text, { letterCase: flags.caseSensitive ? "exact" : "ignored" }),
  };
}

/** Where a query is asked: what `.` means in it. */
export function queryPlace(
  world: Pick<World, "cwd" | "env" | "clock" | "files">,
  settings: Pick<Settings, "hostname" | "deviceId" | "userId" | "home">,
): QueryPlace {
  return {
    hostname: settings.hostname,
    deviceId: settings.deviceId,
    userId: settings.userId,
    cwd: world.cwd(),
    home: settings.home,
    folders: foldersHere(world, settings),
    session: world.env("RUSTORY_SESSION"),
    nowMs: world.clock.now(),
  };
}

/** Which folders are one. Only of the current folder and of home is it known that they answer. */
export function foldersHere(
  world: Pick<World, "cwd" | "clock" | "files">,
  { home }: Pick<Settings, "home">,
): FolderSense {
  return folderSense(world.files, world.clock, { answering: [world.cwd(), home] });
}

/**
 * The filter that the flags mean.
 *
 * @throws {RrError} `usage` if a value cannot be used
 */
async function runFilterOf(
  world: Pick<World, "cwd" | "env" | "clock" | "files">,
  settings: Settings,
  flags: RunFilterFlags,
): Promise<RunFilter> {
  const now = world.clock.now();
  return {
    ...placesOf(world, settings, flags),
    hostname: flags.host === "." ? settings.hostname : flags.host,
    deviceId: flags.device === "." ? settings.deviceId : flags.device,
    session: sessionOf(world, flags.session),
    exit: exitOf(flags.exit),
    sinceMs: await momentOf("--since", flags.since, now),
    untilMs: await momentOf("--until", flags.until, now),
  };
}

function placesOf(
  world: Pick<World, "cwd" | "clock" | "files">,
  settings: Settings,
  { cwd, below }: Pick<RunFilterFlags, "cwd" | "below">,
): RunFilter {
  if (cwd === undefined && below === undefined) return {};
  return {
    cwd: cwd === undefined ? undefined : wholeFolder(world, settings, cwd),
    below: below === undefined ? undefined : wholeFolder(world, settings, below),
    folders: foldersHere(world, settings),
  };
}

function wholeFolder(world: Pick<World, "cwd">, settings: Settings, folder: string): string {
  const here = (): string => {
    const cwd = world.cwd();
    if (cwd !== undefined) return cwd;
    throw new RrError(
      "usage",
      "Cannot tell the current folder: it has been removed, or its name is not UTF-8",
    );
  };
  const whole = expandHome(folder, settings.home);
  return cleanFolder(whole.startsWith("/") ? whole : `${here()}/${whole}`);
}

function sessionOf(world: Pick<World, "env">, session: string | undefined): string | undefined {
  if (session !== ".") return session;
  const own = world.env("RUSTORY_SESSION");
  if (own !== undefined) return own;
  throw new RrError("usage", "Cannot tell this shell session: RUSTORY_SESSION is not set", {
    hint: "The hook sets it: see `rr hook --help`",
  });
}

function exitOf(exit: string | undefined): RunFilter["exit"] {
  switch (exit?.toLowerCase()) {
    case undefined:
      return undefined;
    case "ok":
    case "success":
      return "success";
    case "failed":
    case "failure":
      return "failure";
    case "unknown":
      return "unknown";
  }
  if (/^-?\d{1,10}$/.test(exit!)) return Number(exit);
  throw new RrError(
    "usage",
    `Cannot use ${quoted(exit!)} for --exit: expected a number, ok, failed or unknown`,
  );
}

async function momentOf(
  option: string,
  text: string | undefined,
  now: number,
): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { parseWhen } = await import("../../search/language/when.ts");
  try {
    return parseWhen(text, now);
  } catch (error) {
    throw new RrError(
      "usage",
      `Cannot use ${quoted(text)} for ${option}: ${(error as Error).message}`,
    );
  }
}
