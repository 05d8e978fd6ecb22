/** What `rr <command> --help` says. */
import { languageLines } from "../../search/language/help.ts";
import { COMMANDS } from "../commands.ts";
import { type CliCommand, type FlagSpec, optionName } from "../define_command.ts";
import type { Width } from "../print/fold.ts";
import { helpColumns, reflowed } from "../print/reflow.ts";

/** Where it goes to no terminal. */
const USUAL_COLUMNS = 100;
const INDENT = "  ";
/** Options longer than this have their explanation on the next line. */
const MOST_OPTION_CHARS = 30;
/** With fewer columns beside the options, all explanations are below them. */
const LEAST_ROOM = 30;

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

/** The help of a command, as wide as the output has room for. */
export function helpOf(name: string, command: CliCommand, output: Width): string {
  const usage = command.usage.map((line) => `rr ${name} ${line}`.trimEnd());
  const rows = Object.entries(command.flags).map(([flag, spec]) =>
    [optionText(flag, spec, command.aliases), explanation(spec)] as const
  );
  const text = [
    `Usage: ${usage.join("\n       ")}`,
    "",
    `${COMMANDS[name]!.brief}.`,
    "",
    ...command.details.split("\n"),
    ...(command.takesQuery ? ["", "Words:", ...languageLines().map((l) => INDENT + l)] : []),
    "",
    "Options:",
  ].join("\n");
  const columns = helpColumns(output);
  const options = table([...rows, ["-h, --help", "Print this help"]], columns ?? USUAL_COLUMNS);
  return [columns === undefined ? text : reflowed(text, columns), ...options, ""].join("\n");
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

function table(rows: readonly (readonly [string, string])[], columns: number): string[] {
  const widths = rows.map(([left]) => left.length).filter((width) => width <= MOST_OPTION_CHARS);
  const column = Math.max(...widths) + 2;
  const isNarrow = columns - INDENT.length - column < LEAST_ROOM;
  const margin = isNarrow ? INDENT.repeat(3) : " ".repeat(INDENT.length + column);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...rest] = wrapped(right, margin, columns);
    const fits = !isNarrow && left.length < column;
    const head = fits ? `${INDENT}${left.padEnd(column)}${first.trimStart()}` : `${INDENT}${left}`;
    return fits ? [head, ...rest] : [head, first, ...rest];
  });
}

function wrapped(text: string, margin: string, columns: number): string[] {
  const lines: string[] = [];
  let line = margin;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > columns && line.trim() !== "") {
      lines.push(line);
      line = margin;
    }
    line += line === margin ? word : ` ${word}`;
  }
  return [...lines, line];
}
