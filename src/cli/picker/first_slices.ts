/**
 * What pickers show first, read before anybody asks: to rank the newest runs anew takes longer than a
 * person should wait for the first rows.
 */
import type { Slice } from "../../search/index.ts";
import type { History } from "../../store/file/open_history.ts";
import { besides } from "./slice_order.ts";

/** What it needs of the history. */
export interface FirstSliceReads {
  readonly search: Pick<History["search"], "holdsAll">;
  readonly log: Pick<History["log"], "headSeq">;
}

/** Windows that a person goes to and fro between; of more, those used longest ago are read anew. */
const MOST = 4;
/** Bytes of one; usually 10,000. */
const MOST_BYTES = 262_144;

interface Held {
  /** How far the log went. */
  readonly headSeq: number;
  readonly slice: Slice;
}

/** Slices are kept by a key that says where and in which order. */
export class FirstSlices {
  readonly #history: FirstSliceReads;
  /** The one used last is last. */
  readonly #held = new Map<string, Held>();

  /** Holds nothing yet. */
  constructor(history: FirstSliceReads) {
    this.#history = history;
  }

  /**
   * All that `read` gives, the first slice from memory if it is still true. Nothing is read then
   * before the second one is asked for.
   */
  *before(key: string, read: () => Generator<Slice>): Generator<Slice, void, undefined> {
    const held = this.#get(key);
    if (held !== undefined) yield held;
    const { headSeq } = this;
    const all = read();
    try {
      const next = all.next();
      if (next.done) return this.#forget(key);
      this.#keep(key, { headSeq, slice: next.value });
      if (held === undefined || isSame(held, next.value)) {
        if (held === undefined) yield next.value;
        yield* all;
      } else yield* besides([held], [next.value], all); // something was run or deleted meanwhile
    } finally {
      all.return(undefined);
    }
  }

  /** Whether the first slice of `before()` would come from memory. */
  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  /** Gives the memory back. */
  clear(): void {
    this.#held.clear();
  }

  get headSeq(): number {
    return this.#history.log.headSeq();
  }

  #get(key: string): Slice | undefined {
    const held = this.#held.get(key);
    if (held?.headSeq !== this.headSeq) return undefined;
    return this.#history.search.holdsAll(held.slice.ids) ? held.slice : undefined;
  }

  #keep(key: string, held: Held): void {
    this.#forget(key);
    if (held.slice.bytes.length > MOST_BYTES) return;
    this.#held.set(key, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST) this.#forget(oldest!);
  }

  #forget(key: string): void {
    this.#held.delete(key);
  }
}

function isSame(a: Slice, b: Slice): boolean {
  if (a.ids.length !== b.ids.length) return false;
  for (let i = 0; i < a.ids.length; i++) if (a.ids[i] !== b.ids[i]) return false;
  return true;
}
