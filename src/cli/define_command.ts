/** What a command is: flags typed by their interface, and a function of the World. */
import type {
  Aliases,
  CommandContext,
  FlagParametersForType,
  TypedPositionalParameters,
} from "@stricli/core";
import type { World } from "../base/world.ts";

/** What completions of values and the parser are given. */
export interface CliContext extends CommandContext {
  readonly world: World;
}

/** Flags that every command takes, before or after its name. */
export interface GlobalFlags {
  readonly dbPath: string | undefined;
}

/** The specs of the flags of an interface. */
export type FlagSpecOf<F extends object> = FlagParametersForType<F, CliContext>;

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
  /** Parsers of values must not do anything but parse: they may be called twice. */
  readonly flags: FlagParametersForType<F, CliContext>;
  readonly aliases?: Aliases<keyof F & string>;
  readonly words?: TypedPositionalParameters<W, CliContext>;
  /** Flags whose next word is their value whatever it looks like, in camel case. */
  readonly verbatim?: readonly (keyof F & string)[];
  /** Whether its words are told of `--`, as one of them. @default {false} */
  readonly takesQuery?: boolean;
  /** Runs the command and gives its exit code; what it throws is printed as an error. */
  run(world: World, flags: F & GlobalFlags, words: W): number | Promise<number>;
}

/** A flag as the parsers see it. */
export interface FlagSpec {
  readonly kind: "parsed" | "enum" | "boolean" | "counter";
  readonly brief: string;
  readonly placeholder?: string;
  readonly parse?: (this: CliContext, text: string) => unknown;
  readonly values?: readonly string[];
  readonly default?: unknown;
  readonly optional?: boolean;
  readonly variadic?: boolean | string;
}

/** The words as the parsers see them. */
export interface WordsSpec {
  readonly kind: "array" | "tuple";
  readonly parameters?: readonly { readonly optional?: boolean }[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A command ready to be run by `main()`, whatever its flags. */
export interface CliCommand {
  readonly brief: string;
  readonly details: string | undefined;
  readonly usage: readonly string[];
  /** The global ones included. */
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly words: WordsSpec | undefined;
  readonly verbatim: readonly string[];
  readonly takesQuery: boolean;
  run(world: World, flags: object, words: readonly Word[]): number | Promise<number>;
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

/** Makes a command of its spec, with the global flags. */
export function defineCommand<F extends object, W extends readonly Word[] = []>(
  spec: CommandSpec<F, W>,
): CliCommand {
  return {
    brief: spec.brief,
    details: spec.details,
    usage: spec.usage,
    flags: { ...spec.flags, ...GLOBAL_FLAGS } as Readonly<Record<string, FlagSpec>>,
    aliases: spec.aliases ?? {} as Readonly<Record<string, string>>,
    words: spec.words as WordsSpec | undefined,
    verbatim: spec.verbatim ?? [],
    takesQuery: spec.takesQuery ?? false,
    run: (world, flags, words) => spec.run(world, flags as F & GlobalFlags, words as W),
  };
}
