/** How often something may happen: a bucket that fills with what is done, and empties with time. */

/** What a {@linkcode LeakyBucket} holds. */
export interface Rate {
  /** So many at once after a pause. */
  readonly burst: number;
  /** And then one in so many milliseconds. */
  readonly everyMs: number;
}

/** One such bucket, empty at first. */
export class LeakyBucket {
  #count = 0;
  #atMs = -Infinity;

  /**
   * Whether there is room, which is taken if so.
   *
   * @param atMs now, of a clock that is never set
   * @param cost how much of the burst it takes up
   */
  takes({ burst, everyMs }: Rate, atMs: number, cost = 1): boolean {
    const count = Math.max(0, this.#count - (atMs - this.#atMs) / everyMs) + cost;
    if (count > burst) return false;
    this.#count = count;
    this.#atMs = atMs;
    return true;
  }
}
