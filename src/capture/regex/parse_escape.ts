/** What follows a backslash. */
import { not, perlClass, property } from "./chars.ts";
import type { Reader } from "./reader.ts";
import { type CharTest, type Flags, PatternError, type Place } from "./syntax.ts";

/** One character, a class of them, or a condition on a place. */
export type Escape =
  | { readonly kind: "literal"; readonly codePoint: number }
  | { readonly kind: "class"; readonly test: CharTest }
  | { readonly kind: "place"; readonly place: Place };

const CONTROLS: Readonly<Record<string, number>> = {
  a: 7,
  f: 12,
  t: 9,
  n: 10,
  r: 13,
  v: 11,
};
const PLACES: Readonly<Record<string, Place>> = {
  A: "text-start",
  z: "text-end",
  b: "word-boundary",
  B: "no-word-boundary",
  "<": "word-start",
  ">": "word-end",
};
const WORD_PLACES: Readonly<Record<string, Place>> = {
  start: "word-start",
  end: "word-end",
  "start-half": "word-start-half",
  "end-half": "word-end-half",
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const LAST_CODE_POINT = 0x10ffff;

/** Reads what follows a backslash. @throws {PatternError} for what Rust's `regex` refuses too */
export function parseEscape(reader: Reader, flags: Flags): Escape {
  const char = reader.next();
  if (/[0-9]/.test(char)) throw new PatternError("back-references are not supported");
  if (Object.hasOwn(CONTROLS, char)) return { kind: "literal", codePoint: CONTROLS[char]! };
  if (char === "b" && reader.peek() === "{" && /[A-Za-z-]/.test(reader.peek(1))) {
    return { kind: "place", place: wordPlace(reader) };
  }
  if (Object.hasOwn(PLACES, char)) return { kind: "place", place: PLACES[char]! };
  if (Object.hasOwn(HEX_DIGITS, char)) {
    return { kind: "literal", codePoint: hexCode(reader, HEX_DIGITS[char]!) };
  }
  if (/[wdsWDS]/.test(char)) {
    const test = perlClass(char.toLowerCase() as "w" | "d" | "s", flags.unicode);
    return { kind: "class", test: char < "a" ? outside(test, flags) : test };
  }
  if (char === "p" || char === "P") return { kind: "class", test: named(reader, char, flags) };
  if (/^[^0-9A-Za-z]$/.test(char) && char < "\x7f") {
    return { kind: "literal", codePoint: char.codePointAt(0)! };
  }
  throw new PatternError(`\\${char} is not known`);
}

/** What `test` does not hold. @throws {PatternError} without Unicode: it would match half a character */
export function outside(test: CharTest, { unicode }: Flags): CharTest {
  if (!unicode) {
    throw new PatternError("(?-u) may not leave out classes of ASCII or be used with .");
  }
  return not(test);
}

function wordPlace(reader: Reader): Place {
  reader.next();
  const name = reader.takeUntil("}");
  const place = name === undefined || !Object.hasOwn(WORD_PLACES, name)
    ? undefined
    : WORD_PLACES[name];
  if (place === undefined) {
    throw new PatternError("\\b{...} must be start, end, start-half or end-half");
  }
  return place;
}

function hexCode(reader: Reader, digits: number): number {
  const text = reader.take("{")
    ? reader.takeUntil("}") ?? ""
    : Array.from({ length: digits }, () => reader.next()).join("");
  const code = /^[0-9A-Fa-f]{1,8}$/.test(text) ? parseInt(text, 16) : NaN;
  if (!(code <= LAST_CODE_POINT) || (code >= 0xd800 && code <= 0xdfff)) {
    throw new PatternError(`"${text}" is no code of a character`);
  }
  return code;
}

function named(reader: Reader, kind: "p" | "P", flags: Flags): CharTest {
  if (!flags.unicode) throw new PatternError("\\p cannot be used with (?-u)");
  let name: string | undefined = reader.next();
  if (name === "{") name = reader.takeUntil("}");
  if (name === undefined) throw new PatternError("\\p{ is never closed");
  const differs = /^([^=!]*)!=(.*)$/s.exec(name);
  const test = property(
    differs === null ? name : `${differs[1]}=${differs[2]}`,
    flags.ignoreCase,
  );
  return (kind === "P") !== (differs !== null) ? not(test) : test;
}
