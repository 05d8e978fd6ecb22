import { takeInFirst } from "../../../app/intake.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import { openHistory } from "../../../store/file/open_history.ts";
import type { Summary } from "../../../store/index/stats.ts";
import type { Count } from "../../../store/index/tally.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { JSON_FLAG, switchFlag, wholeNumber } from "../../flags/flags.ts";
import { keepIndexUp } from "../../machine/keep_index.ts";
import { settingsToRead } from "../../settings_to_read.ts";
import { printInfo, printJson, warnings } from "../../print/print.ts";
import { sayDoubts } from "../../print/say_doubts.ts";
import {
  askedFor,
  foldersHere,
  QUERY_WORDS,
  queryPlace,
  RUN_FILTER_FLAGS,
  type RunFilterFlags,
} from "../../flags/run_filter_flags.ts";
import { WEEKS_A_YEAR } from "./pictures.ts";
import { terminalColumns } from "../../print/terminal_columns.ts";
import { pictureStyle, statsText } from "./text.ts";
import { yearText } from "./year.ts";

interface Flags extends RunFilterFlags {
  readonly top: number;
  readonly days: number;
  readonly year: boolean;
  readonly json: boolean;
}

/** `rr stats` */
export const command: CliCommand = defineCommand<Flags, string[]>({
  usage: ["[words...] [filters] [--top <n>] [--days <n>] [--year] [--json]"],
  details: `Examples:
  rr stats
  rr stats --host . --since 30d --top 20
  rr stats docker below:~/src
  rr stats exit:fail --json | jq '.commands[0]'`,
  flags: {
    ...RUN_FILTER_FLAGS,
    top: {
      kind: "parsed",
      parse: wholeNumber(1, 1000),
      default: "10",
      placeholder: "n",
      brief: "How many commands, folders and hosts to show",
    },
    days: {
      kind: "parsed",
      parse: wholeNumber(1, 366),
      default: "14",
      placeholder: "n",
      brief: "How many days to show",
    },
    year: switchFlag(
      "A year on one page, to show to others: programs, but no arguments or folders",
    ),
    json: JSON_FLAG,
  },
  ...QUERY_WORDS,
  run,
});

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  words: readonly string[],
): Promise<number> {
  const loaded = loadSettings(world, { dbPath: flags.dbPath }, {
    needs: ["dbPath", "deviceId", "userId", "hostname"],
  });
  const { filter, text } = await askedFor(world, loaded, flags, words);
  const settings = settingsToRead(world, loaded);
  using history = openHistory(settings.dbPath, world);
  await takeInFirst(world, settings, () => history, warnings(world));
  const bordersMs = midnights(world.clock.now(), DAYS_A_YEAR);
  const asked = flags.year
    ? { ...filter, sinceMs: Math.max(filter.sinceMs ?? -Infinity, bordersMs[0]!) }
    : filter;
  const top = flags.year ? MOST_PROGRAMS : flags.top;
  const longest = flags.year ? 0 : Math.min(flags.top, LONGEST_SHOWN);
  const summary = history.stats.summary(asked, {
    text,
    top,
    longest,
    bordersMs,
    folders: foldersHere(world, loaded),
  });
  if (flags.json) printJson(world, toJson(summary, flags.days));
  else world.stdout.write(textOf(world, summary, flags, await terminalColumns(world)));
  if (summary.runs === 0 && !flags.json) {
    sayDoubts(world, history.search, words, queryPlace(world, loaded));
    // Where there is no file at all, that was said.
    if (settings === loaded && history.log.count() === 0) {
      printInfo(world, "no command is recorded yet: see `rr import`");
    }
  }
  keepIndexUp(world, history);
  return ExitCode.OK;
}

/** As many days as the picture of a year may show. */
const DAYS_A_YEAR = 7 * WEEKS_A_YEAR;
const LONGEST_SHOWN = 5;
/** Commands that the programs of a year are counted by. */
const MOST_PROGRAMS = 1000;

function textOf(world: World, summary: Summary, flags: Flags, columns: number): string {
  if (flags.year) return yearText(summary, pictureStyle(world), columns);
  return statsText(world, summary, flags.days, columns);
}

/** The local midnights that begin the last `days` days, and the one that ends today. */
function midnights(nowMs: number, days: number): number[] {
  const now = new Date(nowMs);
  return Array.from(
    { length: days + 1 },
    (_, i) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1 + i).getTime(),
  );
}

function toJson(summary: Summary, days: number): Record<string, unknown> {
  // Of runs whose end nobody saw, `failed` says nothing.
  const count = ({ runs, failed, unknown }: Count): Record<string, number> => ({
    runs,
    failed,
    ...(unknown > 0 ? { exit_unknown: unknown } : {}),
  });
  return {
    ...count(summary),
    exit_unknown: summary.unknown,
    distinct_commands: summary.distinct,
    oldest_ms: summary.oldestMs ?? null,
    newest_ms: summary.newestMs ?? null,
    commands: summary.commands.map((row) => ({ command: row.command, ...count(row) })),
    hosts: summary.hosts.map((row) => ({ host: row.hostname, ...count(row) })),
    folders: summary.folders.map((row) => ({ cwd: row.cwd, ...count(row) })),
    days: summary.periods.slice(-days).map((row) => ({ from_ms: row.fromMs, ...count(row) })),
    year: summary.periods.map((row) => ({ from_ms: row.fromMs, ...count(row) })),
    hours: summary.hours.map(count),
    most_failing: summary.mostFailing.map((row) => ({ command: row.command, ...count(row) })),
    longest: summary.longest.map(({ command, durationMs, startedAtMs }) => ({
      command,
      duration_ms: durationMs,
      started_at_ms: startedAtMs,
    })),
  };
}
