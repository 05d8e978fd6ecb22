/** What kinds of values a setting may have, and how each is read from text and from TOML. */
import { expandHome } from "./paths.ts";

/** A value that breaks the rule of its setting. Never repeats the value: it may be a token. */
export class ValueError extends Error {
  /** Creates the error; `rule` completes "expected ...". */
  constructor(rule: string) {
    super(`expected ${rule}`);
    this.name = "ValueError";
  }
}

/** How values of type `T` are read. Both functions throw {@linkcode ValueError}. */
export interface Kind<T> {
  /** From an environment variable or a flag, trimmed and not blank. */
  fromText(text: string, home: string): T;
  /** From the config file; `undefined` if it is blank and so counts as unset. */
  fromToml(value: unknown, home: string): T | undefined;
}

/** Text of one line. */
export const TEXT: Kind<string> = kindOfText((text) => text);

/** A path; `~/` is the home folder. */
export const PATH: Kind<string> = kindOfText(expandHome);

/** One of the given words, any case. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return kindOfText((text) => {
    const found = words.find((word) => word === text.toLowerCase());
    if (found === undefined) throw new ValueError(words.map((w) => `"${w}"`).join(" or "));
    return found;
  });
}

/** Text of one line that passes a check; a `SyntaxError` of it completes "expected ...". */
function checkedText(check: (text: string) => void): Kind<string> {
  return kindOfText((text) => checked(text, check));
}

/** As {@linkcode checkedText}, and in TOML a whole number as well. */
export function checkedTextOrNumber(check: (text: string) => void): Kind<string> {
  const kind = checkedText(check);
  return {
    ...kind,
    fromToml: (value, home) =>
      typeof value === "number" ? kind.fromText(String(value), home) : kind.fromToml(value, home),
  };
}

/** A {@linkcode LIST} that passes a check as a whole, as {@linkcode checkedText}. */
export function checkedList(check: (texts: readonly string[]) => void): Kind<readonly string[]> {
  return kindOfList((text) => text, (texts) => checked(texts, check));
}

function checked<T>(value: T, check: (value: T) => void): T {
  try {
    check(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ValueError(error.message);
  }
  return value;
}

/** Texts, in TOML an array or one text; separated by commas in text. Blank ones are left out. */
export const LIST: Kind<readonly string[]> = kindOfList((text) => text);

/** Some of the given words, each once. */
export function someOf(...words: readonly string[]): Kind<readonly string[]> {
  return kindOfList((text) => {
    if (!words.includes(text)) {
      throw new ValueError(`a list of ${words.map((w) => `"${w}"`).join(" and ")}`);
    }
    return text;
  });
}

/** Paths, as {@linkcode LIST}. */
export const PATHS: Kind<readonly string[]> = kindOfList(expandHome);

const YES = ["1", "true", "yes", "on"];
const NO = ["0", "false", "no", "off"];

/** 1, true, yes, on, 0, false, no, off in any case, of which two are told; in TOML also `true` and `false`. */
export const BOOLEAN: Kind<boolean> = {
  fromText(text): boolean {
    const word = text.toLowerCase();
    if (YES.includes(word)) return true;
    if (NO.includes(word)) return false;
    throw new ValueError("true or false");
  },
  fromToml(value, home): boolean | undefined {
    if (typeof value === "boolean") return value;
    if (typeof value !== "string") throw new ValueError("true or false");
    return value.trim() === "" ? undefined : BOOLEAN.fromText(value.trim(), home);
  },
};

/** A whole number within bounds, both included. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const rule = most === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${least}`
    : `a whole number from ${least} to ${most}`;
  const checked = (value: number): number => {
    if (!Number.isSafeInteger(value) || value < least || value > most) throw new ValueError(rule);
    return value;
  };
  return {
    fromText: (text) => checked(/^[+-]?\d{1,17}$/.test(text) ? Number(text) : NaN),
    fromToml: (value) => checked(typeof value === "number" ? value : NaN),
  };
}

function kindOfText<T extends string>(read: (text: string, home: string) => T): Kind<T> {
  return {
    fromText: read,
    fromToml(value, home): T | undefined {
      if (typeof value !== "string") throw new ValueError('text in quotes, such as "abc"');
      const text = value.trim();
      return text === "" ? undefined : read(text, home);
    },
  };
}

function kindOfList(
  read: (text: string, home: string) => string,
  check = (texts: readonly string[]): readonly string[] => texts,
): Kind<readonly string[]> {
  const fromText = (text: string, home: string): readonly string[] =>
    check(partsOfList(text).map((part) => read(part, home)));
  return {
    fromText,
    fromToml(value, home): readonly string[] | undefined {
      if (typeof value === "string") {
        return value.trim() === "" ? undefined : fromText(value, home);
      }
      if (!Array.isArray(value) || value.some((part) => typeof part !== "string")) {
        throw new ValueError('a list of texts, such as ["abc", "def"]');
      }
      const parts = value.map((part: string) => part.trim()).filter((part) => part !== "");
      return check(parts.map((part) => read(part, home)));
    },
  };
}

/**
 * The parts of a list in text, without blank ones: separated by commas, or written as in the config file,
 * where a folder called `["~/x"]` would ignore nothing.
 *
 * @throws {ValueError} if it begins and ends as the latter and is none
 */
export function partsOfList(text: string): readonly string[] {
  return rawParts(text).map((part) => part.trim()).filter((part) => part !== "");
}

function rawParts(text: string): readonly string[] {
  const list = text.trim();
  if (!list.startsWith("[") || !list.endsWith("]")) return text.split(",");
  try {
    const parts: unknown = JSON.parse(list);
    if (Array.isArray(parts) && parts.every((part) => typeof part === "string")) return parts;
  } catch {
    // Said below.
  }
  throw new ValueError('a list such as a,b or ["a", "b"]');
}
