/** Bytes that come in pieces of any size, put together at the cost of their number. */

const SMALLEST_BYTES = 512;

/**
 * Copies what it is given: a piece may be one byte, for which an object of its own would cost a hundred, or
 * a view of something much larger, which would be kept with it.
 */
export class ByteCollector {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  /** Bytes collected. */
  get length(): number {
    return this.#length;
  }

  /** Adds a piece. */
  push(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      // Copies, and frees what was too small: it would be garbage of the size of all that was collected.
      const room = Math.max(SMALLEST_BYTES, length, 2 * this.#bytes.length);
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(room));
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All of it in one piece, until the next {@linkcode ByteCollector.push}. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets it; its place is used again, so that many are collected without leaving anything behind. */
  clear(): void {
    this.#length = 0;
  }

  /** All of it in one piece, and lets go of it. */
  take(): Uint8Array<ArrayBuffer> {
    const all = this.view();
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return all;
  }
}
