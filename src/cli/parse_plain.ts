/**
 * Reads a plain, valid command line without the parser library, which alone would cost a third of
 * the time of `rr record`. Whatever is unusual or wrong is left to the library: it knows how to say
 * what was meant. Both read the same specs, and a test holds them against each other.
 */
import type { CliCommand, CliContext, FlagSpec, Word } from "./define_command.ts";
import { isMarked, optionName, unmarkValue } from "./value_words.ts";

/** What a command line says. */
export interface PlainLine {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly words: readonly Word[];
}

/** The flags and words of a line, or `undefined` if the library has to read it. */
export function parsePlain(
  command: CliCommand,
  line: readonly string[],
  context: CliContext,
): PlainLine | undefined {
  const inputs = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < line.length; i++) {
    const word = line[i]!;
    if (word === "--" && command.words !== undefined) {
      words.push(...line.slice(i + 1));
      break;
    }
    if (word[0] !== "-" || word === "-") {
      words.push(word);
      continue;
    }
    const name = flagNamed(command, word);
    if (name === undefined) return undefined;
    const spec = command.flags[name]!;
    const value = spec.kind === "boolean" ? "true" : line[++i];
    if (value === undefined || (value[0] === "-" && value !== "-")) return undefined;
    if (!store(inputs, name, spec, value)) return undefined;
  }
  const flags = valuesOf(command, inputs, context);
  const given = flags && fittingWords(command, words);
  return given && { flags, words: given };
}

function flagNamed(command: CliCommand, word: string): string | undefined {
  if (word.length === 2) return command.aliases[word[1]!];
  return Object.keys(command.flags).find((name) => optionName(name) === word);
}

function store(
  inputs: Map<string, string[]>,
  name: string,
  { kind, variadic = false }: FlagSpec,
  value: string,
): boolean {
  const before = inputs.get(name);
  if (kind === "counter" || (before !== undefined && variadic === false)) return false;
  const parts = typeof variadic === "string" ? splitValue(value, variadic) : [value];
  inputs.set(name, [...before ?? [], ...parts]);
  return true;
}

// Only the first part carries the mark, as with the library.
function splitValue(value: string, separator: string): string[] {
  return isMarked(value) ? unmarkValue(value).split(separator) : value.split(separator);
}

function valuesOf(
  command: CliCommand,
  inputs: ReadonlyMap<string, readonly string[]>,
  context: CliContext,
): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  try {
    for (const [name, spec] of Object.entries(command.flags)) {
      const value = valueOf(spec, inputs.get(name), context);
      if (value === REFUSED) return undefined;
      values[name] = value;
    }
  } catch {
    return undefined;
  }
  return values;
}

const REFUSED = Symbol("refused");

function valueOf(
  spec: FlagSpec,
  inputs: readonly string[] | undefined,
  context: CliContext,
): unknown {
  if (spec.kind === "boolean") {
    return inputs !== undefined || (spec.default ?? (spec.optional ? undefined : false));
  }
  if (inputs === undefined) {
    if (spec.default === undefined) return spec.optional ? undefined : REFUSED;
    return typeof spec.default === "string" ? oneValue(spec, spec.default, context) : REFUSED;
  }
  if (!spec.variadic) return oneValue(spec, inputs[0]!, context);
  const all = inputs.map((input) => oneValue(spec, input, context));
  return all.includes(REFUSED) ? REFUSED : all;
}

function oneValue(spec: FlagSpec, input: string, context: CliContext): unknown {
  if (spec.kind === "enum") return spec.values?.includes(input) ? input : REFUSED;
  const value = spec.parse!.call(context, unmarkValue(input));
  return value instanceof Promise ? REFUSED : value;
}

function fittingWords({ words: spec }: CliCommand, words: string[]): Word[] | undefined {
  if (spec === undefined) return words.length === 0 ? [] : undefined;
  if (spec.kind === "array") {
    const fits = words.length >= (spec.minimum ?? 0) && words.length <= (spec.maximum ?? Infinity);
    return fits ? words : undefined;
  }
  const parameters = spec.parameters ?? [];
  if (words.length > parameters.length) return undefined;
  const complete = parameters.every(({ optional }, i) => i < words.length || optional === true);
  return complete ? parameters.map((_, i) => words[i]) : undefined;
}
