/** A writer of batches that the test holds up. */
import { RrError } from "../../src/base/rr_error.ts";
import { factsOf, type Item } from "../../src/named/item.ts";
import type { Outcome } from "../../src/named/store.ts";
import type { BatchWriter, PackedBatch } from "../../src/sync/ports.ts";
import type { MemoryItems } from "../fakes/memory_items.ts";

/** A batch of one item that is so large. */
export function packed(item: Item, size: number): PackedBatch {
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(JSON.stringify(item)));
  return { type: "packed", bytes, unpack: () => ({ type: "batch", items: [unpacked(bytes)] }) };
}

function unpacked(bytes: Uint8Array): Item {
  return JSON.parse(new TextDecoder().decode(bytes).replaceAll("\0", ""));
}

/** Takes batches of one item in when it is told to. */
export class LateWriter implements BatchWriter {
  isFlushed = false;
  readonly #store: MemoryItems;
  #open: ((fails: boolean) => void)[] = [];

  constructor(store: MemoryItems) {
    this.#store = store;
  }

  get waiting(): number {
    return this.#open.length;
  }

  takeBatch(peer: string, bytes: Uint8Array): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.#open.push((fails) => {
      if (fails) return reject(new RrError("database", "the disk is full"));
      const applied = this.#store.apply([unpacked(bytes)]);
      resolve({ ...applied, gained: applied.gained.map(factsOf), peer, received: 1 });
    });
    return promise;
  }

  /** Writes all that waits, or so many of them; the rest fails. */
  write(most = Infinity): void {
    this.#open.splice(0).forEach((write, i) => write(i >= most));
  }

  flush(): void {
    this.isFlushed = true;
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
