/** What a command is: flags typed by their interface, and a function of the World. */
import {
  type Aliases,
  buildCommand,
  type Command,
  type CommandContext,
  type FlagParametersForType,
  type TypedPositionalParameters,
} from "@stricli/core";
import type { World } from "../base/world.ts";
import { unmarkValue } from "./value_words.ts";

/** What a running command is given by the parser. */
export interface CliContext extends CommandContext {
  readonly world: World;
  /** Set by the command that ran. */
  readonly process: CommandContext["process"] & { exitCode?: number };
}

/** Flags that every command takes, before or after its name. */
export interface GlobalFlags {
  readonly dbPath: string | undefined;
}

/** A word after the options; `undefined` where one may be left out. */
export type Word = string | undefined;

/** A command as its file states it; `F` are its own flags, `W` its words. */
export interface CommandSpec<F extends object, W extends readonly Word[]> {
  /** One line for the list of commands. */
  readonly brief: string;
  /** What `--help` says after the brief: behaviour, variables, examples. */
  readonly details?: string;
  /** Lines of usage without `rr <command>`. */
  readonly usage: readonly string[];
  readonly flags: FlagParametersForType<F, CliContext>;
  readonly aliases?: Aliases<keyof F & string>;
  readonly words?: TypedPositionalParameters<W, CliContext>;
  /** Flags whose next word is their value whatever it looks like, in camel case. */
  readonly verbatim?: readonly (keyof F & string)[];
  /** Runs the command and gives its exit code; what it throws is printed as an error. */
  run(world: World, flags: F & GlobalFlags, words: W): number | Promise<number>;
}

/** A command ready to be run by `main()`. */
export interface CliCommand {
  readonly command: Command<CliContext>;
  readonly verbatim: readonly string[];
}

const GLOBAL_FLAGS: FlagParametersForType<GlobalFlags, CliContext> = {
  dbPath: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "file",
    brief: "History database [env RUSTORY_DB_PATH, default ~/.rustory/history.db]",
  },
};

/** Makes a command of its spec, with the global flags and values unmarked. */
export function defineCommand<F extends object, W extends readonly Word[] = []>(
  spec: CommandSpec<F, W>,
): CliCommand {
  const flags = Object.fromEntries(
    Object.entries<FlagSpec>({ ...spec.flags, ...GLOBAL_FLAGS } as Record<string, FlagSpec>)
      .map(([name, flag]) => [name, withUnmarkedValue(flag)]),
  );
  const parameters = {
    flags,
    aliases: spec.aliases ?? {},
    ...(spec.words === undefined ? {} : { positional: spec.words }),
  };
  const command = buildCommand({
    func: async function (this: CliContext, given: object, ...words: Word[]): Promise<void> {
      this.process.exitCode = await spec.run(
        this.world,
        given as F & GlobalFlags,
        words as readonly Word[] as W,
      );
    },
    // The parser checks flags against an interface, which it has done above: here any will do.
    parameters: parameters as never,
    docs: {
      brief: spec.brief,
      ...(spec.details === undefined
        ? {}
        : { fullDescription: `${spec.brief}.\n\n${spec.details}` }),
      customUsage: spec.usage,
    },
  });
  return { command: command as Command<CliContext>, verbatim: spec.verbatim ?? [] };
}

interface FlagSpec {
  readonly kind: string;
  readonly parse?: (this: CliContext, text: string) => unknown;
}

function withUnmarkedValue(flag: FlagSpec): FlagSpec {
  const { parse } = flag;
  if (flag.kind !== "parsed" || parse === undefined) return flag;
  return {
    ...flag,
    parse(text): unknown {
      return parse.call(this, unmarkValue(text));
    },
  };
}
