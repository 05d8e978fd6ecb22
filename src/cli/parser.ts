/** The parser library over our commands: for completion, and whatever is wrong with a line. */
import {
  type Application,
  buildApplication,
  buildCommand,
  type CommandContext,
  ExitCode as ParserCode,
  help,
  type InputCompletion,
  proposeCompletions,
  run,
} from "@stricli/core";
import type { World } from "../base/world.ts";
import type { CliCommand, CliContext, FlagSpec, Word } from "./define_command.ts";
import { ExitCode, exitCodeOf } from "./exit_code.ts";
import { PARSER_TEXT } from "./parser_text.ts";
import { unmarkValue } from "./value_words.ts";

/** The context with the exit code of the command, which the library keeps if it is set. */
interface RunContext extends CliContext {
  readonly process: CommandContext["process"] & { exitCode?: number };
}

/** Runs a command on words whose values are marked, or prints what is wrong with them. */
export async function runParsed(
  world: World,
  name: string,
  command: CliCommand,
  words: readonly string[],
): Promise<number> {
  const context = contextOf(world);
  await run(applicationOf(name, command), words, context);
  const code = context.process.exitCode ?? ExitCode.OK;
  if (code >= 0) return code;
  if (code !== ParserCode.InvalidArgument) return ExitCode.FAILURE;
  world.stderr.write(`hint: See \`rr ${name} --help\`\n`);
  return ExitCode.USAGE;
}

/** What may stand in the place of the last word. */
export async function completionsOf(
  world: World,
  name: string,
  command: CliCommand,
  words: readonly string[],
): Promise<readonly InputCompletion[]> {
  return await proposeCompletions(applicationOf(name, command), words, contextOf(world));
}

function contextOf(world: World): RunContext {
  return { world, process: { stdout: world.stdout, stderr: world.stderr } };
}

function applicationOf(name: string, command: CliCommand): Application<RunContext> {
  return buildApplication<RunContext>(libraryCommand(command), {
    name: `rr ${name}`,
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: command.words !== undefined,
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

function libraryCommand(
  command: CliCommand,
): ReturnType<typeof buildCommand<object, [], RunContext>> {
  const { brief, aliases, words } = command;
  const flags = Object.entries(command.flags).map(([name, flag]) => [name, withUnmarked(flag)]);
  return buildCommand<object, [], RunContext>({
    func: async function (this: RunContext, given: object, ...rest: Word[]): Promise<void> {
      this.process.exitCode = await command.run(this.world, given, rest);
    },
    // The library checks specs against an interface; defineCommand() has had them checked.
    parameters: {
      flags: Object.fromEntries(flags),
      aliases,
      ...(words === undefined ? {} : { positional: words }),
    } as never,
    docs: { brief },
  });
}

function withUnmarked(flag: FlagSpec): FlagSpec {
  const { parse } = flag;
  if (flag.kind !== "parsed" || parse === undefined) return flag;
  return {
    ...flag,
    parse(text): unknown {
      return parse.call(this, unmarkValue(text));
    },
  };
}
