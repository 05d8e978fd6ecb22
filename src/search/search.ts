/** A search that runs in slices of time over an index that may still be growing. */
import type { CommandIndex } from "./index.ts";
import type { Query } from "./query.ts";
import { type BestScores, bestScores, type Ranking, scanSegment } from "./scan.ts";
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
  #count = 0;
  #segment = 0;
  #line = 0;

  /**
   * @param limit most lines in a result
   * @throws {RangeError} if `limit` is not an integer of at least 1
   */
  constructor(index: CommandIndex, query: Query, limit: number) {
    this.query = query;
    this.#index = index;
    this.#limit = limit;
    const ranked = query.mode === "fuzzy" && query.terms.length > 0;
    const heap = new TopK(limit);
    this.#best = ranked ? heap : undefined;
    this.#most = bestScores(query);
  }

  /** Whether there is something to look at right now. */
  get hasWork(): boolean {
    return this.#segment < this.#index.segments.length;
  }

  /** Looks at lines until `isOver()` or none are left; always at some. */
  step(isOver: () => boolean): void {
    while (this.hasWork) {
      const segment = this.#index.segments[this.#segment]!;
      const to = Math.min(segment.count, this.#line + LINES_AT_ONCE);
      scanSegment(segment, this.#line, to, this.query, this.#ranking(), this.#hit);
      this.#line = to;
      if (to === segment.count) {
        this.#segment++;
        this.#line = 0;
      }
      if (isOver()) return;
    }
  }

  /** What was found so far. */
  found(): Found {
    const lines = this.#best ? this.#best.lines() : [...this.#newest];
    return {
      lines: lines.filter((line) => !this.#index.isRemoved(line)),
      count: this.#count,
      complete: this.#index.complete && !this.hasWork,
    };
  }

  /** Scores matter only as long as a line can still enter the list by its score. */
  #ranking(): Ranking {
    if (this.#best === undefined || this.#best.isFullOf(this.#most.anywhere)) return "none";
    return this.#best.isFullOf(this.#most.behindStart) ? "starts" : "all";
  }

  readonly #hit = (line: number, score: number): void => {
    if (this.#index.isRemoved(line)) return;
    this.#count++;
    if (this.#best) this.#best.push(score, line);
    else if (this.#newest.length < this.#limit) this.#newest.push(line);
  };
}
