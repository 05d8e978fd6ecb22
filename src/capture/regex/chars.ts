/**
 * Tests for single characters. JavaScript's own expressions know Unicode's properties and its simple
 * case folding, which are the ones that Rust's `regex` uses; each is asked about one character only.
 */
import { type CharTest, type Flags, PatternError } from "./syntax.ts";

type Letters = Pick<Flags, "ignoreCase" | "unicode">;

const MOST_CACHED = 4096;

/** One character. */
export function literal(codePoint: number, flags: Letters): CharTest {
  return range(codePoint, codePoint, flags);
}

/** All characters from `first` to `last`. */
export function range(first: number, last: number, { ignoreCase, unicode }: Letters): CharTest {
  if (!ignoreCase) return (c) => c >= first && c <= last;
  if (!unicode) return (c) => [c, otherAsciiCase(c)].some((d) => d >= first && d <= last);
  return compiled(`[${escaped(first)}-${escaped(last)}]`, "iu");
}

/** The characters that `test` does not hold. */
export function not(test: CharTest): CharTest {
  return (c) => !test(c);
}

// `\w` as Unicode's Technical Standard 18 has it; `\s` and `\d` likewise.
const PERL: Readonly<Record<"w" | "d" | "s", readonly [unicode: string, ascii: string]>> = {
  w: ["[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]", "[0-9A-Za-z_]"],
  d: ["\\p{Nd}", "[0-9]"],
  s: ["\\p{White_Space}", "[\\t-\\r ]"],
};

const perlTests = new Map<string, CharTest>();

/** `\w`, `\d` or `\s`. Folding case adds nothing to them but U+017F and U+212A, which are letters. */
export function perlClass(name: "w" | "d" | "s", unicode: boolean): CharTest {
  const source = PERL[name][unicode ? 0 : 1];
  let test = perlTests.get(source);
  if (test === undefined) perlTests.set(source, test = compiled(source, "u"));
  return test;
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: "\\t ",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t-\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/** `[:alpha:]` and the like: ASCII in Rust too; `undefined` for a name that there is not. */
export function posixClass(name: string, { ignoreCase, unicode }: Letters): CharTest | undefined {
  const inner = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
  if (inner === undefined) return undefined;
  const test = compiled(`[${inner}]`, ignoreCase && unicode ? "iu" : "u");
  if (!ignoreCase || unicode) return test;
  return (c) => test(c) || test(otherAsciiCase(c));
}

/**
 * `\p{...}`. Rust takes names in any case and with blanks, hyphens or underscores; so does this, as far
 * as words are told apart.
 *
 * @throws {PatternError} for a property that JavaScript does not know
 */
export function property(text: string, ignoreCase: boolean): CharTest {
  for (const name of propertyNames(text)) {
    try {
      return compiled(`\\p{${name}}`, ignoreCase ? "iu" : "u");
    } catch {
      // Not this one.
    }
  }
  throw new PatternError(`the property \\p{${text}} is not known`);
}

function propertyNames(text: string): string[] {
  const [key, value] = text.split(/\s*[=:]\s*/, 2) as [string, string?];
  if (value === undefined) {
    return [...spellings(key), ...spellings(key).map((name) => `Script=${name}`)];
  }
  const kinds: Readonly<Record<string, string>> = {
    gc: "General_Category",
    generalcategory: "General_Category",
    sc: "Script",
    script: "Script",
    scx: "Script_Extensions",
    scriptextensions: "Script_Extensions",
  };
  const kind = kinds[key.toLowerCase().replace(/[\s_-]/g, "")];
  return kind === undefined ? [] : spellings(value).map((name) => `${kind}=${name}`);
}

function spellings(text: string): string[] {
  const words = text.trim().split(/[\s_-]+/).filter((word) => word !== "");
  const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
  const name = capital.join("_");
  // Two-letter names are written in several ways: Lu, LC, Any, ASCII.
  return [words.join("_"), name, name.toUpperCase()];
}

function compiled(source: string, flags: "u" | "iu"): CharTest {
  const expression = new RegExp(`^${source}$`, flags);
  const known = new Map<number, boolean>();
  return (c) => {
    let answer = known.get(c);
    if (answer === undefined) {
      answer = expression.test(String.fromCodePoint(c));
      if (known.size < MOST_CACHED) known.set(c, answer);
    }
    return answer;
  };
}

function escaped(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

function otherAsciiCase(c: number): number {
  const isLetter = (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
  return isLetter ? c ^ 0x20 : c;
}
