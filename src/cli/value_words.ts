/**
 * Words of the command line that are values although they look like flags.
 *
 * The parser takes `--cmd -x` for two flags, and the value of `--cmd=...` only up to a newline. A
 * word that is certainly a value is marked with a NUL, which no argument of a process can hold, and
 * unmarked when its flag is read.
 */

const MARK = "\0";

/** The words with the values of flags split off and marked. */
export function markValues(
  words: readonly string[],
  takesValue: ReadonlySet<string>,
  verbatim: ReadonlySet<string>,
): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return [...out, ...words.slice(i)];
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (equals > 0 && takesValue.has(name)) {
      out.push(name, MARK + word.slice(equals + 1));
    } else if (i + 1 < words.length && mustBeValue(name, words[i + 1]!, takesValue, verbatim)) {
      out.push(word, MARK + words[++i]!);
    } else {
      out.push(word);
    }
  }
  return out;
}

function mustBeValue(
  name: string,
  next: string,
  takesValue: ReadonlySet<string>,
  verbatim: ReadonlySet<string>,
): boolean {
  return verbatim.has(name) || (takesValue.has(name) && /^-\d/.test(next));
}

/** Whether the word is certainly a value. */
export function isMarked(word: string): boolean {
  return word.startsWith(MARK);
}

/** The word as it was typed. */
export function unmarkValue(word: string): string {
  return word.startsWith(MARK) ? word.slice(MARK.length) : word;
}

/** `rr --db-path x search` as `rr search --db-path x`: global flags may stand before the command. */
export function hoistGlobals(words: readonly string[], withValue: ReadonlySet<string>): string[] {
  const globals: string[] = [];
  let i = 0;
  while (i < words.length && words[i]!.startsWith("--")) {
    const word = words[i]!;
    if (!withValue.has(word.split("=", 1)[0]!)) break;
    globals.push(word);
    i++;
    if (!word.includes("=") && i < words.length) globals.push(words[i++]!);
  }
  if (i === 0 || i >= words.length) return [...words];
  return [words[i]!, ...globals, ...words.slice(i + 1)];
}

/** The option of a flag: `--db-path` for `dbPath`. */
export function optionName(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
