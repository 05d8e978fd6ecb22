/** Scores the lines of a segment against a query: the inner loop of every key stroke. */
import type { Segment } from "./index.ts";
import {
  CONTIGUOUS,
  hasTerm,
  mostPoints,
  NO_MATCH,
  POINTS,
  scoreTerm,
} from "./matching/match_term.ts";
import type { Query, Term } from "./query.ts";
import type { Spellings } from "./matching/spelling.ts";

/** Points are capped here so that they stay below the tiers. */
const MAX_POINTS = 2 ** 24 - 1;
/** Every word stands there without a gap: before all that have gaps. */
const ALL_CONTIGUOUS = 2 ** 24;
/** The words stand there side by side as typed: before all others. */
const AS_TYPED = 2 ** 25;

/** Bits that a line must have, of all terms that are not negated. */
function queryMask(query: Query): number {
  let mask = 0;
  for (const term of query.terms) if (!term.negated) mask |= term.mask;
  return mask;
}

/** A command in the bytes of others, with its spellings if it has several. */
export interface Line {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly spellings: Spellings | undefined;
}

/**
 * Score of one line: {@linkcode NO_MATCH}, or 0 and up; more is better. Below `MAX_SCORE` of the heap.
 *
 * @param gaps whether the score is wanted of a line that holds a word with gaps; else it is too low
 */
function scoreLine(line: Line, query: Query, gaps = true): number {
  let points = 0;
  let contiguous = CONTIGUOUS;
  for (const term of query.terms) {
    const score = scoreIn(line, term, gaps);
    if (term.negated) {
      if (score !== NO_MATCH) return NO_MATCH;
      continue;
    }
    if (score === NO_MATCH) return NO_MATCH;
    contiguous &= score;
    points += score & POINTS;
  }
  if (contiguous === 0) return Math.min(points, MAX_POINTS);
  const tier = ALL_CONTIGUOUS + phraseTier(line, query.phrase);
  return tier + Math.min(points, MAX_POINTS);
}

function scoreIn({ bytes, start, end, spellings }: Line, term: Term, gaps: boolean): number {
  if (spellings === undefined) return scoreTerm(bytes, start, end, term, gaps);
  const text = term.hasAccents ? spellings.composed : spellings.bare;
  return scoreTerm(text, 0, text.length, term, gaps);
}

function hasIn({ bytes, start, end, spellings }: Line, term: Term): boolean {
  if (spellings === undefined) return hasTerm(bytes, start, end, term);
  const text = term.hasAccents ? spellings.composed : spellings.bare;
  return hasTerm(text, 0, text.length, term);
}

function phraseTier(line: Line, phrase: Term | undefined): number {
  return phrase && hasIn(line, phrase) ? AS_TYPED : 0;
}

/** The most that a line can score. */
export interface BestScores {
  readonly anywhere: number;
  /** If no word stands at the start of the line. */
  readonly behindStart: number;
}

/** See {@linkcode BestScores}. Only one word can stand at the start of the line. */
export function bestScores(query: Query): BestScores {
  let points = 0;
  let lineStart = 0;
  for (const term of query.terms) {
    if (term.negated) continue;
    const most = mostPoints(term);
    points += most.points - most.lineStart;
    lineStart = most.lineStart;
  }
  const tier = ALL_CONTIGUOUS + (query.phrase ? AS_TYPED : 0);
  return {
    anywhere: tier + Math.min(points + lineStart, MAX_POINTS),
    behindStart: tier + Math.min(points, MAX_POINTS),
  };
}

/** The least score of a line that holds all words without a gap; more than that of any other. */
export const LEAST_CONTIGUOUS = ALL_CONTIGUOUS;

/**
 * Whose score is wanted: of `all` lines; of those without gaps (`contiguous`), since as many lines as
 * are kept have none; of those that also may have a word at their `starts`, for the same reason; or of
 * `none`, when only the number of matches is still to be told.
 */
export type Ranking = "all" | "contiguous" | "starts" | "none";

/** Whether a line matches; all that an order by recency needs. */
export function matchesLine(line: Line, query: Query): boolean {
  for (const term of query.terms) if (hasIn(line, term) === term.negated) return false;
  return true;
}

/** Told of each line that matches, with its score, or 0 if that is not wanted. */
export type Hit = (line: number, score: number) => void;

/** Looks at the lines `from` to `to` (exclusive) of the segment, counted in it. */
export function scanSegment(
  segment: Segment,
  from: number,
  to: number,
  query: Query,
  ranking: Ranking,
  hit: Hit,
): void {
  const { masks } = segment;
  const wanted = queryMask(query);
  for (let i = from; i < to; i++) {
    if ((masks[i]! & wanted) === wanted) scanLine(segment, i, query, ranking, hit);
  }
}

/** Looks at one line, counted in the segment. */
export function scanLine(
  segment: Segment,
  i: number,
  query: Query,
  ranking: Ranking,
  hit: Hit,
): void {
  const { bytes, offsets, masks, first } = segment;
  const start = offsets[i]!;
  const end = offsets[i + 1]! - 1;
  const spellings = masks[i]! < 0 ? segment.spellings.get(i) : undefined;
  const line = { bytes, start, end, spellings };
  const isWorse = ranking === "starts" && spellings === undefined &&
    !mayStart(bytes[start]!, query);
  if (ranking === "none" || isWorse) {
    if (matchesLine(line, query)) hit(first + i, 0);
    return;
  }
  const score = scoreLine(line, query, ranking === "all");
  if (score !== NO_MATCH) hit(first + i, score);
}

/** Whether a line that begins with this byte may begin with a word of the query. */
function mayStart(byte: number, { terms }: Query): boolean {
  for (const { low, up, negated } of terms) {
    if (!negated && (byte === low[0] || byte === up[0])) return true;
  }
  return false;
}
