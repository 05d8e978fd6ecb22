/** What the shells ask for at Tab: `rr __complete <words>`, the last word being the one at the cursor. */
import type { World } from "../../base/world.ts";
import { printable } from "../../base/printable.ts";
import { COMMANDS, isCommand } from "../commands.ts";
import {
  type CliCommand,
  flagOf,
  flagsOfVerb,
  optionName,
  type Proposal,
} from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { LineError, type RawLine, splitLine } from "./read_line.ts";

const ROOT_OPTIONS: readonly Proposal[] = [
  { completion: "--help", brief: "Print an overview" },
  { completion: "--version", brief: "Print the version" },
  { completion: "--db-path", brief: "History database" },
];
const HELP: Proposal = { completion: "--help", brief: "Print this help" };

/**
 * Prints the words that may stand at the cursor, one a line, each with a TAB and its meaning; a lone
 * TAB where nothing can be offered and a file would be wrong as well.
 */
export async function complete(world: World, words: readonly string[]): Promise<number> {
  const [name = "", ...rest] = withoutGlobals(words);
  if (rest.length === 0) {
    const commands = Object.entries(COMMANDS)
      .map(([completion, { brief }]) => ({ completion, brief }));
    print(world, name, [...commands, ...(name.startsWith("-") ? ROOT_OPTIONS : [])]);
  } else if (isCommand(name)) {
    const partial = rest.at(-1)!;
    const { command } = await COMMANDS[name]!.load();
    const offered = command.takesQuery && !partial.startsWith("-")
      ? await queryProposals(world, command, rest)
      : completionsOf(command, rest);
    if (offered === "files") return ExitCode.OK;
    print(world, partial, offered);
    if (!offered.some(({ completion }) => completion.startsWith(partial))) {
      world.stdout.write("\t\n");
    }
  }
  return ExitCode.OK;
}

// A word of a query may be a filter; where a value is due it is none.
async function queryProposals(
  world: World,
  command: CliCommand,
  words: readonly string[],
): Promise<readonly Proposal[] | "files"> {
  const offered = completionsOf(command, words);
  if (offered === "files" || offered.length > 0) return offered;
  const { queryCompletions } = await import("../flags/query_completions.ts");
  const found = await queryCompletions(world, words.at(-1)!);
  return found.map(({ word, help }) => ({ completion: word, brief: help }));
}

// Unlike when running, the word at the cursor may be the value of a global flag itself.
function withoutGlobals(words: readonly string[]): readonly string[] {
  if (words[0] === "--db-path" && words.length > 2) return withoutGlobals(words.slice(2));
  if (words[0]?.startsWith("--db-path=") && words.length > 1) return withoutGlobals(words.slice(1));
  return words;
}

/** What may stand in the place of the last word of a command's line. */
export function completionsOf(
  command: CliCommand,
  words: readonly string[],
): readonly Proposal[] | "files" {
  const partial = words.at(-1) ?? "";
  let before: RawLine;
  try {
    before = splitLine(command, words.slice(0, -1));
  } catch (error) {
    if (error instanceof LineError) return [];
    throw error;
  }
  if (before.waiting !== undefined) return valuesOf(command, before.waiting, "");
  if (!before.onlyWords && /^--[^=]+=/.test(partial)) return valueAfterEquals(command, partial);
  if (!before.onlyWords && partial.startsWith("-")) return optionsOf(command, before);
  return wordsOf(command, before.words.length, partial);
}

function valueAfterEquals(command: CliCommand, partial: string): readonly Proposal[] | "files" {
  const option = partial.slice(0, partial.indexOf("="));
  const flag = flagOf(command.flags, option);
  return flag === undefined ? [] : valuesOf(command, flag, `${option}=`);
}

const FILES: readonly (string | undefined)[] = ["file", "folder"];

function valuesOf(
  { flags }: CliCommand,
  flag: string,
  prefix: string,
): readonly Proposal[] | "files" {
  const spec = flags[flag]!;
  if (spec.kind === "boolean") return [];
  if (spec.kind === "parsed" && FILES.includes(spec.placeholder)) return "files";
  const proposals = spec.kind === "enum"
    ? spec.values.map((completion) => ({ completion, brief: "" }))
    : spec.proposals ?? [];
  return proposals.map(({ completion, brief }) => ({ completion: prefix + completion, brief }));
}

function optionsOf(command: CliCommand, { values, words }: RawLine): readonly Proposal[] {
  const taken = flagsOfVerb(command, words[0]);
  const open = Object.entries(command.flags).filter(([name, spec]) =>
    taken.includes(name) &&
    (!values.has(name) || (spec.kind === "parsed" && spec.variadic !== undefined))
  );
  return [
    ...open.map(([name, { brief }]) => ({ completion: optionName(name), brief })),
    HELP,
  ];
}

function wordsOf(
  { words }: CliCommand,
  place: number,
  partial: string,
): readonly Proposal[] | "files" {
  const word = words?.kind === "array" ? words.parameter : words?.parameters[place];
  if (FILES.includes(word?.placeholder)) return "files";
  const proposed = word?.propose?.(partial) ?? [];
  return [
    ...word?.proposals ?? [],
    ...proposed.map((completion) => ({ completion, brief: "" })),
  ];
}

function print(world: World, partial: string, offered: readonly Proposal[]): void {
  for (const { completion, brief } of offered) {
    if (!completion.startsWith(partial)) continue;
    world.stdout.write(`${printable(completion)}\t${printable(brief)}\n`);
  }
}
