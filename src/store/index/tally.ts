/** Counts of runs by number: of a command, a place, an hour. */

/** How often, how often with an exit status other than 0, and how often nobody knows with which. */
export interface Count {
  readonly runs: number;
  readonly failed: number;
  readonly unknown: number;
}

const FIRST_SIZE = 1 << 10;

// Numbers come in any order, and each costs a look into memory: what is counted of every run is kept apart
// from what is rare, so that it stays in the processor's cache.

/** Counts by number. Whoever counts adds to its columns, and has them grow where a number lies beyond them. */
export class Tally {
  runs = new Uint32Array(FIRST_SIZE);
  failed = new Uint32Array(FIRST_SIZE);
  unknown = new Uint32Array(FIRST_SIZE);

  /** Makes room for this number. */
  growTo(id: number): void {
    const size = Math.max(id + 1, 2 * this.runs.length);
    this.runs = grown(this.runs, size);
    this.failed = grown(this.failed, size);
    this.unknown = grown(this.unknown, size);
  }

  /** How many numbers were counted. */
  get distinct(): number {
    const { runs } = this;
    let distinct = 0;
    for (let id = 0; id < runs.length; id++) if (runs[id] !== 0) distinct++;
    return distinct;
  }

  count(id: number): Count {
    return {
      runs: this.runs[id] ?? 0,
      failed: this.failed[id] ?? 0,
      unknown: this.unknown[id] ?? 0,
    };
  }

  /** Of numbers from `first` on in steps, up to and without `end`: all together. */
  sum(first: number, end: number, step = 1): Count {
    let [runs, failed, unknown] = [0, 0, 0];
    for (let id = first; id < end; id += step) {
      runs += this.runs[id]!;
      failed += this.failed[id]!;
      unknown += this.unknown[id]!;
    }
    return { runs, failed, unknown };
  }

  most(top: number): (Count & { readonly id: number })[] {
    return this.#best(this.runs, top);
  }

  mostFailing(top: number): (Count & { readonly id: number })[] {
    return this.#best(this.failed, top);
  }

  #best(counts: Uint32Array, top: number): (Count & { readonly id: number })[] {
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
      .map((id) => ({ id, ...this.count(id) }));
  }
}

function grown(counts: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(size);
  all.set(counts);
  return all;
}
