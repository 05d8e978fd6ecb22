/** What `rr <command> --help` says. */
import { languageLines } from "../search/language/help.ts";
import type { CliCommand, FlagSpec } from "./define_command.ts";
import { optionName } from "./value_words.ts";

const WIDTH = 100;
const INDENT = "  ";
/** Options longer than this have their explanation on the next line. */
const MOST_OPTION_CHARS = 30;

/** The help of a command. */
export function helpOf(name: string, command: CliCommand): string {
  const usage = command.usage.map((line) => `rr ${name} ${line}`.trimEnd());
  const rows = Object.entries(command.flags).map(([flag, spec]) =>
    [
      optionText(flag, spec, command.aliases),
      explanation(spec),
    ] as const
  );
  return [
    `Usage: ${usage.join("\n       ")}`,
    "",
    ...wrapped(`${command.brief}.`, ""),
    ...(command.details === undefined ? [] : ["", ...command.details.split("\n")]),
    ...(command.takesQuery ? ["", "Words:", ...languageLines().map((l) => INDENT + l)] : []),
    "",
    "Options:",
    ...table([...rows, ["-h, --help", "Print this help"]]),
    "",
  ].join("\n");
}

function optionText(
  name: string,
  spec: FlagSpec,
  aliases: CliCommand["aliases"],
): string {
  const letter = Object.keys(aliases).find((key) => aliases[key] === name);
  const option = `${letter === undefined ? "    " : `-${letter}, `}${optionName(name)}`;
  if (spec.kind === "boolean") return option;
  return `${option} <${spec.placeholder ?? (spec.kind === "enum" ? "word" : "value")}>`;
}

function explanation({ kind, brief, values, default: otherwise }: FlagSpec): string {
  const choice = kind === "enum" ? `: ${values?.join(", ")}` : "";
  const isShown = kind !== "boolean" && typeof otherwise === "string";
  return `${brief}${choice}${isShown ? ` [default ${otherwise}]` : ""}`;
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
