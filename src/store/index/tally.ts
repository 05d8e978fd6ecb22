/** Counts of runs by number: of a command, a place, an hour. */

/** How often, how often with an exit status other than 0, and how often nobody knows with which. */
export interface Count {
  readonly runs: number;
  readonly failed: number;
  readonly unknown: number;
}

/** Counts by number, with one run of each as an example. */
export class Tally {
  distinct = 0;
  #runs = new Uint32Array(1 << 12);
  #failed = new Uint32Array(1 << 12);
  #unknown = new Uint32Array(1 << 12);
  #seqs = new Float64Array(1 << 12);

  add(id: number, failed: number, unknown: number, seq: number): void {
    if (id >= this.#runs.length) this.#grow(id);
    if (this.#runs[id]!++ === 0) this.distinct++;
    this.#failed[id]! += failed;
    this.#unknown[id]! += unknown;
    this.#seqs[id] = seq;
  }

  count(id: number): Count {
    return {
      runs: this.#runs[id] ?? 0,
      failed: this.#failed[id] ?? 0,
      unknown: this.#unknown[id] ?? 0,
    };
  }

  most(top: number): (Count & { readonly seq: number })[] {
    return this.#best(this.#runs, top);
  }

  mostFailing(top: number): (Count & { readonly seq: number })[] {
    return this.#best(this.#failed, top);
  }

  #best(counts: Uint32Array, top: number): (Count & { readonly seq: number })[] {
    const ids: number[] = [];
    // The least that still belongs to the best so far; most commands were run once.
    let least = 0;
    for (let id = 0; id < counts.length; id++) {
      if (counts[id]! <= least) continue;
      ids.push(id);
      if (ids.length >= top * 2) {
        ids.sort((a, b) => counts[b]! - counts[a]!).length = top;
        least = counts[ids.at(-1)!]!;
      }
    }
    return ids.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, top)
      .map((id) => ({ ...this.count(id), seq: this.#seqs[id]! }));
  }

  #grow(id: number): void {
    const size = Math.max(id + 1, this.#runs.length * 2);
    const grown = <T extends Uint32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#runs = grown(new Uint32Array(size), this.#runs);
    this.#failed = grown(new Uint32Array(size), this.#failed);
    this.#unknown = grown(new Uint32Array(size), this.#unknown);
    this.#seqs = grown(new Float64Array(size), this.#seqs);
  }
}
