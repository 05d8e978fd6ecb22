/** From a command line to an exit code. */
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { VERSION } from "../version.ts";
import { type RuntimeGlobals, runtimeTooOld } from "../world/oldest_runtime.ts";
import { systemWorld } from "../world/system.ts";
import type { CliCommand } from "./define_command.ts";
import { ExitCode, exitCodeOf } from "./exit_code.ts";
import { LOADABLE, loadCommand, type LoadedCommand } from "./load_command.ts";
import { parsePlain } from "./parse_plain.ts";
import { hoistGlobals, markValues, optionName } from "./value_words.ts";

type LoadCommand = (name: string) => Promise<LoadedCommand>;

const GLOBALS_WITH_VALUE: ReadonlySet<string> = new Set(["--db-path"]);

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(): Promise<never> {
  const world = await systemWorld();
  const complaint = runtimeTooOld(globalThis as RuntimeGlobals);
  if (complaint !== undefined) {
    world.stderr.write(`${complaint}\n`);
    return world.exit(ExitCode.FAILURE);
  }
  return world.exit(await main(world));
}

/**
 * Runs the command line `world.args` and resolves to its exit code; never rejects. Errors are
 * printed to stderr as `error: cause: cause`, with what to do next on a second line.
 */
export async function main(
  world: World,
  load: LoadCommand = loadCommand,
): Promise<number> {
  try {
    return await dispatch(world, load, hoistGlobals(world.args, GLOBALS_WITH_VALUE));
  } catch (error) {
    const { formatError } = await import("./print.ts");
    world.stderr.write(`${formatError(error)}\n`);
    printStack(world, error);
    return exitCodeOf(error);
  }
}

async function dispatch(
  world: World,
  load: LoadCommand,
  args: readonly string[],
): Promise<number> {
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
      if (words.length > 0) return await dispatch(world, load, [...words, "--help"]);
      world.stdout.write((await import("./overview.ts")).overview());
      return ExitCode.OK;
    case "--help":
    case "-h":
      world.stdout.write((await import("./overview.ts")).overview());
      return ExitCode.OK;
    case "__complete":
      return await (await import("./complete.ts")).complete(world, words);
    default:
      return await runCommand(world, load, name, words);
  }
}

async function runCommand(
  world: World,
  load: LoadCommand,
  name: string,
  words: readonly string[],
): Promise<number> {
  if (!LOADABLE.includes(name)) throw await unknownCommand(name);
  const { command } = await load(name);
  const marked = markedWords(command, words);
  if (asksForHelp(marked)) {
    world.stdout.write((await import("./help.ts")).helpOf(name, command));
    return ExitCode.OK;
  }
  const process = { stdout: world.stdout, stderr: world.stderr };
  const plain = parsePlain(command, marked, { world, process });
  if (plain !== undefined) return await command.run(world, plain.flags, plain.words);
  const { runParsed } = await import("./parser.ts");
  return await runParsed(world, name, command, marked);
}

async function unknownCommand(name: string): Promise<RrError> {
  const { mostSimilar } = await import("../base/similar.ts");
  const similar = mostSimilar(name, LOADABLE);
  const what = name.startsWith("-") ? "option" : "command";
  return new RrError("usage", `There is no ${what} ${JSON.stringify(name)}`, {
    hint: similar === undefined
      ? "See `rr --help` for all commands"
      : `Did you mean \`rr ${similar}\`?`,
  });
}

function markedWords(
  { flags, verbatim, takesQuery }: CliCommand,
  words: readonly string[],
): string[] {
  const withValue = Object.keys(flags).filter((name) => flags[name]!.kind === "parsed");
  const marked = markValues(
    words,
    new Set(withValue.map(optionName)),
    new Set(verbatim.map(optionName)),
  );
  // The parsers take one of them away.
  const end = takesQuery ? marked.indexOf("--") : -1;
  return end < 0 ? marked : marked.toSpliced(end, 0, "--");
}

function asksForHelp(marked: readonly string[]): boolean {
  const end = marked.indexOf("--");
  const options = end < 0 ? marked : marked.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

// For a report of a bug; the messages alone never hold command text, stacks do not either.
function printStack(world: World, error: unknown): void {
  if (world.env("RUSTORY_LOG_LEVEL") !== "debug" || !(error instanceof Error)) return;
  world.stderr.write(`${error.stack ?? ""}\n`);
}
