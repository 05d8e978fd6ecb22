/** What is to happen, the earliest first; what is due at the same time, in the order it was put in. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** See the file's description. */
export class Agenda {
  readonly #heap: Due[] = [];
  #order = 0;
  /** Now. */
  now = 0;

  /** Calls `run` in `ms`. */
  after(ms: number, run: () => void): void {
    this.#push({ at: this.now + ms, order: this.#order++, run });
  }

  /** Lets everything happen that is due until `at`; how many things. */
  runUntil(at: number): number {
    let count = 0;
    for (; this.#heap.length > 0 && this.#heap[0]!.at <= at; count++) {
      const due = this.#pop();
      this.now = due.at;
      due.run();
    }
    this.now = at;
    return count;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): Due {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}
