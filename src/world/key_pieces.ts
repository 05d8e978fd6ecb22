/** What is typed at a terminal, as a stream of Node gives it: piece by piece, and no further than asked. */
import type { Readable } from "node:stream";
import { joinBytes } from "../base/bytes.ts";

/** The pieces of a stream; it is paused between them, so that what is typed later is left for the shell. */
export class KeyPieces {
  readonly #stream: Readable;
  readonly #pieces: Uint8Array[] = [];
  #isClosed = false;
  #wake = (): void => {};

  /** Nothing is read yet. */
  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd)
      .on("close", this.#onEnd).pause();
  }

  /** Whether nothing more comes. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next piece; `undefined` once nothing more comes. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0 && !this.#isClosed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#stream.resume();
      await promise;
    }
    return this.#pieces.shift();
  }

  /** What came and was not read. */
  unread(): Uint8Array {
    return joinBytes(this.#pieces.splice(0));
  }

  /** Ends a read that waits, and lets go of the stream; an error of it is still taken. */
  close(): void {
    this.#onEnd();
    this.#stream.off("data", this.#onData).off("end", this.#onEnd).pause();
  }

  readonly #onData = (piece: Uint8Array): void => {
    this.#pieces.push(piece);
    this.#stream.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#isClosed = true;
    this.#wake();
  };
}
