/** What the shells ask for at Tab: `rr __complete <words>`, the last word being the one at the cursor. */
import type { World } from "../base/world.ts";
import { printable } from "../base/printable.ts";
import { COMMANDS } from "./commands.ts";
import { ExitCode } from "./exit_code.ts";
import { loadCommand } from "./load_command.ts";

const ROOT_OPTIONS: Readonly<Record<string, string>> = {
  "--help": "Print an overview",
  "--version": "Print the version",
  "--db-path": "History database",
};

/** Prints the words that may stand at the cursor, one a line, each with a TAB and its meaning. */
export async function complete(world: World, words: readonly string[]): Promise<number> {
  const [name = "", ...rest] = withoutGlobals(words);
  if (rest.length === 0) {
    for (const [command, row] of Object.entries(COMMANDS)) print(world, name, command, row.brief);
    if (name.startsWith("-")) {
      for (const [option, brief] of Object.entries(ROOT_OPTIONS)) print(world, name, option, brief);
    }
    return ExitCode.OK;
  }
  if (!Object.hasOwn(COMMANDS, name)) return ExitCode.OK;
  const { completionsOf } = await import("./parser.ts");
  const { command } = await loadCommand(name);
  const word = rest.at(-1)!;
  if (command.takesQuery && !word.startsWith("-")) {
    const { queryCompletions } = await import("./query_completions.ts");
    for (const one of await queryCompletions(world, word)) print(world, word, one.word, one.help);
  }
  for (const { completion, brief } of await completionsOf(world, name, command, rest)) {
    if (completion !== "--") print(world, rest.at(-1)!, completion, brief);
  }
  return ExitCode.OK;
}

// Unlike when running, the word at the cursor may be the value of a global flag itself.
function withoutGlobals(words: readonly string[]): readonly string[] {
  if (words[0] === "--db-path" && words.length > 2) return withoutGlobals(words.slice(2));
  if (words[0]?.startsWith("--db-path=") && words.length > 1) return withoutGlobals(words.slice(1));
  return words;
}

function print(world: World, partial: string, completion: string, brief: string): void {
  if (!completion.startsWith(partial)) return;
  world.stdout.write(`${printable(completion)}\t${printable(brief)}\n`);
}
