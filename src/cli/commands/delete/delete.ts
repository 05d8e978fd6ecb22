import { counted } from "../../../base/grouped.ts";
import { drainFirst } from "../../../app/intake.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { loadSettings } from "../../../config/load.ts";
import type { Settings } from "../../../config/settings.ts";
import type { Entry } from "../../../history/entry.ts";
import { printable, quoted } from "../../../base/printable.ts";
import type { History } from "../../../store/file/open_history.ts";
import type { Selection } from "../../../store/log/removal.ts";
import {
  type CliCommand,
  defineCommand,
  type GlobalFlags,
  optionName,
} from "../../define_command.ts";
import { localTime } from "../../../base/local_time.ts";
import { ExitCode } from "../../exit_code.ts";
import { listFlag, switchFlag, textFlag } from "../../flags/flags.ts";
import { settingsToRead } from "../../settings_to_read.ts";
import { folded } from "../../print/fold.ts";
import { forOutput, printInfo, printLine } from "../../print/print.ts";
import { startProgress } from "../../print/progress.ts";
import { sayDoubts } from "../../print/say_doubts.ts";
import {
  askedFor,
  QUERY_WORDS,
  queryPlace,
  RUN_FILTER_FLAGS,
  type RunFilterFlags,
} from "../../flags/run_filter_flags.ts";
import { refuseMisspelt } from "./misspelt.ts";
import { sayReach, showStatus } from "./reach.ts";
import { finish, openForDeleting, scrub } from "./scrub.ts";

interface Flags extends RunFilterFlags {
  readonly id: readonly string[] | undefined;
  readonly cmd: string | undefined;
  readonly caseSensitive: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly finish: boolean;
  readonly here: boolean;
  readonly status: boolean;
  readonly propagateEarlier: boolean;
  readonly shellHistory: boolean;
}

/** `rr delete` */
export const command: CliCommand = defineCommand<Flags, string[]>({
  usage: [
    "--id <ids> [--dry-run]",
    "--cmd <text> [--dry-run]",
    "[words...] [filters] [--here] [--shell-history] [--dry-run]",
    "--status",
    "--propagate-earlier",
    "--finish",
  ],
  details:
    `It shows what would go and asks; without a terminal it needs --yes. Afterwards the text is nowhere in
the database, its write-ahead log or the spool, and syncing does not bring it back. The daemons of your
other devices delete it as well, when they next meet one that knows; --status shows who has. Devices
with the original rr or rr 0.1.0 never learn of it. With --here, only this device forgets.

The history files of your shells keep their lines, unless you say --shell-history: then these commands
go from the zsh, bash and fish files of this device too, whichever run was meant. A file that another
program is writing is left alone. Ends with 1 if nothing matches, or a file could not be cleared.

Examples:
  rr delete --dry-run password
  rr delete --shell-history --cmd 'curl -u me:secret https://example.org'
  rr delete --since 1h --cwd . --yes
  rr delete --status`,
  flags: {
    id: listFlag("The entries with these ids", "ids"),
    cmd: textFlag("All runs of exactly this command", "text"),
    ...RUN_FILTER_FLAGS,
    caseSensitive: switchFlag("Tell A from a in words"),
    dryRun: switchFlag("Only show what would go"),
    yes: switchFlag("Do not ask"),
    here: switchFlag("Only on this device; the others keep what they have"),
    shellHistory: switchFlag("Also take the lines out of this device's shell history files"),
    status: switchFlag("Show which devices have confirmed what was deleted"),
    propagateEarlier: switchFlag("Delete everywhere what was once deleted on this device only"),
    finish: switchFlag("Only clear from the file what an earlier deletion left in it"),
  },
  aliases: { s: "caseSensitive", y: "yes" },
  verbatim: ["cmd"],
  excludes: [["status", "propagateEarlier", "finish"], ["dryRun", "finish"], [
    "here",
    "propagateEarlier",
  ]],
  ...QUERY_WORDS,
  run,
});

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  words: readonly string[],
): Promise<number> {
  refuseWhatIsIgnored(flags, words);
  const loaded = loadSettings(world, { dbPath: flags.dbPath });
  const isVerb = flags.finish || flags.status || flags.propagateEarlier;
  const selection = isVerb ? undefined : await selectionOf(world, loaded, flags, words);
  const settings = settingsToRead(world, loaded);
  if (flags.finish) return await finish(world, settings);
  if (flags.status) return showStatus(world, settings);
  if (selection === undefined) return propagateEarlier(world, settings, flags);
  return await deleteMatching(world, settings, flags, words, selection);
}

async function deleteMatching(
  world: World,
  settings: Settings,
  flags: Flags,
  words: readonly string[],
  selection: Selection,
): Promise<number> {
  using history = openForDeleting(world, settings);
  await drainFirst(world, settings, history);
  const place = queryPlace(world, settings);
  if (!flags.dryRun) refuseMisspelt(history.search, words, place);
  const matched = history.removal.count(selection);
  const mayBeMore = matched > 0 || flags.shellHistory;
  if (mayBeMore && !flags.dryRun && !flags.yes && !isAtTerminal(world)) throw needsYes();
  if (matched === 0) {
    if (!flags.shellHistory) sayNothingIs(world, selection);
    sayDoubts(world, history.search, words, place);
  } else if (flags.dryRun || asks(world, flags)) {
    showSome(world, history, selection, flags.dryRun);
  }
  const commands = flags.shellHistory ? commandsOf(history, selection) : undefined;
  if (flags.dryRun || (matched === 0 && commands === undefined)) {
    return await alsoInShells(world, flags, commands, report(world, flags, matched, 0));
  }
  if (asks(world, flags) && !confirmed(world, matched, flags)) {
    printInfo(world, "nothing was deleted");
    return ExitCode.FAILURE;
  }
  const deleted = deleteShown(world, history, selection, flags);
  const code = report(world, flags, matched, deleted);
  if (deleted > 0 && !flags.here) sayReach(world, history);
  if (deleted > 0) await scrub(world, history);
  return await alsoInShells(world, flags, commands, code);
}

function deleteShown(
  world: World,
  history: History,
  selection: Selection,
  { here }: Flags,
): number {
  using progress = startProgress(world, "delete");
  const reach = here ? "here" : "everywhere";
  return history.removal.delete(selection, reach, (done, total) => progress.update(done, total));
}

/** What deletes nothing by itself must not be given something to delete, as if it did. */
function refuseWhatIsIgnored(flags: Flags, words: readonly string[]): void {
  const verb = (["status", "propagateEarlier", "finish"] as const).find((one) => flags[one]);
  if (verb === undefined) return;
  const names = ["id", "cmd", ...Object.keys(RUN_FILTER_FLAGS)] as const;
  const given = names.find((name) => flags[name as keyof Flags] !== undefined);
  if (given === undefined && words.length === 0) return;
  const what = given === undefined ? quoted(words[0]!) : optionName(given);
  throw new RrError("usage", `${optionName(verb)} takes nothing to delete, but there is ${what}`);
}

/** For people: `matched=0` alone does not tell what was looked for. */
function sayNothingIs(world: World, selection: Selection): void {
  if ("ids" in selection) {
    printInfo(world, `no entry has the id ${selection.ids.map(quoted).join(" or ")}`);
  } else if ("command" in selection) {
    printInfo(world, "no entry is exactly this command; words without --cmd find what holds them");
  }
}

/** The texts that are to go; one that is given may be in a shell's file only. */
function commandsOf(history: History, selection: Selection): readonly string[] {
  if ("command" in selection) return [selection.command];
  const entries = entriesOf(history, selection, Number.MAX_SAFE_INTEGER);
  return [...new Set(entries.map(({ command }) => command))];
}

async function alsoInShells(
  world: World,
  { dryRun }: Flags,
  commands: readonly string[] | undefined,
  code: number,
): Promise<number> {
  if (commands === undefined || commands.length === 0) return code;
  const { clearShellFiles } = await import("./shell_files.ts");
  const { removed, failed } = await clearShellFiles(world, commands, dryRun);
  if (failed) return ExitCode.FAILURE;
  return removed > 0 ? ExitCode.OK : code;
}

/** What is listed on a terminal; more is nothing that a person reads. */
const MOST_SHOWN = 10;

function propagateEarlier(world: World, settings: Settings, flags: Flags): number {
  using history = openForDeleting(world, settings);
  const count = history.removal.countEarlier();
  if (flags.dryRun || count === 0) return report(world, flags, count, 0);
  const code = report(world, flags, count, history.removal.propagateEarlier());
  sayReach(world, history);
  return code;
}

function report(world: World, { dryRun }: Flags, matched: number, deleted: number): number {
  printLine(world, `delete${dryRun ? " dry-run" : ""}: matched=${matched} deleted=${deleted}`);
  return matched === 0 ? ExitCode.FAILURE : ExitCode.OK;
}

async function selectionOf(
  world: World,
  settings: Settings,
  flags: Flags,
  words: readonly string[],
): Promise<Selection> {
  const { filter, text } = await askedFor(world, settings, flags, words);
  const isQuery = text !== undefined || Object.values(filter).some((value) => value !== undefined);
  const ids = flags.id?.map((id) => id.trim()).filter((id) => id !== "");
  const ways = [ids !== undefined, flags.cmd !== undefined, isQuery].filter(Boolean).length;
  if (ways !== 1) {
    throw new RrError(
      "usage",
      ways === 0
        ? "Cannot delete without being told what"
        : "Cannot delete by several ways at once",
      { hint: "Give either --id, or --cmd, or words and filters as for `rr search`" },
    );
  }
  if (ids !== undefined) return { ids };
  if (flags.cmd !== undefined) return { command: flags.cmd };
  return { query: { ...filter, text } };
}

function asks(world: World, { yes }: Flags): boolean {
  return !yes && isAtTerminal(world);
}

function isAtTerminal(world: World): boolean {
  return world.stdin.isTerminal() && world.stderr.isTerminal();
}

function needsYes(): RrError {
  return new RrError("usage", "Cannot ask before deleting: this is not a terminal", {
    hint: "See what would go with --dry-run, then add --yes",
  });
}

function showSome(world: World, history: History, selection: Selection, all: boolean): void {
  const limit = all ? Number.MAX_SAFE_INTEGER : MOST_SHOWN;
  const entries = entriesOf(history, selection, limit);
  const output = all ? world.stdout : world.stderr;
  for (const { startedAtMs, hostname, command } of entries) {
    const text = all ? forOutput(world, command) : printable(command);
    output.write(`${localTime(startedAtMs)}  ${printable(hostname)}  ${text}\n`);
  }
}

function entriesOf(history: History, selection: Selection, limit: number): readonly Entry[] {
  if ("ids" in selection) return history.search.entriesById(selection.ids).slice(0, limit);
  if ("command" in selection) return history.search.runsOf(selection.command, limit).entries;
  return history.search.find({ ...selection.query, limit });
}

function confirmed(world: World, matched: number, { here, shellHistory }: Flags): boolean {
  const more = matched > MOST_SHOWN ? `, of which the newest ${MOST_SHOWN} are above,` : "";
  const what = `${counted(matched, "entry", "entries")}${more}`;
  const where = here ? "on this device only" : "on all devices";
  const files = shellHistory ? ", and the lines in the history files of the shells here" : "";
  world.stderr.write(folded(world.stderr, `Delete ${what} ${where}${files}? [y/N] `));
  return /^y(es)?$/i.test(world.stdin.readLine()?.trim() ?? "");
}
