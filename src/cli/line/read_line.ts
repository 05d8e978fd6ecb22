/**
 * Words of a command line to the flags and words of a command.
 *
 * `--flag value`, `--flag=value` (whatever the value looks like), letters alone or in a bunch
 * (`-uf`), lists as `a,b` or repeated, and `--` before words that look like options. Nothing is
 * loaded for it, since `rr record` runs after every command; what is wrong is put into words elsewhere.
 */
import {
  type ChoiceSpec,
  type CliCommand,
  flagOf,
  flagsOfVerb,
  type FlagSpec,
  type ParsedSpec,
  verbOf,
  type Word,
} from "../define_command.ts";

/** What a command line says. */
export interface Line {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly words: readonly Word[];
}

/** What is wrong with a command line. */
export type Fault =
  | { readonly kind: "no-option"; readonly option: string }
  | { readonly kind: "no-value"; readonly flag: string }
  | { readonly kind: "takes-no-value"; readonly flag: string }
  | { readonly kind: "twice"; readonly flag: string }
  | {
    readonly kind: "bad-value";
    readonly flag: string;
    readonly given: string;
    readonly cause: unknown;
  }
  | { readonly kind: "contradiction"; readonly flags: readonly string[] }
  | { readonly kind: "alone"; readonly flag: string; readonly needed: string }
  | { readonly kind: "not-of-verb"; readonly flag: string; readonly verb: string | undefined }
  | { readonly kind: "no-choice"; readonly flag: string; readonly given: string }
  | { readonly kind: "missing-flag"; readonly flag: string }
  | { readonly kind: "extra-word"; readonly word: string }
  | { readonly kind: "missing-word"; readonly placeholder: string };

/** A command line that cannot be read; `line_fault.ts` says what was meant. */
export class LineError extends Error {
  /** What is wrong. */
  readonly fault: Fault;

  /** Creates the error. */
  constructor(fault: Fault) {
    super(`The command line is not valid: ${fault.kind}`);
    this.name = "LineError";
    this.fault = fault;
  }
}

/** The text of each flag as given, before it is parsed; lists not yet split. */
export interface RawLine {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
  /** The flag that still waits for its value, if the line ends there. */
  readonly waiting: string | undefined;
  /** Whether a `--` made words of all that follows. */
  readonly onlyWords: boolean;
}

/**
 * Reads the line of a command.
 *
 * @throws {LineError}
 */
export function readLine(command: CliCommand, line: readonly string[]): Line {
  const raw = splitLine(command, line);
  if (raw.waiting !== undefined) throw new LineError({ kind: "no-value", flag: raw.waiting });
  const flags: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(command.flags)) {
    flags[name] = valueOf(name, spec, raw.values.get(name));
  }
  checkTogether(command, flags);
  checkVerb(command, raw);
  return { flags, words: fittingWords(command, raw.words) };
}

/**
 * The words of a line, sorted into flags and words, without a look at the values.
 *
 * @throws {LineError} for an option that is not there, given twice, or has or lacks a value
 */
export function splitLine(command: CliCommand, line: readonly string[]): RawLine {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  let waiting: string | undefined;
  for (const [i, word] of line.entries()) {
    if (waiting !== undefined) {
      if (!isValue(command, waiting, word)) {
        throw new LineError({ kind: "no-value", flag: waiting });
      }
      keep(command, values, waiting, word);
      waiting = undefined;
    } else if (word === "--" && command.words !== undefined) {
      // A query is told of it: behind it nothing is a filter.
      words.push(...line.slice(command.takesQuery ? i : i + 1));
      return { values, words, waiting, onlyWords: true };
    } else if (isWord(command, word)) {
      words.push(word);
    } else {
      waiting = takeOption(command, values, word);
    }
  }
  return { values, words, waiting, onlyWords: false };
}

/** Notes the switches and the value of a word; the flag that needs the next word as its value. */
function takeOption(
  command: CliCommand,
  values: Map<string, string[]>,
  word: string,
): string | undefined {
  if (!word.startsWith("--")) return takeLetters(command, values, word);
  const equals = word.indexOf("=");
  const option = equals < 0 ? word : word.slice(0, equals);
  const flag = flagOf(command.flags, option);
  if (flag === undefined) throw new LineError({ kind: "no-option", option });
  if (equals >= 0) keep(command, values, flag, word.slice(equals + 1));
  else if (command.flags[flag]!.kind !== "boolean") return flag;
  else keep(command, values, flag, "true");
}

function takeLetters(
  command: CliCommand,
  values: Map<string, string[]>,
  word: string,
): string | undefined {
  const letters = [...word.slice(1)];
  for (const [i, letter] of letters.entries()) {
    const flag = Object.hasOwn(command.aliases, letter) ? command.aliases[letter] : undefined;
    if (flag === undefined) throw new LineError({ kind: "no-option", option: `-${letter}` });
    if (command.flags[flag]!.kind === "boolean") {
      keep(command, values, flag, "true");
    } else if (i === letters.length - 1) {
      return flag;
    } else {
      // `-n20`
      keep(command, values, flag, letters.slice(i + 1).join(""));
      return undefined;
    }
  }
}

// `config set <key> -3` has a word that would be an option elsewhere; no verb has letters for digits.
function isWord({ words, verbs }: CliCommand, word: string): boolean {
  return word[0] !== "-" || word === "-" || (word === "--" && words === undefined) ||
    (verbs !== undefined && /^-\d/.test(word));
}

// A word that looks like an option is one, unless it cannot be: a negative number, or after a flag
// that takes anything.
function isValue({ verbatim }: CliCommand, flag: string, word: string): boolean {
  return verbatim.includes(flag) || word[0] !== "-" || word === "-" || /^-\d/.test(word);
}

function keep(
  { flags }: CliCommand,
  values: Map<string, string[]>,
  flag: string,
  value: string,
): void {
  const spec = flags[flag]!;
  const before = values.get(flag);
  if (before !== undefined && !(spec.kind === "parsed" && spec.variadic !== undefined)) {
    throw new LineError({ kind: "twice", flag });
  }
  values.set(flag, [...before ?? [], value]);
}

function valueOf(name: string, spec: FlagSpec, given: readonly string[] | undefined): unknown {
  if (spec.kind === "boolean") {
    return given === undefined ? spec.default ?? false : onOrOff(name, given[0]!);
  }
  const texts = given ?? (spec.default === undefined ? undefined : [spec.default]);
  if (texts === undefined) {
    if (spec.optional) return undefined;
    throw new LineError({ kind: "missing-flag", flag: name });
  }
  if (spec.kind === "enum") return choice(name, spec, texts[0]!);
  if (spec.variadic === undefined) return parsed(name, spec, texts[0]!);
  return texts.flatMap((text) => text.split(spec.variadic!)).map((text) =>
    parsed(name, spec, text)
  );
}

const ON: readonly string[] = ["true", "yes", "on", "1"];
const OFF: readonly string[] = ["false", "no", "off", "0"];

function onOrOff(flag: string, text: string): boolean {
  const word = text.toLowerCase();
  if (ON.includes(word)) return true;
  if (OFF.includes(word)) return false;
  throw new LineError({ kind: "takes-no-value", flag });
}

function checkTogether(
  { excludes, needs }: CliCommand,
  flags: Readonly<Record<string, unknown>>,
): void {
  const isGiven = (name: string): boolean => flags[name] !== undefined && flags[name] !== false;
  for (const group of excludes) {
    const given = group.filter(isGiven);
    if (given.length > 1) throw new LineError({ kind: "contradiction", flags: given });
  }
  for (const [flag, needed] of Object.entries(needs)) {
    if (isGiven(flag) && !isGiven(needed)) throw new LineError({ kind: "alone", flag, needed });
  }
}

/** What belongs to another verb would have no effect, and whoever gave it would not know. */
function checkVerb(command: CliCommand, { values, words }: RawLine): void {
  const [verb] = words;
  const spec = verbOf(command.verbs, verb);
  if (spec === undefined) return;
  const taken = flagsOfVerb(command, verb);
  for (const flag of values.keys()) {
    if (!taken.includes(flag)) throw new LineError({ kind: "not-of-verb", flag, verb });
  }
  const extra = spec.words === undefined ? undefined : words[spec.words + 1];
  if (extra !== undefined) throw new LineError({ kind: "extra-word", word: extra });
}

function choice(flag: string, { values }: ChoiceSpec, given: string): string {
  if (values.includes(given)) return given;
  throw new LineError({ kind: "no-choice", flag, given });
}

function parsed(flag: string, { parse }: ParsedSpec, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new LineError({ kind: "bad-value", flag, given: text, cause });
  }
}

function fittingWords({ words: spec }: CliCommand, words: readonly string[]): readonly Word[] {
  if (spec?.kind === "array") {
    if (words.length >= (spec.minimum ?? 0)) return words;
    throw new LineError({ kind: "missing-word", placeholder: spec.parameter.placeholder });
  }
  const places = spec?.parameters ?? [];
  if (words.length > places.length) {
    throw new LineError({ kind: "extra-word", word: words[places.length]! });
  }
  return places.map(({ optional, placeholder }, i) => {
    if (i < words.length || optional) return words[i];
    throw new LineError({ kind: "missing-word", placeholder });
  });
}
