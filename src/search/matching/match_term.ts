/**
 * One term against one command, on its UTF-8 as it is: whether, where and how well it matches. Either
 * case is compared in place, so that no second, folded copy of a history has to be kept.
 *
 * Points as in fzf: 16 for each character, more at the start of the line and of words, less for gaps.
 */
import {
  characterAt,
  charactersStandAt,
  characterStart,
  skipBlanks,
  skipBlanksBack,
} from "./characters.ts";
import {
  AT_LINE_START,
  AT_WORD_START,
  bonusAt,
  CONSECUTIVE,
  GAP_MORE,
  GAP_START,
  PER_CHARACTER,
  pointsAt,
  pointsOf,
  WHOLE_WORD,
  wordStarts,
} from "./points.ts";
import type { Term } from "../query.ts";

/** Set in a score when the term stands there without a gap. */
export const CONTIGUOUS = 1 << 24;
/** The points of a score, without {@linkcode CONTIGUOUS}. */
export const POINTS = CONTIGUOUS - 1;
/** The score of a term that does not match. */
export const NO_MATCH = -1;

/** Longer words are not taken for first letters of words. */
const MOST_INITIALS = 8;

/**
 * Where the last match began and ended, or its places if it is one of word starts; one scan runs at a
 * time, so one place is enough.
 */
const found: { start: number; end: number; places: readonly number[] | undefined } = {
  start: 0,
  end: 0,
  places: undefined,
};

/**
 * Points of the best match of `term` in the text from `start` to `end`, with {@linkcode CONTIGUOUS}
 * set if it has no gap but between starts of words, or {@linkcode NO_MATCH}. Negation is the caller's.
 *
 * @param gaps whether points are wanted for a match with gaps; else it has 0
 */
export function scoreTerm(
  text: Uint8Array,
  start: number,
  end: number,
  term: Term,
  gaps = true,
): number {
  found.places = undefined;
  switch (term.kind) {
    case "whole":
      return scoreWhole(text, start, end, term);
    case "prefix":
      return scoreAt(text, start, end, term, skipBlanks(text, start, end));
    case "suffix":
      return scoreAt(text, start, end, term, skipBlanksBack(text, start, end) - term.low.length);
    case "exact":
      return scoreContiguous(text, start, end, term, start);
    case "fuzzy": {
      const stop = firstSubsequence(text, start, end, term);
      if (stop < 0) return NO_MATCH;
      const contiguous = scoreContiguous(text, start, end, term, found.start);
      const starts = scoreWordStarts(text, start, end, term, contiguous);
      if (starts !== NO_MATCH) return starts;
      if (contiguous !== NO_MATCH) return contiguous;
      return gaps ? scoreWindow(text, start, stop, term) : 0;
    }
  }
}

/** Whether `term` matches the text at all, negation not counted: cheaper than its points. */
export function hasTerm(text: Uint8Array, start: number, end: number, term: Term): boolean {
  if (term.kind === "exact") return nextPlace(text, start, end, term) >= 0;
  if (term.kind === "fuzzy") return firstSubsequence(text, start, end, term) >= 0;
  return scoreTerm(text, start, end, term) !== NO_MATCH;
}

/** The most points that a term can have, and how many fewer when it is not at the start of the line. */
export function mostPoints(term: Term): { readonly points: number; readonly lineStart: number } {
  return {
    points: pointsOf(AT_LINE_START, term.low.length) + WHOLE_WORD,
    lineStart: 2 * (AT_LINE_START - AT_WORD_START),
  };
}

/** Byte offsets of the characters, in ascending order, that {@linkcode scoreTerm} gave its points for. */
export function termPositions(text: Uint8Array, start: number, end: number, term: Term): number[] {
  const score = scoreTerm(text, start, end, term);
  if (score === NO_MATCH) return [];
  const length = term.low.length;
  if (found.places !== undefined) return [...found.places];
  if (score & CONTIGUOUS) return Array.from(term.low, (_, i) => found.start + i);
  const positions: number[] = [];
  for (let i = found.start, j = 0; i <= found.end && j < length; i++) {
    const size = characterAt(text, i, end, term, j);
    if (size === 0) continue;
    positions.push(i);
    j += size;
    i += size - 1;
  }
  return positions;
}

/**
 * Index of the last byte of the first subsequence, or -1; its first one is at `found.start`.
 * Characters of several bytes count as one: half of one and half of another are no match.
 */
function firstSubsequence(text: Uint8Array, start: number, end: number, term: Term): number {
  const { low, up } = term;
  const length = low.length;
  let small = low[0]!;
  let capital = up[0]!;
  for (let i = start, j = 0; i < end; i++) {
    const byte = text[i]!;
    if (byte !== small && byte !== capital) continue;
    const size = byte < 0x80 ? 1 : characterAt(text, i, end, term, j);
    if (size === 0) continue;
    if (j === 0) found.start = i;
    j += size;
    i += size - 1;
    if (j >= length) return i;
    small = low[j]!;
    capital = up[j]!;
  }
  return -1;
}

/** The best place, by points, where the term stands without a gap; the first of equal ones. */
function scoreContiguous(
  text: Uint8Array,
  start: number,
  end: number,
  term: Term,
  from: number,
): number {
  const length = term.low.length;
  // A single letter stands in too many places to look for one that is a word of its own.
  const most = pointsOf(AT_WORD_START, length) + (length > 1 ? WHOLE_WORD : 0);
  let best = NO_MATCH;
  let where = nextPlace(text, from, end, term);
  for (let at = where; at >= 0; at = nextPlace(text, at + 1, end, term)) {
    const points = pointsAt(text, start, end, at, length);
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

/** The next place from `from` on where the term stands without a gap, or -1. */
function nextPlace(text: Uint8Array, from: number, end: number, term: Term): number {
  const { low, up, isAscii } = term;
  const length = low.length;
  const small = low[0]!;
  const capital = up[0]!;
  const last = end - length;
  for (let i = from; i <= last; i++) {
    const byte = text[i]!;
    if (byte !== small && byte !== capital) continue;
    if (isAscii ? standsAt(text, i, low, up) : charactersStandAt(text, i, end, term)) return i;
  }
  return -1;
}

function standsAt(text: Uint8Array, i: number, low: Uint8Array, up: Uint8Array): boolean {
  for (let j = 1; j < low.length; j++) {
    const byte = text[i + j]!;
    if (byte !== low[j] && byte !== up[j]) return false;
  }
  return true;
}

/** The term is all of the text but for blanks around it. */
function scoreWhole(text: Uint8Array, start: number, end: number, term: Term): number {
  const first = skipBlanks(text, start, end);
  if (skipBlanksBack(text, start, end) - first !== term.low.length) return NO_MATCH;
  return scoreAt(text, start, end, term, first);
}

/**
 * As good as the start of a word inside of another (`fooBar`), and a little less than a word itself: `gs` for
 * `git status` goes before `logs`. {@linkcode NO_MATCH} if `contiguous` is as good, or there is none.
 */
function scoreWordStarts(
  text: Uint8Array,
  start: number,
  end: number,
  term: Term,
  contiguous: number,
): number {
  const length = term.low.length;
  if (!term.isAscii || length < 2 || length > MOST_INITIALS) return NO_MATCH;
  const points = pointsOf(AT_WORD_START, length) - 1;
  if (contiguous !== NO_MATCH && (contiguous & POINTS) >= points) return NO_MATCH;
  const places = wordStarts(text, start, end, term);
  if (places === undefined) return NO_MATCH;
  found.places = places;
  return (places[0] === start ? points : points - 1) | CONTIGUOUS;
}

function scoreAt(text: Uint8Array, start: number, end: number, term: Term, at: number): number {
  const length = term.low.length;
  if (at < start || at + length > end || !charactersStandAt(text, at, end, term)) return NO_MATCH;
  found.start = at;
  found.end = at + length - 1;
  return pointsAt(text, start, end, at, length) | CONTIGUOUS;
}

/** Points of the shortest window that ends at `stop` and holds the term with gaps. */
function scoreWindow(text: Uint8Array, start: number, stop: number, term: Term): number {
  const begin = windowStart(text, start, stop, term);
  let points = 0;
  let previous = -1;
  for (let i = begin, j = 0; i <= stop && j < term.low.length; i++) {
    const size = characterAt(text, i, stop + 1, term, j);
    if (size > 0) {
      const bonus = bonusAt(text, start, i);
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

/** Goes back from the last character until all of the term was met: the shortest window to `stop`. */
function windowStart(text: Uint8Array, start: number, stop: number, term: Term): number {
  let j = characterStart(term.low, term.low.length - 1);
  for (let i = stop; i >= start; i--) {
    if (characterAt(text, i, stop + 1, term, j) === 0) continue;
    if (j === 0) return i;
    j = characterStart(term.low, j - 1);
  }
  return start;
}
