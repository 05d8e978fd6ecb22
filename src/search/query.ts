/** What a person types into the search line, parsed into terms that all have to match. */
import { toLower, toUpper } from "./matching/fold.ts";
import { composed, hasAccents } from "./matching/spelling.ts";

/** How the words of a query are compared with a command; in the order of the mode key. */
export const MATCH_MODES = ["fuzzy", "substring", "prefix"] as const;
/**
 * One of {@linkcode MATCH_MODES}.
 *
 * - `fuzzy`: the letters of every word in order, gaps allowed
 * - `substring`: every word as typed, anywhere
 * - `prefix`: the command starts with the whole text, blanks included
 *
 * In the first two `'word` has no gaps, `^word` is at the start, `word$` at the end, `^word$` all of
 * it, `!word` nowhere.
 */
export type MatchMode = typeof MATCH_MODES[number];

/** Where and how a term has to occur. */
export type TermKind = "fuzzy" | "exact" | "prefix" | "suffix" | "whole";

/** One word of a query. */
export interface Term {
  readonly kind: TermKind;
  /** Only commands without it match. */
  readonly negated: boolean;
  /** UTF-8 in lower case, or as typed if its case matters; never empty. */
  readonly low: Uint8Array;
  /** The same in upper case, character by character of the same length; as typed if case matters. */
  readonly up: Uint8Array;
  /** Whether every character is one byte. */
  readonly isAscii: boolean;
  /** Whether accents matter: it has some itself. Else it is compared with texts without theirs. */
  readonly hasAccents: boolean;
  /** Characters that a command must have to match, see {@linkcode characterMask}. */
  readonly mask: number;
}

/** A parsed query; without terms it matches everything. */
export interface Query {
  readonly text: string;
  readonly mode: MatchMode;
  readonly terms: readonly Term[];
  /** The text as one exact term, if there are several words: commands that hold it so come first. */
  readonly phrase: Term | undefined;
}

/** Longest query in UTF-16 units; what is beyond is ignored. A pasted script is no query. */
const MAX_QUERY_CHARS = 1024;

const encoder = new TextEncoder();

/** A word of a query. */
export interface QueryWord {
  readonly text: string;
  /** Its signs mean nothing: it is behind `--`. */
  readonly plain: boolean;
}

/** What is looked for in a command, with filters already taken out. */
export interface QueryText {
  readonly words: readonly QueryWord[];
  /** All of it as typed, for commands that start with it. */
  readonly whole: string;
}

/** See {@linkcode QueryOptions.letterCase}. */
export type LetterCase = "smart" | "exact" | "ignored";

/** How words are compared. */
export interface QueryOptions {
  /** Which words are compared exactly: those with a capital (`smart`), all or none. @default {"smart"} */
  readonly letterCase?: LetterCase;
}

/**
 * Parses a query. Unless told otherwise, a word with a capital is compared exactly, any other in either case. In
 * the same way a word with an accent is compared with its accents, any other without.
 */
export function parseQuery(
  query: string | QueryText,
  mode: MatchMode,
  { letterCase = "smart" }: QueryOptions = {},
): Query {
  const { words, whole } = typeof query === "string" ? wordsOf(query) : query;
  if (mode === "prefix") {
    const start = bounded(whole).trimStart();
    const terms = start === "" ? [] : [term("prefix", start, letterCase)];
    return { text: whole, mode, terms, phrase: undefined };
  }
  const terms = withoutDoubles(words).map((word) => termOf(word, mode, letterCase));
  const isPhrase = terms.length > 1 && terms.every((t) => t.kind === "fuzzy" && !t.negated);
  const typed = words.map(({ text }) => text).join(" ");
  const phrase = isPhrase ? term("exact", bounded(typed), letterCase) : undefined;
  return { text: whole, mode, terms, phrase };
}

function wordsOf(text: string): QueryText {
  const words = bounded(text).split(/\s+/).filter((word) => word !== "");
  return { words: words.map((word) => ({ text: word, plain: false })), whole: text };
}

function bounded(text: string): string {
  return text.slice(0, MAX_QUERY_CHARS).toWellFormed();
}

function withoutDoubles(words: readonly QueryWord[]): QueryWord[] {
  const all = new Map(words.map((word) => [`${word.plain} ${word.text}`, word]));
  return [...all.values()].filter(({ text }) => text !== "");
}

/**
 * Whether everything that matches `next` also matched `query`: every word was kept or got longer. Then
 * only what matched has to be looked at again.
 */
export function isNarrower(next: Query, query: Query): boolean {
  if (query.terms.length === 0 || next.mode !== query.mode) return false;
  return query.terms.every((term, i) => {
    const longer = next.terms[i];
    return longer !== undefined && longer.kind === term.kind && term.kind !== "suffix" &&
      term.kind !== "whole" && term.hasAccents === longer.hasAccents &&
      !term.negated && !longer.negated && term.low.every((byte, at) => longer.low[at] === byte);
  });
}

/** The signs of fzf; a sign alone is a word like any other. */
function termOf({ text, plain }: QueryWord, mode: MatchMode, letterCase: LetterCase): Term {
  const word = bounded(text);
  const usual = mode === "fuzzy" ? "fuzzy" : "exact";
  if (plain) return term(usual, word, letterCase);
  const negated = word.length > 1 && word.startsWith("!");
  const rest = negated ? word.slice(1) : word;
  const make = (kind: TermKind, part: string): Term => term(kind, part, letterCase, negated);
  const isStart = rest.length > 1 && rest.startsWith("^");
  const isEnd = rest.length > 1 && rest.endsWith("$");
  if (isStart && isEnd && rest.length > 2) return make("whole", rest.slice(1, -1));
  if (isStart) return make("prefix", rest.slice(1));
  if (rest.length > 1 && rest.startsWith("'")) return make("exact", rest.slice(1));
  if (isEnd) return make("suffix", rest.slice(0, -1));
  return make(negated ? "exact" : usual, rest);
}

function term(kind: TermKind, typed: string, letterCase: LetterCase, negated = false): Term {
  const word = composed(typed);
  const isExact = letterCase === "exact" || (letterCase === "smart" && toLower(word) !== word);
  const low = encoder.encode(isExact ? word : toLower(word));
  const up = isExact ? low : encoder.encode(toUpper(word));
  const isAscii = low.every((byte) => byte < 0x80);
  const mask = characterMask(low, 0, low.length);
  return { kind, negated, low, up, isAscii, hasAccents: hasAccents(word), mask };
}

/** Bit of each byte: letters of either case alone, digits together, `-`, `/`, `.` alone, two for the rest. */
const MASK_BIT = Int32Array.from({ length: 256 }, (_, byte) => {
  const small = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  if (small >= 0x61 && small <= 0x7a) return 1 << (small - 0x61);
  if (byte >= 0x30 && byte <= 0x39) return 1 << 26;
  if (byte === 0x2d) return 1 << 27;
  if (byte === 0x2f) return 1 << 28;
  if (byte === 0x2e) return 1 << 29;
  return byte < 0x80 ? 1 << 30 : 1 << 31;
});

/** Set of the characters in UTF-8, in 32 bits: most lines are refused by it without a scan. */
export function characterMask(text: Uint8Array, start: number, end: number): number {
  let mask = 0;
  for (let i = start; i < end; i++) mask |= MASK_BIT[text[i]!]!;
  return mask;
}
