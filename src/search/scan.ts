/** Scores the lines of a segment against a query: the inner loop of every key stroke. */
import type { Segment } from "./index.ts";
import {
  CONTIGUOUS,
  hasTerm,
  type LineBytes,
  mostPoints,
  NO_MATCH,
  POINTS,
  scoreTerm,
} from "./match_term.ts";
import type { Query, Term } from "./query.ts";

/** Points are capped here so that they stay below the tiers. */
const MAX_POINTS = 2 ** 24 - 1;
/** Every word stands there without a gap: before all that have gaps. */
const ALL_CONTIGUOUS = 2 ** 24;
/** The words stand there side by side as typed: before all others. */
const AS_TYPED = 2 ** 25;

/** Bits that a line must have, of all terms that are not negated. */
export function queryMask(query: Query): number {
  let mask = 0;
  for (const term of query.terms) if (!term.negated) mask |= term.mask;
  return mask;
}

/**
 * Score of one line: {@linkcode NO_MATCH}, or 0 and up; more is better. Below `MAX_SCORE` of the heap.
 */
export function scoreLine(line: LineBytes, start: number, end: number, query: Query): number {
  let points = 0;
  let contiguous = CONTIGUOUS;
  for (const term of query.terms) {
    const score = scoreTerm(line, start, end, term);
    if (term.negated) {
      if (score !== NO_MATCH) return NO_MATCH;
      continue;
    }
    if (score === NO_MATCH) return NO_MATCH;
    contiguous &= score;
    points += score & POINTS;
  }
  if (contiguous === 0) return Math.min(points, MAX_POINTS);
  const tier = ALL_CONTIGUOUS + phraseTier(line, start, end, query.phrase);
  return tier + Math.min(points, MAX_POINTS);
}

function phraseTier(
  line: LineBytes,
  start: number,
  end: number,
  phrase: Term | undefined,
): number {
  return phrase && hasTerm(line, start, end, phrase) ? AS_TYPED : 0;
}

/**
 * A score that no line can beat. When as many lines have it as are wanted, the rest, which is older,
 * needs no scores any more. Only one word can stand at the start of the line.
 */
export function bestScore(query: Query): number {
  let points = 0;
  let words = 0;
  for (const term of query.terms) {
    if (term.negated) continue;
    const most = mostPoints(term);
    points += words++ === 0 ? most.points : most.points - most.lineStart;
  }
  return Math.min(points, MAX_POINTS) + ALL_CONTIGUOUS + (query.phrase ? AS_TYPED : 0);
}

/** Whether a line matches; all that an order by recency needs. */
export function matchesLine(line: LineBytes, start: number, end: number, query: Query): boolean {
  for (const term of query.terms) {
    if (hasTerm(line, start, end, term) === term.negated) return false;
  }
  return true;
}

/**
 * Looks at the lines `from` to `to` (exclusive) of the segment; calls `hit` for those that match, with
 * their score if `ranked`, else with 0.
 */
export function scanSegment(
  segment: Segment,
  from: number,
  to: number,
  query: Query,
  ranked: boolean,
  hit: (line: number, score: number) => void,
): void {
  const { masks, offsets, first } = segment;
  const wanted = queryMask(query);
  for (let i = from; i < to; i++) {
    if ((masks[i]! & wanted) !== wanted) continue;
    const start = offsets[i]!;
    const end = offsets[i + 1]! - 1;
    if (!ranked) {
      if (matchesLine(segment, start, end, query)) hit(first + i, 0);
      continue;
    }
    const score = scoreLine(segment, start, end, query);
    if (score !== NO_MATCH) hit(first + i, score);
  }
}
