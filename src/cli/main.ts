/** From a command line to an exit code. */
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { VERSION } from "../version.ts";
import { type RuntimeGlobals, runtimeTooOld } from "../world/oldest_runtime.ts";
import { systemWorld } from "../world/system.ts";
import { COMMANDS, isCommand, type LoadedCommand } from "./commands.ts";
import type { CliCommand } from "./define_command.ts";
import { ExitCode, exitCodeOf } from "./exit_code.ts";
import { type Line, LineError, readLine } from "./line/read_line.ts";

type LoadCommand = (name: string) => Promise<LoadedCommand>;

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(): Promise<never> {
  const world = await systemWorld();
  const complaint = runtimeTooOld(globalThis as RuntimeGlobals);
  if (complaint !== undefined) {
    world.stderr.write(`error: ${complaint}\n`);
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
  load: LoadCommand = (name) => COMMANDS[name]!.load(),
): Promise<number> {
  try {
    return await dispatch(world, load, globalsBehind(world.args));
  } catch (error) {
    const { printError } = await import("./print/print.ts");
    printError(world, error);
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
      world.stderr.write((await import("./line/overview.ts")).overview(world.stderr));
      return ExitCode.USAGE;
    case "--version":
    case "-V":
      world.stdout.write(`rr ${VERSION}\n`);
      return ExitCode.OK;
    case "help":
    case "--help":
    case "-h":
      if (words[0] !== undefined && !words[0].startsWith("-")) {
        return await dispatch(world, load, [...words, "--help"]);
      }
      world.stdout.write((await import("./line/overview.ts")).overview(world.stdout));
      return ExitCode.OK;
    case "__complete":
      return await (await import("./line/complete.ts")).complete(world, words);
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
  if (!isCommand(name)) {
    throw (await import("./line/line_fault.ts")).unknownCommand(name, Object.keys(COMMANDS));
  }
  const { command } = await load(name);
  const line = await lineOrFault(name, command, words);
  if (line === "help") {
    world.stdout.write((await import("./line/help.ts")).helpOf(name, command, world.stdout));
    return ExitCode.OK;
  }
  try {
    return await command.run(world, line.flags, line.words);
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "usage" || error.hint !== undefined) {
      throw error;
    }
    const hint = `See \`rr ${name} --help\``;
    throw new RrError("usage", error.message, { cause: error.cause, hint });
  }
}

async function lineOrFault(
  name: string,
  command: CliCommand,
  words: readonly string[],
): Promise<Line | "help"> {
  if (words.some((word) => word === "--help" || word === "-h")) {
    const { asksForHelp } = await import("./line/help.ts");
    if (asksForHelp(command, words)) return "help";
  }
  try {
    return readLine(command, words);
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    throw (await import("./line/line_fault.ts")).lineFault(name, command, error.fault);
  }
}

/** `rr --db-path x search` as `rr search --db-path x`: global flags may stand before the command. */
export function globalsBehind(args: readonly string[]): readonly string[] {
  const globals: string[] = [];
  let i = 0;
  while (args[i] === "--db-path" || args[i]?.startsWith("--db-path=")) {
    const length = args[i] === "--db-path" ? 2 : 1;
    globals.push(...args.slice(i, i + length));
    i += length;
  }
  if (i === 0 || i >= args.length) return args;
  return [args[i]!, ...globals, ...args.slice(i + 1)];
}

// For a report of a bug; the messages alone never hold command text, stacks do not either.
function printStack(world: World, error: unknown): void {
  if (world.env("RUSTORY_LOG_LEVEL") !== "debug" || !(error instanceof Error)) return;
  world.stderr.write(`${error.stack ?? ""}\n`);
}
