/** What a person types into the search line, parsed into terms that all have to match. */
import { toLower, toUpper } from "./fold.ts";

/** How the words of a query are compared with a command; in the order of the mode key. */
export const MATCH_MODES = ["fuzzy", "substring", "prefix"] as const;
/**
 * One of {@linkcode MATCH_MODES}.
 *
 * - `fuzzy`: the letters of every word in order, gaps allowed; `'word` without gaps, `^word` at the
 *   start, `word$` at the end, `!word` nowhere
 * - `substring`: every word as typed, anywhere
 * - `prefix`: the command starts with the whole text, blanks included
 */
export type MatchMode = typeof MATCH_MODES[number];

/** Where and how a term has to occur. */
export type TermKind = "fuzzy" | "exact" | "prefix" | "suffix";

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
export const MAX_QUERY_CHARS = 1024;

const encoder = new TextEncoder();

/** Parses a query. Smart case: a word with a capital is compared exactly, any other in either case. */
export function parseQuery(text: string, mode: MatchMode): Query {
  const bounded = text.slice(0, MAX_QUERY_CHARS).toWellFormed();
  if (mode === "prefix") {
    const start = bounded.trimStart();
    return { text, mode, terms: start === "" ? [] : [term("prefix", start)], phrase: undefined };
  }
  const words = [...new Set(bounded.split(/\s+/).filter((word) => word !== ""))];
  const terms = words.map((word) => mode === "fuzzy" ? fuzzyTerm(word) : term("exact", word));
  const phrase = terms.length > 1 && terms.every((t) => t.kind === "fuzzy" && !t.negated)
    ? term("exact", bounded.trim())
    : undefined;
  return { text, mode, terms, phrase };
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
      !term.negated && !longer.negated && term.low.every((byte, at) => longer.low[at] === byte);
  });
}

/** The signs of fzf; a sign alone is a word like any other. */
function fuzzyTerm(word: string): Term {
  const negated = word.length > 1 && word.startsWith("!");
  const rest = negated ? word.slice(1) : word;
  const kind = negated ? "exact" : "fuzzy";
  if (rest.length > 1 && rest.startsWith("^")) return term("prefix", rest.slice(1), negated);
  if (rest.length > 1 && rest.startsWith("'")) return term("exact", rest.slice(1), negated);
  if (rest.length > 1 && rest.endsWith("$")) return term("suffix", rest.slice(0, -1), negated);
  return term(kind, rest, negated);
}

function term(kind: TermKind, word: string, negated = false): Term {
  const isSensitive = toLower(word) !== word;
  const low = encoder.encode(word);
  const up = isSensitive ? low : encoder.encode(toUpper(word));
  const isAscii = low.every((byte) => byte < 0x80);
  return { kind, negated, low, up, isAscii, mask: characterMask(low, 0, low.length) };
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
