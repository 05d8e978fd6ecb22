/**
 * One term against one command, on bytes: whether, where and how well it matches.
 *
 * Points as in fzf: 16 for each character, more at the start of the line and of words, less for gaps.
 */
import type { Term } from "./query.ts";

/** A command in its two forms, of equal length. */
export interface LineBytes {
  readonly bytes: Uint8Array;
  /** Folded by {@linkcode import("./fold.ts").foldBytes}. */
  readonly low: Uint8Array;
}

/** Set in a score when the term stands there without a gap. */
export const CONTIGUOUS = 1 << 24;
/** The points of a score, without {@linkcode CONTIGUOUS}. */
export const POINTS = CONTIGUOUS - 1;
/** The score of a term that does not match. */
export const NO_MATCH = -1;

const PER_CHARACTER = 16;
const AT_LINE_START = 10;
const AT_WORD_START = 8;
const AT_HUMP = 7; // the B of fooBar
const WHOLE_WORD = 4;
const CONSECUTIVE = 4;
const GAP_START = 3;
const GAP_MORE = 1;

/** What a byte is to a word: nothing (it separates), small (also digits and all but ASCII), capital. */
const SEPARATES = 0;
const SMALL = 1;
const CAPITAL = 2;
const CLASS = Uint8Array.from({ length: 256 }, (_, b) => {
  if (b >= 0x41 && b <= 0x5a) return CAPITAL;
  const small = b >= 0x80 || (b >= 0x30 && b <= 0x39) || (b >= 0x61 && b <= 0x7a);
  return small ? SMALL : SEPARATES;
});

/** Bonus of a byte by its class and the class of the byte before it. */
const BONUS = Uint8Array.from({ length: 12 }, (_, i) => {
  const before = i >> 2;
  const own = i & 3;
  if (before === SEPARATES && own !== SEPARATES) return AT_WORD_START;
  return before === SMALL && own === CAPITAL ? AT_HUMP : 0;
});

/** Where the last match began and ended; one scan runs at a time, so one place is enough. */
const found = { start: 0, end: 0 };

/**
 * Points of the best match of `term` in the line from `start` to `end`, with {@linkcode CONTIGUOUS}
 * set if it has no gap, or {@linkcode NO_MATCH}. Negation is the caller's.
 */
export function scoreTerm(line: LineBytes, start: number, end: number, term: Term): number {
  const text = term.sensitive ? line.bytes : line.low;
  const word = term.bytes;
  switch (term.kind) {
    case "prefix":
      return scoreAt(line, text, start, end, word, skipBlanks(text, start, end));
    case "suffix":
      return scoreAt(line, text, start, end, word, skipBlanksBack(text, start, end) - word.length);
    case "exact":
      return scoreContiguous(line, text, start, end, word, start);
    case "fuzzy": {
      const stop = firstSubsequence(text, start, end, word);
      if (stop < 0) return NO_MATCH;
      const contiguous = scoreContiguous(line, text, start, end, word, found.start);
      return contiguous !== NO_MATCH ? contiguous : scoreWindow(line, text, start, stop, word);
    }
  }
}

/** The most points that a term can have, and how many fewer when it is not at the start of the line. */
export function mostPoints(term: Term): { readonly points: number; readonly lineStart: number } {
  return {
    points: pointsOf(AT_LINE_START, term.bytes.length) + WHOLE_WORD,
    lineStart: 2 * (AT_LINE_START - AT_WORD_START),
  };
}

/** Whether `term` matches the line at all, negation not counted: cheaper than its points. */
export function hasTerm(line: LineBytes, start: number, end: number, term: Term): boolean {
  const text = term.sensitive ? line.bytes : line.low;
  if (term.kind === "exact") return nextPlace(text, start, end, term.bytes) >= 0;
  if (term.kind === "fuzzy") return firstSubsequence(text, start, end, term.bytes) >= 0;
  return scoreTerm(line, start, end, term) !== NO_MATCH;
}

/** Byte offsets of the characters, in ascending order, that {@linkcode scoreTerm} gave its points for. */
export function termPositions(line: LineBytes, start: number, end: number, term: Term): number[] {
  const score = scoreTerm(line, start, end, term);
  if (score === NO_MATCH) return [];
  if (score & CONTIGUOUS) return Array.from(term.bytes, (_, i) => found.start + i);
  const text = term.sensitive ? line.bytes : line.low;
  const positions: number[] = [];
  for (let i = found.start, j = 0; i <= found.end && j < term.bytes.length; i++) {
    const size = text[i] === term.bytes[j] ? sameCharacter(text, i, end, term.bytes, j) : 0;
    if (size === 0) continue;
    positions.push(i);
    j += size;
    i += size - 1;
  }
  return positions;
}

/**
 * Index of the last character of the first subsequence, or -1; its first one is at `found.start`.
 * Characters of several bytes count as one: half of one and half of another are no match.
 */
function firstSubsequence(text: Uint8Array, start: number, end: number, word: Uint8Array): number {
  const length = word.length;
  let wanted = word[0]!;
  for (let i = start, j = 0; i < end; i++) {
    if (text[i] !== wanted) continue;
    const size = wanted < 0x80 ? 1 : sameCharacter(text, i, end, word, j);
    if (size === 0) continue;
    if (j === 0) found.start = i;
    j += size;
    if (j >= length) return i;
    i += size - 1;
    wanted = word[j]!;
  }
  return -1;
}

/** Bytes of the character at `word[j]` if the text has the same one at `i`, else 0. */
function sameCharacter(
  text: Uint8Array,
  i: number,
  end: number,
  word: Uint8Array,
  j: number,
): number {
  let size = 1;
  while (j + size < word.length && isContinuation(word[j + size]!)) {
    if (i + size >= end || text[i + size] !== word[j + size]) return 0;
    size++;
  }
  return size;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The best place, by points, where `word` stands without a gap; the first of equal ones. */
function scoreContiguous(
  line: LineBytes,
  text: Uint8Array,
  start: number,
  end: number,
  word: Uint8Array,
  from: number,
): number {
  const length = word.length;
  // A single letter stands in too many places to look for one that is a word of its own.
  const most = pointsOf(AT_WORD_START, length) + (length > 1 ? WHOLE_WORD : 0);
  let best = NO_MATCH;
  let where = nextPlace(text, from, end, word);
  for (let at = where; at >= 0; at = nextPlace(text, at + 1, end, word)) {
    const points = pointsAt(line, start, end, at, length);
    if (points <= best) continue;
    best = points;
    where = at;
    if (best >= most || at === start) break; // nothing later has more
  }
  if (best === NO_MATCH) return NO_MATCH;
  found.start = where;
  found.end = where + length - 1;
  return best | CONTIGUOUS;
}

/** The next place from `from` on where `word` stands, or -1. */
function nextPlace(text: Uint8Array, from: number, end: number, word: Uint8Array): number {
  const length = word.length;
  const first = word[0]!;
  const last = end - length;
  for (let i = from; i <= last; i++) {
    if (text[i] !== first) continue;
    let j = 1;
    while (j < length && text[i + j] === word[j]) j++;
    if (j === length) return i;
  }
  return -1;
}

function scoreAt(
  line: LineBytes,
  text: Uint8Array,
  start: number,
  end: number,
  word: Uint8Array,
  at: number,
): number {
  if (at < start || at + word.length > end) return NO_MATCH;
  for (let j = 0; j < word.length; j++) if (text[at + j] !== word[j]) return NO_MATCH;
  found.start = at;
  found.end = at + word.length - 1;
  return pointsAt(line, start, end, at, word.length) | CONTIGUOUS;
}

function pointsAt(line: LineBytes, start: number, end: number, at: number, length: number): number {
  const bonus = bonusAt(line.bytes, start, at);
  const after = at + length;
  const whole = bonus >= AT_WORD_START &&
    (after === end || CLASS[line.bytes[after]!] === SEPARATES);
  return pointsOf(bonus, length) + (whole ? WHOLE_WORD : 0);
}

function pointsOf(bonus: number, length: number): number {
  return PER_CHARACTER * length + 2 * bonus + CONSECUTIVE * (length - 1);
}

/** Points of the shortest window that ends at `stop` and holds `word` with gaps. */
function scoreWindow(
  line: LineBytes,
  text: Uint8Array,
  start: number,
  stop: number,
  word: Uint8Array,
): number {
  const begin = windowStart(text, start, stop, word);
  let points = 0;
  let previous = -1;
  for (let i = begin, j = 0; i <= stop && j < word.length; i++) {
    const size = text[i] === word[j] ? sameCharacter(text, i, text.length, word, j) : 0;
    if (size > 0) {
      const bonus = bonusAt(line.bytes, start, i);
      points += PER_CHARACTER + (previous === i - 1 ? Math.max(CONSECUTIVE, bonus) : bonus);
      if (j === 0) points += bonus;
      j += size;
      i += size - 1;
      previous = i;
    } else {
      points -= previous === i - 1 ? GAP_START : GAP_MORE;
    }
  }
  found.start = begin;
  found.end = stop;
  return Math.max(0, points);
}

/** Goes back from the last character until all of `word` was met: the shortest window to `stop`. */
function windowStart(text: Uint8Array, start: number, stop: number, word: Uint8Array): number {
  let j = characterStart(word, word.length - 1);
  for (let i = stop; i >= start; i--) {
    if (text[i] !== word[j] || sameCharacter(text, i, text.length, word, j) === 0) continue;
    if (j === 0) return i;
    j = characterStart(word, j - 1);
  }
  return start;
}

function characterStart(word: Uint8Array, at: number): number {
  let place = at;
  while (place > 0 && isContinuation(word[place]!)) place--;
  return place;
}

function bonusAt(bytes: Uint8Array, start: number, at: number): number {
  if (at === start) return AT_LINE_START;
  return BONUS[(CLASS[bytes[at - 1]!]! << 2) | CLASS[bytes[at]!]!]!;
}

function skipBlanks(text: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text[at]!)) at++;
  return at;
}

function skipBlanksBack(text: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text[at - 1]!)) at--;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
