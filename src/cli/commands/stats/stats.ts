import { takeInFirst } from "../../../app/intake.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import { openHistory } from "../../../store/file/open_history.ts";
import type { Count, Summary } from "../../../store/index/stats.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import { ExitCode } from "../../exit_code.ts";
import { JSON_FLAG, wholeNumber } from "../../flags.ts";
import { keepIndexUp } from "../../keep_index.ts";
import { printJson, warnings } from "../../print.ts";
import { askedFor, RUN_FILTER_FLAGS, type RunFilterFlags } from "../../run_filter_flags.ts";
import { statsText } from "./text.ts";

interface Flags extends RunFilterFlags {
  readonly top: number;
  readonly days: number;
  readonly json: boolean;
}

/** `rr stats` */
export const command: CliCommand = defineCommand<Flags, string[]>({
  usage: ["[words...] [filters] [--top <n>] [--days <n>] [--json]"],
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
    json: JSON_FLAG,
  },
  takesQuery: true,
  words: {
    kind: "array",
    parameter: { brief: "Parts of the command, and filters", placeholder: "words" },
  },
  run,
});

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  words: readonly string[],
): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, {
    needs: ["dbPath", "deviceId", "userId", "hostname"],
  });
  const { filter, text } = await askedFor(world, settings, flags, words);
  using history = openHistory(settings.dbPath, world);
  await takeInFirst(world, settings, () => history, warnings(world));
  const bordersMs = midnights(world.clock.now(), flags.days);
  const summary = history.stats.summary(filter, { text, top: flags.top, bordersMs });
  if (flags.json) printJson(world, toJson(summary));
  else world.stdout.write(statsText(world, summary));
  keepIndexUp(world, history);
  return ExitCode.OK;
}

/** The local midnights that begin the last `days` days, and the one that ends today. */
function midnights(nowMs: number, days: number): number[] {
  const now = new Date(nowMs);
  return Array.from(
    { length: days + 1 },
    (_, i) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1 + i).getTime(),
  );
}

function toJson(summary: Summary): Record<string, unknown> {
  const count = ({ runs, failed }: Count): Count => ({ runs, failed });
  return {
    ...count(summary),
    distinct_commands: summary.distinct,
    oldest_ms: summary.oldestMs ?? null,
    newest_ms: summary.newestMs ?? null,
    commands: summary.commands.map((row) => ({ command: row.command, ...count(row) })),
    hosts: summary.hosts.map((row) => ({ host: row.hostname, ...count(row) })),
    folders: summary.folders.map((row) => ({ cwd: row.cwd, ...count(row) })),
    days: summary.periods.map((row) => ({ from_ms: row.fromMs, ...count(row) })),
  };
}
