/** What a command is: flags typed by their interface, and a function of the World. */
import type { World } from "../base/world.ts";

/** Flags that every command takes, before or after its name. */
export interface GlobalFlags {
  readonly dbPath: string | undefined;
}

/** A value that completion offers, with what it means. */
export interface Proposal {
  readonly completion: string;
  readonly brief: string;
}

/** A flag that is on or off. */
export interface SwitchSpec {
  readonly kind: "boolean";
  readonly brief: string;
  readonly default?: boolean;
}

/** A flag whose value is text that is parsed. */
export interface ParsedSpec<T = unknown> {
  readonly kind: "parsed";
  readonly brief: string;
  /** Must not do anything but parse: what it throws becomes `Cannot use "value" for --flag: ...`. */
  readonly parse: (text: string) => T;
  /** What the value is called in help; `file` and `folder` are completed as such. */
  readonly placeholder?: string;
  /** The text that is parsed when the flag is not given. */
  readonly default?: string;
  readonly optional?: boolean;
  /** No message repeats its value. */
  readonly secret?: boolean;
  /** Given as `a,b`, repeated, or both, and a list then. */
  readonly variadic?: ",";
  /** Values that completion offers. */
  readonly proposals?: readonly Proposal[];
}

/** A flag whose value is one of a few words. */
export interface ChoiceSpec<T extends string = string> {
  readonly kind: "enum";
  readonly brief: string;
  readonly values: readonly T[];
  readonly placeholder?: string;
  readonly default?: T;
  readonly optional?: boolean;
}

/** A flag, whatever its type. */
export type FlagSpec = SwitchSpec | ParsedSpec | ChoiceSpec;

type ValueSpec<T> = [T] extends [readonly (infer E)[]] ? ParsedSpec<E> & { readonly variadic: "," }
  : [T] extends [string] ? ParsedSpec<T> | ChoiceSpec<T>
  : ParsedSpec<T>;

type SpecOf<T> = [T] extends [boolean] ? SwitchSpec
  : undefined extends T ? ValueSpec<Exclude<T, undefined>> & { readonly optional: true }
  : ValueSpec<T> & { readonly optional?: false };

/** The specs of the flags of an interface: a flag that may be `undefined` is `optional`. */
export type FlagSpecOf<F extends object> = { readonly [K in keyof F]-?: SpecOf<F[K]> };

/** A word after the options; `undefined` where one may be left out. */
export type Word = string | undefined;

/** A word in its place. */
export interface WordSpec {
  readonly brief: string;
  readonly placeholder: string;
  readonly optional?: boolean;
  /** Words that completion offers. */
  readonly proposals?: readonly Proposal[];
  /** Words that begin with what is typed, where there are too many to list. */
  readonly propose?: (typed: string) => readonly string[];
}

/** Words, each in its own place. */
export interface TupleWords {
  readonly kind: "tuple";
  readonly parameters: readonly WordSpec[];
}

/** Any number of words of one kind. */
export interface ArrayWords {
  readonly kind: "array";
  readonly parameter: WordSpec;
  readonly minimum?: number;
}

/** The words as the reader of lines sees them. */
export type WordsSpec = TupleWords | ArrayWords;

/** What the first word of a command that has several verbs may be. */
export interface VerbSpec<Flag extends string = string> {
  /** What completion says of it. */
  readonly brief: string;
  /** Flags that mean something for it, besides the global ones; all others are refused. */
  readonly flags?: readonly Flag[];
  /** Most words behind it. @default {those of the command, which looks at them itself} */
  readonly words?: number;
}

/** Verbs by their word; the first is meant where none is given and none has to be. */
export type VerbsSpec<Flag extends string = string> = Readonly<Record<string, VerbSpec<Flag>>>;

/** A command as its file states it; `F` are its own flags, `W` its words. */
export interface CommandSpec<F extends object, W extends readonly Word[]> {
  /** Lines of usage without `rr <command>`. */
  readonly usage: readonly string[];
  /** What `--help` says after the brief of the command table: behaviour, variables, examples. */
  readonly details: string;
  readonly flags: FlagSpecOf<F>;
  /** Letters for flags. */
  readonly aliases?: Readonly<Record<string, keyof F & string>>;
  readonly words?: number extends W["length"] ? ArrayWords : TupleWords;
  /** What its first word may be, if that is a verb. */
  readonly verbs?: VerbsSpec<keyof F & string>;
  /** Flags whose next word is their value whatever it looks like. */
  readonly verbatim?: readonly (keyof F & string)[];
  /** Groups of flags of which a line may give one: they contradict each other. */
  readonly excludes?: readonly (readonly (keyof F & string)[])[];
  /** Flags that mean something only beside another one. */
  readonly needs?: Readonly<Partial<Record<keyof F & string, keyof F & string>>>;
  /** Whether its words are told of `--`, as one of them. @default {false} */
  readonly takesQuery?: boolean;
  /** Runs the command and gives its exit code; what it throws is printed as an error. */
  run(world: World, flags: F & GlobalFlags, words: W): number | Promise<number>;
}

/** A command ready to be run by `main()`, whatever its flags. */
export interface CliCommand {
  readonly usage: readonly string[];
  readonly details: string;
  /** The global ones included. */
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly words: WordsSpec | undefined;
  readonly verbs: VerbsSpec | undefined;
  readonly verbatim: readonly string[];
  readonly excludes: readonly (readonly string[])[];
  readonly needs: Readonly<Record<string, string>>;
  readonly takesQuery: boolean;
  run(world: World, flags: object, words: readonly Word[]): number | Promise<number>;
}

const GLOBAL_FLAGS: FlagSpecOf<GlobalFlags> = {
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
    usage: spec.usage,
    details: spec.details,
    flags: { ...spec.flags, ...GLOBAL_FLAGS } as Readonly<Record<string, FlagSpec>>,
    aliases: spec.aliases ?? {},
    words: spec.verbs === undefined ? spec.words : wordsWithVerbs(spec.words, spec.verbs),
    verbs: spec.verbs,
    verbatim: spec.verbatim ?? [],
    excludes: spec.excludes ?? [],
    needs: (spec.needs ?? {}) as Readonly<Record<string, string>>,
    takesQuery: spec.takesQuery ?? false,
    run: (world, flags, words) =>
      // The specs of flags and words say that the reader of lines makes just these.
      spec.run(world, flags as F & GlobalFlags, words as unknown as W),
  };
}

// Completion offers the verbs in the place of the first word.
function wordsWithVerbs(words: WordsSpec | undefined, verbs: VerbsSpec): WordsSpec | undefined {
  if (words?.kind !== "tuple") return words;
  const [verb, ...rest] = words.parameters;
  const proposals = Object.entries(verbs).map(([completion, { brief }]) => ({ completion, brief }));
  return { kind: "tuple", parameters: [{ ...verb!, proposals }, ...rest] };
}

/** The flags that a line of a command may give; all of them where its verb is not known. */
export function flagsOfVerb(
  { flags, verbs }: CliCommand,
  word: string | undefined,
): readonly string[] {
  const all = Object.keys(flags);
  const verb = verbOf(verbs, word);
  if (verb === undefined) return all;
  return [...verb.flags ?? [], ...all.filter((flag) => flag in GLOBAL_FLAGS)];
}

/** What the first word of a line says; `undefined` where there are no verbs, or not this one. */
export function verbOf(
  verbs: VerbsSpec | undefined,
  word: string | undefined,
): VerbSpec | undefined {
  const name = word ?? Object.keys(verbs ?? {})[0];
  return verbs !== undefined && name !== undefined && Object.hasOwn(verbs, name)
    ? verbs[name]
    : undefined;
}

/** The flag of an option, if there is one: `dbPath` for `--db-path`. */
export function flagOf(flags: CliCommand["flags"], option: string): string | undefined {
  const name = option.slice(2).replaceAll(/-[a-z]/g, (pair) => pair[1]!.toUpperCase());
  return Object.hasOwn(flags, name) && optionName(name) === option ? name : undefined;
}

/** The option of a flag: `--db-path` for `dbPath`. */
export function optionName(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
