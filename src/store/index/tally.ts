/** Counts of runs by number: of a command, a place, an hour. */

/** How often, how often with an exit status other than 0, and how often nobody knows with which. */
export interface Count {
  readonly runs: number;
  readonly failed: number;
  readonly unknown: number;
}

// What is kept of each number lies together: numbers come in any order, and each costs one look into memory.
const [RUNS, FAILED, UNKNOWN, SEQ, STRIDE] = [0, 1, 2, 3, 4];
const FIRST_SIZE = 1 << 10;

/** Counts by number, with one run of each as an example. */
export class Tally {
  distinct = 0;
  #kept = new Float64Array(STRIDE * FIRST_SIZE);

  add(id: number, failed: number, unknown: number, seq: number): void {
    const at = STRIDE * id;
    if (at >= this.#kept.length) this.#grow(id);
    const kept = this.#kept;
    if (kept[at + RUNS]!++ === 0) this.distinct++;
    kept[at + FAILED]! += failed;
    kept[at + UNKNOWN]! += unknown;
    kept[at + SEQ] = seq;
  }

  count(id: number): Count {
    const [runs = 0, failed = 0, unknown = 0] = this.#kept.subarray(STRIDE * id, STRIDE * (id + 1));
    return { runs, failed, unknown };
  }

  most(top: number): (Count & { readonly seq: number })[] {
    return this.#best(RUNS, top);
  }

  mostFailing(top: number): (Count & { readonly seq: number })[] {
    return this.#best(FAILED, top);
  }

  #best(of: number, top: number): (Count & { readonly seq: number })[] {
    const kept = this.#kept;
    const countOf = (id: number): number => kept[STRIDE * id + of]!;
    const ids: number[] = [];
    // The least that still belongs to the best so far; most commands were run once.
    let least = 0;
    for (let at = of; at < kept.length; at += STRIDE) {
      if (kept[at]! <= least) continue;
      ids.push((at - of) / STRIDE);
      if (ids.length >= top * 2) {
        ids.sort((a, b) => countOf(b) - countOf(a)).length = top;
        least = countOf(ids.at(-1)!);
      }
    }
    return ids.sort((a, b) => countOf(b) - countOf(a) || a - b).slice(0, top)
      .map((id) => ({ ...this.count(id), seq: kept[STRIDE * id + SEQ]! }));
  }

  #grow(id: number): void {
    const grown = new Float64Array(Math.max(STRIDE * (id + 1), 2 * this.#kept.length));
    grown.set(this.#kept);
    this.#kept = grown;
  }
}
