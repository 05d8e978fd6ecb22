/** A search that runs in slices of time over an index that may still be growing. */
import type { CommandIndex } from "./index.ts";
import { isNarrower, type Query } from "./query.ts";
import {
  type BestScores,
  bestScores,
  LEAST_CONTIGUOUS,
  type Ranking,
  scanLine,
  scanSegment,
} from "./scan.ts";
import { TopK } from "./top_k.ts";

/** What was found so far. */
export interface Found {
  /** Lines of the index, best first, at most as many as were asked for. */
  readonly lines: readonly number[];
  /** How many match in all. */
  readonly count: number;
  /** Whether all commands were looked at. */
  readonly complete: boolean;
}

/** Lines between two looks at the clock: some 50 µs. */
const LINES_AT_ONCE = 1024;
/** Matches kept for the next letter; a search with more saves little by looking at them only. */
const MOST_KEPT = 1 << 17;
const NO_ROOM = new Uint32Array(0);

/**
 * Searches the index newest first. Fuzzy results come by score, then recency; all others by recency.
 *
 * It is never restarted: a new query is a new search, and the old one is dropped.
 */
export class IncrementalSearch {
  readonly query: Query;
  readonly #index: CommandIndex;
  readonly #limit: number;
  readonly #best: TopK | undefined;
  readonly #most: BestScores;
  readonly #newest: number[] = [];
  /** All lines that match, ascending; not all once there are too many. */
  #matching: Uint32Array;
  /** The only lines to look at, ascending, in `#spare`; `undefined` for all of the index. */
  readonly #within: Uint32Array | undefined;
  /** Room for the matches of the next search: two take turns, new ones would be garbage at every key. */
  readonly #spare: Uint32Array | undefined;
  #count = 0;
  #segment = 0;
  /** Place in the segment, or in `#within`. */
  #place = 0;

  /**
   * @param limit most lines in a result
   * @param before the search for the query before this one, on the same index; it ends with this
   * @throws {RangeError} if `limit` is not an integer of at least 1
   */
  constructor(index: CommandIndex, query: Query, limit: number, before?: IncrementalSearch) {
    this.query = query;
    this.#index = index;
    this.#limit = limit;
    const heap = new TopK(limit);
    this.#best = query.mode === "fuzzy" && query.terms.length > 0 ? heap : undefined;
    this.#most = bestScores(query);
    this.#within = before && before.#linesFor(query);
    const [own, other] = before ? before.#handOn() : [];
    const isOwnInUse = this.#within !== undefined;
    this.#matching = (isOwnInUse ? other : own) ?? new Uint32Array(MOST_KEPT);
    this.#spare = isOwnInUse ? own : other;
  }

  /** Whether there is something to look at right now. */
  get hasWork(): boolean {
    if (this.#within !== undefined) return this.#place < this.#within.length;
    return this.#segment < this.#index.segments.length;
  }

  /** Looks at lines until `isOver()` or none are left; always at some. */
  step(isOver: () => boolean): void {
    while (this.hasWork) {
      if (this.#within !== undefined) this.#lookAt(this.#within);
      else this.#lookOn();
      if (isOver()) return;
    }
  }

  /** What was found so far. */
  found(): Found {
    const lines = this.#best ? this.#best.lines() : [...this.#newest];
    return {
      lines: lines.filter((line) => !this.#index.isRemoved(line)),
      count: this.#count,
      complete: this.#isComplete(),
    };
  }

  #isComplete(): boolean {
    return this.#index.complete && !this.hasWork;
  }

  /** The lines that a later query can match, if that is known. */
  #linesFor(query: Query): Uint32Array | undefined {
    if (!this.#isComplete() || this.#count > MOST_KEPT) return undefined;
    if (!isNarrower(query, this.query)) return undefined;
    return this.#matching.subarray(0, this.#count);
  }

  /** Gives the room away; this search ends with it. */
  #handOn(): [own: Uint32Array, spare: Uint32Array | undefined] {
    const own = this.#matching;
    this.#matching = NO_ROOM;
    return [own, this.#spare];
  }

  #lookOn(): void {
    const segment = this.#index.segments[this.#segment]!;
    const to = Math.min(segment.count, this.#place + LINES_AT_ONCE);
    scanSegment(segment, this.#place, to, this.query, this.#ranking(), this.#hit);
    this.#place = to;
    if (to < segment.count) return;
    this.#segment++;
    this.#place = 0;
  }

  #lookAt(lines: Uint32Array): void {
    const to = Math.min(lines.length, this.#place + LINES_AT_ONCE);
    const ranking = this.#ranking();
    let segment = this.#index.segments[this.#segment]!;
    for (; this.#place < to; this.#place++) {
      const line = lines[this.#place]!;
      while (line >= segment.first + segment.count) {
        segment = this.#index.segments[++this.#segment]!;
      }
      scanLine(segment, line - segment.first, this.query, ranking, this.#hit);
    }
  }

  /** Scores matter only as long as a line can still enter the list by its score. */
  #ranking(): Ranking {
    if (this.#best === undefined || this.#best.isFullOf(this.#most.anywhere)) return "none";
    if (this.#best.isFullOf(this.#most.behindStart)) return "starts";
    return this.#best.isFullOf(LEAST_CONTIGUOUS) ? "contiguous" : "all";
  }

  readonly #hit = (line: number, score: number): void => {
    if (this.#index.isRemoved(line)) return;
    if (this.#count < MOST_KEPT) this.#matching[this.#count] = line;
    this.#count++;
    if (this.#best) this.#best.push(score, line);
    else if (this.#newest.length < this.#limit) this.#newest.push(line);
  };
}
