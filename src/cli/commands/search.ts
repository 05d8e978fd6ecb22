import type { InteractiveFlags } from "../picker/interactive.ts";
import { takeInFirst } from "../../app/intake.ts";
import type { World } from "../../base/world.ts";
import { loadSettingsQuickly } from "../../config/load_quickly.ts";
import type { Settings } from "../../config/settings.ts";
import type { Entry } from "../../history/entry.ts";
import {
  FEW_UNINDEXED,
  openForSearching,
  type SearchingHistory,
} from "../../store/file/open_for_searching.ts";
import type { HistoryQuery } from "../../store/index/history_query.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { filledFlag, switchFlag, textFlag } from "../flags/flags.ts";
import { settingsToRead } from "../settings_to_read.ts";
import { forOutput, jsonForOutput, printInfo, printWarning, warnings } from "../print/print.ts";
import {
  askedFor,
  QUERY_WORDS,
  queryPlace,
  RUN_FILTER_FLAGS,
  type RunFilterFlags,
} from "../flags/run_filter_flags.ts";

interface Flags extends RunFilterFlags {
  readonly limit: string | undefined;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly json: boolean;
  readonly format: string | undefined;
  readonly long: boolean;
  readonly interactive: boolean;
  readonly query: string | undefined;
  readonly widget: boolean;
  readonly ahead: boolean;
  readonly up: boolean;
}

/** `rr search` */
export const command: CliCommand = defineCommand<Flags, string[]>({
  usage: ["[words...] [options]", "-i [--query <text>] [--widget [--up]]"],
  details:
    `Prints the commands that all of the words fit, newest first, exactly as they were recorded; on
a terminal, what could act on it is shown instead of obeyed. Ends with 1 if nothing matches.

With -i it opens a screen to choose one (F1 there lists its keys), prints the choice, and ends with
130 if it was left. This is what ctrl-r opens in a shell with the hook. The same happens where a
shell at a terminal asks for the whole history and takes the answer, as in \`x=$(rr search)\`: the
ctrl-r of older hooks does so, and would put all of it on the prompt. Any word, filter or form of
output (--format '{command}', --json) prints.

Examples:
  rr search git push
  rr search in:. exit:fail after:today
  rr search docker '!logs' host:vps 'dur:>10s'
  rr search docker --host . --unique --limit 20
  rr search --format '{time}  {exit}  {duration}  {cwd}  {command}' make
  rr search --json --since 1w | jq -r '.[].command'

Fields of --format: {command} {time} {ago} {exit} {duration} {duration_ms} {cwd} {host} {device}
{user} {shell} {session} {id}; \\t and \\n are a tab and a newline, {{ is a brace.`,
  flags: {
    limit: textFlag("Most commands to print [env RUSTORY_SEARCH_LIMIT, default 100000]", "n"),
    ...RUN_FILTER_FLAGS,
    unique: switchFlag("Only the newest run of each command"),
    caseSensitive: switchFlag("Tell A from a"),
    json: switchFlag("Print a JSON array with everything that is known of each run"),
    long: switchFlag("A line a run: when, how it ended, how long, where; as the terminal is wide"),
    format: filledFlag("Print each run through a template, see above", "template"),
    interactive: switchFlag("Choose a command on a screen"),
    query: textFlag("With -i: the text already typed", "text"),
    widget: switchFlag("With -i: answer as the shell hooks want it"),
    ahead: switchFlag("With --widget: then what was typed behind the choice, as \\ooo"),
    up: switchFlag("With -i: this session first, as for the Up key"),
  },
  aliases: { l: "long", n: "limit", u: "unique", s: "caseSensitive", i: "interactive" },
  verbatim: ["query"],
  excludes: [["json", "format", "long"], ["json", "interactive"], ["format", "interactive"]],
  needs: { query: "interactive", widget: "interactive", up: "widget" },
  ...QUERY_WORDS,
  run,
});

async function run(
  world: World,
  flags: Flags & GlobalFlags,
  words: readonly string[],
): Promise<number> {
  const loaded = await loadSettingsQuickly(
    world,
    { dbPath: flags.dbPath, searchLimit: flags.limit },
    { lenient: true },
  );
  if (flags.interactive || asksForOne(world, flags, words)) {
    return await choose(world, loaded, flags, words);
  }
  const print = await printerOf(world, flags);
  const { filter, text } = await askedFor(world, loaded, flags, words);
  for (const { message, hint } of loaded.problems) printWarning(world, `${message}. ${hint}`);
  const settings = settingsToRead(world, loaded);
  using history = openForSearching(settings.dbPath, world);
  if (!history.isReadOnly) {
    await takeInFirst(world, settings, () => history.whole(), warnings(world));
  }
  const most = isUnasked(world, flags) ? MOST_UNASKED : settings.searchLimit;
  const limit = Math.min(most, settings.searchLimit);
  const query = { ...filter, text, distinct: flags.unique, limit };
  const found = await print(history, query);
  if (found === MOST_UNASKED && limit < settings.searchLimit) {
    printInfo(world, `these are the newest ${MOST_UNASKED}; --limit shows more`);
  }
  // With its path, which may have been mistyped.
  if (found === 0 && world.stdout.isTerminal() && settings.dbPath !== ":memory:") {
    printInfo(world, `nothing in ${settings.dbPath} matches`);
    const { sayDoubts } = await import("../print/say_doubts.ts");
    sayDoubts(world, (await history.whole()).search, words, queryPlace(world, settings));
  }
  await keepUp(world, history);
  return found > 0 ? ExitCode.OK : ExitCode.FAILURE;
}

/** Commands printed on a terminal when nobody said how many: some screens full. */
const MOST_UNASKED = 200;

function isUnasked(world: World, flags: Flags): boolean {
  const isSaid = flags.limit !== undefined || world.env("RUSTORY_SEARCH_LIMIT") !== undefined;
  return world.stdout.isTerminal() && !isSaid && !flags.json;
}

/**
 * Whether this is `selected="$(rr search --limit N)"`, the ctrl-r of the original's hook in a shell that
 * is still open or has that hook in a file. It expects one chosen command and puts whatever is printed
 * on the prompt, where the next Enter runs it. Such a shell has its terminal on stderr; zsh has no more
 * of it than that.
 */
function asksForOne(world: World, flags: Flags, words: readonly string[]): boolean {
  const { limit: _, ...others } = flags;
  const isBare = words.length === 0 &&
    Object.entries(others).every(([name, value]) =>
      name === "dbPath" || value === undefined || value === false
    );
  return isBare && !world.stdout.isTerminal() &&
    (world.stderr.isTerminal() || world.stdin.isTerminal());
}

async function choose(
  world: World,
  settings: Settings,
  flags: Flags,
  words: readonly string[],
): Promise<number> {
  const query = flags.query ?? words.join(" ");
  if (settings.pickerPopup) {
    const code = await chooseInPopup(world, settings, { ...flags, query });
    if (code !== undefined) return code;
  }
  const { aheadForWidget, PICKER_CACHE_KIB, searchInteractively, TypedAhead } = await import(
    "../picker/interactive.ts"
  );
  const typedAhead = new TypedAhead();
  const { files, clock } = world;
  using history = openForSearching(settings.dbPath, { files, clock, cacheKib: PICKER_CACHE_KIB });
  if (!history.isReadOnly) {
    // A warning would stand above the prompt, each time.
    const warn = flags.widget ? (): void => {} : warnings(world);
    await takeInFirst(world, settings, () => history.whole(), warn);
  }
  const code = await searchInteractively(world, settings, await history.whole(), {
    ...flags,
    query,
  }, { typedAhead });
  await keepUp(world, history, flags.widget);
  if (flags.widget) await refreshHooks(world, settings);
  // Last of all: the shell reads the terminal again only once this process is gone.
  if (flags.ahead) world.stdout.write(aheadForWidget(typedAhead.text()));
  return code;
}

async function chooseInPopup(
  world: World,
  settings: Settings,
  flags: InteractiveFlags,
): Promise<number | undefined> {
  const { searchInPopup, wantsPopup } = await import("../picker/tmux_popup.ts");
  if (!wantsPopup(world, settings)) return undefined;
  const answer = await searchInPopup(world, settings, flags);
  if (answer !== undefined) world.stdout.write(answer.text);
  return answer?.code;
}

// What the shell has loaded may be of the rr before; the next shell has what fits.
async function refreshHooks(world: World, settings: Settings): Promise<void> {
  try {
    const { refreshHookFiles } = await import("../../app/hook_file.ts");
    await refreshHookFiles(world, settings, true);
  } catch {
    // It is of no use to whoever waits for the prompt; `rr doctor` and the daemon say more.
  }
}

async function keepUp(world: World, history: SearchingHistory, quiet = false): Promise<void> {
  if (history.isReadOnly || history.unindexed() < FEW_UNINDEXED) return;
  const { keepIndexUp } = await import("../machine/keep_index.ts");
  keepIndexUp(world, await history.whole(), quiet);
}

/** Prints what is found; how many that is. */
type Printer = (history: SearchingHistory, query: HistoryQuery) => Promise<number>;

async function printerOf(world: World, { json, format, long }: Flags): Promise<Printer> {
  if (json) {
    const { entryToJson } = await import("../../import/formats/jsonl.ts");
    const line = (entry: Entry): string =>
      `  ${jsonForOutput(world, JSON.stringify(entryToJson(entry)))}`;
    return async (history, query) => {
      const lines = (await entriesOf(history, query)).map(line);
      world.stdout.write(lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
      return lines.length;
    };
  }
  if (long) {
    const { columnPrinter } = await import("../print/search_columns.ts");
    const line = await columnPrinter(world);
    return async (history, query) => await printLines(world, await entriesOf(history, query), line);
  }
  if (format === undefined) {
    return async (history, query) =>
      await printLines(
        world,
        await commandsOf(history, query),
        (command) => forOutput(world, command, true),
      );
  }
  const { compileFormat } = await import("../print/entry_format.ts");
  const compiled = compileFormat(format);
  const now = world.clock.now();
  const line = (entry: Entry): string => compiled(entry, now, (text) => forOutput(world, text));
  return async (history, query) => await printLines(world, await entriesOf(history, query), line);
}

async function entriesOf(history: SearchingHistory, query: HistoryQuery): Promise<Entry[]> {
  return history.newest(query) ?? (await history.whole()).search.findFurther(query);
}

async function commandsOf(history: SearchingHistory, query: HistoryQuery): Promise<string[]> {
  return history.newest(query)?.map((entry) => entry.command) ??
    (await history.whole()).search.findCommands(query);
}

// Lines are gathered: a write for each of 100,000 would take longer than finding them.
const CHUNK_CHARS = 65_536;

async function printLines<T>(
  world: World,
  found: readonly T[],
  textOf: (one: T) => string,
): Promise<number> {
  if (found.length > FEWEST_PAGED && world.stdout.isTerminal()) {
    await printPaged(world, found.map((one) => `${textOf(one)}\n`).join(""));
    return found.length;
  }
  let chunk = "";
  for (const one of found) {
    chunk += `${textOf(one)}\n`;
    if (chunk.length < CHUNK_CHARS) continue;
    world.stdout.write(chunk);
    chunk = "";
  }
  world.stdout.write(chunk);
  return found.length;
}

// Fewer lines fit on any screen: no pager need be loaded for them.
const FEWEST_PAGED = 8;

async function printPaged(world: World, text: string): Promise<void> {
  const { showPaged } = await import("../print/pager.ts");
  await showPaged(world, text);
}
