/** What `rr <command> --help` says. */
import { languageLines } from "../../search/language/help.ts";
import { COMMANDS } from "../commands.ts";
import { type CliCommand, type FlagSpec, optionName } from "../define_command.ts";

const WIDTH = 100;
const INDENT = "  ";
/** Options longer than this have their explanation on the next line. */
const MOST_OPTION_CHARS = 30;

/** Whether the words of a command ask for its help; a value may look like `--help`. */
export function asksForHelp({ verbatim }: CliCommand, words: readonly string[]): boolean {
  const takesAnything = verbatim.map(optionName);
  for (const [i, word] of words.entries()) {
    if (i > 0 && takesAnything.includes(words[i - 1]!)) continue;
    if (word === "--") return false;
    if (word === "--help" || word === "-h") return true;
  }
  return false;
}

/** The help of a command. */
export function helpOf(name: string, command: CliCommand): string {
  const usage = command.usage.map((line) => `rr ${name} ${line}`.trimEnd());
  const rows = Object.entries(command.flags).map(([flag, spec]) =>
    [optionText(flag, spec, command.aliases), explanation(spec)] as const
  );
  return [
    `Usage: ${usage.join("\n       ")}`,
    "",
    ...wrapped(`${COMMANDS[name]!.brief}.`, ""),
    "",
    ...command.details.split("\n"),
    ...(command.takesQuery ? ["", "Words:", ...languageLines().map((l) => INDENT + l)] : []),
    "",
    "Options:",
    ...table([...rows, ["-h, --help", "Print this help"]]),
    "",
  ].join("\n");
}

/** An option with its letter and what its value is called: `-n, --limit <n>`. */
export function optionText(
  name: string,
  spec: FlagSpec,
  aliases: CliCommand["aliases"],
): string {
  const letter = Object.keys(aliases).find((key) => aliases[key] === name);
  const option = `${letter === undefined ? "    " : `-${letter}, `}${optionName(name)}`;
  if (spec.kind === "boolean") return option;
  return `${option} <${spec.placeholder ?? (spec.kind === "enum" ? "word" : "value")}>`;
}

/** What an option is for, its choices and its default. */
export function explanation(spec: FlagSpec): string {
  if (spec.kind === "boolean") return spec.brief;
  const choice = spec.kind === "enum" ? `: ${spec.values.join(", ")}` : "";
  return `${spec.brief}${choice}${spec.default === undefined ? "" : ` [default ${spec.default}]`}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const widths = rows.map(([left]) => left.length).filter((width) => width <= MOST_OPTION_CHARS);
  const column = Math.max(...widths) + 2;
  const margin = " ".repeat(INDENT.length + column);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...rest] = wrapped(right, margin);
    const fits = left.length < column;
    const head = fits ? `${INDENT}${left.padEnd(column)}${first.trimStart()}` : `${INDENT}${left}`;
    return fits ? [head, ...rest] : [head, first, ...rest];
  });
}

function wrapped(text: string, margin: string): string[] {
  const lines: string[] = [];
  let line = margin;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line.trim() !== "") {
      lines.push(line);
      line = margin;
    }
    line += line === margin ? word : ` ${word}`;
  }
  return [...lines, line];
}
