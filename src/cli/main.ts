/** From a command line to an exit code. */
import { buildApplication, ExitCode as ParserCode, help, run } from "@stricli/core";
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { mostSimilar } from "../config/similar.ts";
import { VERSION } from "../version.ts";
import { COMMANDS } from "./commands.ts";
import type { CliCommand, CliContext } from "./define_command.ts";
import { ExitCode, exitCodeOf } from "./exit_code.ts";
import { PARSER_TEXT } from "./parser_text.ts";
import { formatError } from "./print.ts";
import { hoistGlobals, markValues, optionName } from "./value_words.ts";

const GLOBALS_WITH_VALUE: ReadonlySet<string> = new Set(["--db-path"]);

/**
 * Runs the command line `world.args` and resolves to its exit code; never rejects. Errors are
 * printed to stderr as `error: cause: cause`, with what to do next on a second line.
 */
export async function main(world: World): Promise<number> {
  try {
    return await dispatch(world, hoistGlobals(world.args, GLOBALS_WITH_VALUE));
  } catch (error) {
    world.stderr.write(`${formatError(error)}\n`);
    printStack(world, error);
    return exitCodeOf(error);
  }
}

async function dispatch(world: World, args: readonly string[]): Promise<number> {
  const [name, ...words] = args;
  switch (name) {
    case undefined:
      world.stderr.write((await import("./overview.ts")).overview());
      return ExitCode.USAGE;
    case "--version":
    case "-V":
      world.stdout.write(`rr ${VERSION}\n`);
      return ExitCode.OK;
    case "help":
      if (words.length > 0) return await dispatch(world, [...words, "--help"]);
      world.stdout.write((await import("./overview.ts")).overview());
      return ExitCode.OK;
    case "--help":
    case "-h":
      world.stdout.write((await import("./overview.ts")).overview());
      return ExitCode.OK;
    case "__complete":
      return await (await import("./complete.ts")).complete(world, words);
    default:
      return await runCommand(world, name, words);
  }
}

async function runCommand(world: World, name: string, words: readonly string[]): Promise<number> {
  const { command } = await rowOf(name).load();
  const app = buildParser(name, command);
  const process: CliContext["process"] = { stdout: world.stdout, stderr: world.stderr };
  await run(app, markedWords(command, words), { world, process });
  const code = process.exitCode ?? ExitCode.OK;
  if (code >= 0) return code;
  if (code === ParserCode.InvalidArgument) {
    world.stderr.write(`hint: See \`rr ${name} --help\`\n`);
    return ExitCode.USAGE;
  }
  return ExitCode.FAILURE;
}

function rowOf(name: string): typeof COMMANDS[string] {
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row !== undefined) return row;
  const similar = mostSimilar(name, Object.keys(COMMANDS));
  const what = name.startsWith("-") ? "option" : "command";
  throw new RrError("usage", `There is no ${what} ${JSON.stringify(name)}`, {
    hint: similar === undefined
      ? "See `rr --help` for all commands"
      : `Did you mean \`rr ${similar}\`?`,
  });
}

/** The parser for the words after the name of a command. */
export function buildParser(
  name: string,
  { command }: CliCommand,
): ReturnType<typeof buildApplication<CliContext>> {
  return buildApplication<CliContext>(command, {
    name: `rr ${name}`,
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: command.parameters.positional !== undefined,
    },
    localization: { text: PARSER_TEXT },
    determineExitCode: exitCodeOf,
  }, {
    help: help({
      brief: PARSER_TEXT.briefs.help,
      formatting: {
        caseStyle: "convert-camel-to-kebab",
        useAliasInUsageLine: false,
        onlyRequiredInUsageLine: true,
      },
    }),
  });
}

function markedWords({ command, verbatim }: CliCommand, words: readonly string[]): string[] {
  const flags = Object.entries(command.parameters.flags ?? {});
  const withValue = flags.filter(([, flag]) => flag.kind === "parsed").map(([name]) =>
    optionName(name)
  );
  return markValues(words, new Set(withValue), new Set(verbatim.map(optionName)));
}

// For a report of a bug; the messages alone never hold command text, stacks do not either.
function printStack(world: World, error: unknown): void {
  if (world.env("RUSTORY_LOG_LEVEL") !== "debug" || !(error instanceof Error)) return;
  world.stderr.write(`${error.stack ?? ""}\n`);
}
