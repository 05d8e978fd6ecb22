/**
 * Characters of UTF-8 text compared in place. Either case counts as the same, and a character of several
 * bytes is met whole or not at all: half of one and half of another are no match.
 */
import type { Term } from "../query.ts";

/** Bytes of the term's character at `j` if the text has it, in either case, at `i`; else 0. */
export function characterAt(
  text: Uint8Array,
  i: number,
  end: number,
  term: Term,
  j: number,
): number {
  const { low, up } = term;
  const byte = text[i]!;
  if (byte !== low[j] && byte !== up[j]) return 0;
  if (term.isAscii) return 1;
  let size = 1;
  while (j + size < low.length && isContinuation(low[j + size]!)) size++;
  if (i + size > end) return 0;
  return hasBytes(text, i, low, j, size) || hasBytes(text, i, up, j, size) ? size : 0;
}

/** Whether the whole term stands at `i`, each character in either case. */
export function charactersStandAt(text: Uint8Array, i: number, end: number, term: Term): boolean {
  for (let j = 0; j < term.low.length;) {
    const size = characterAt(text, i + j, end, term, j);
    if (size === 0) return false;
    j += size;
  }
  return true;
}

/** Where the character of the word begins that the byte at `at` belongs to. */
export function characterStart(word: Uint8Array, at: number): number {
  let place = at;
  while (place > 0 && isContinuation(word[place]!)) place--;
  return place;
}

/** The first place from `start` on that is no blank, or `end`. */
export function skipBlanks(text: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text[at]!)) at++;
  return at;
}

/** The place behind the last byte before `end` that is no blank, or `start`. */
export function skipBlanksBack(text: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text[at - 1]!)) at--;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function hasBytes(text: Uint8Array, i: number, word: Uint8Array, j: number, size: number): boolean {
  for (let k = 0; k < size; k++) if (text[i + k] !== word[j + k]) return false;
  return true;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
