/** The messages of a pairing over a stream of bytes: a line first, then frames. */
import type { Readable, Writable } from "node:stream";
import { joinBytes } from "../base/bytes.ts";

/** Largest message. */
const MAX_FRAME_BYTES = 4_096;
/** Longest line; a code has at most 21 characters. */
const MAX_LINE_BYTES = 64;
/** What may wait to be read: more than the messages of a whole pairing. */
const MAX_BUFFERED_BYTES = 4 * MAX_FRAME_BYTES;

/** A character for each byte. */
const latin1 = new TextDecoder("latin1");

/** One side of a stream. */
export class FrameStream implements Disposable {
  readonly #output: Writable;
  readonly #close: () => void;
  #buffer = new Uint8Array();
  #most = MAX_BUFFERED_BYTES;
  #ended = false;
  #wake: () => void = () => {};

  /** @param close ends the stream */
  constructor(input: Readable, output: Writable, close: () => void) {
    this.#output = output;
    this.#close = close;
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    input.on("data", (chunk: Uint8Array) => this.#take(chunk));
    input.on("end", end);
    input.on("close", end);
    input.on("error", end);
    output.on("error", end);
  }

  /** The next line without its LF; `undefined` if the stream ends before. */
  async line(signal: AbortSignal, mostBytes = MAX_LINE_BYTES): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(0x0a);
      if (end >= 0) return new TextDecoder().decode(this.#cut(end + 1).subarray(0, end));
      if (this.#buffer.length > mostBytes || !await this.#more(signal)) return undefined;
    }
  }

  /**
   * Passes over everything up to and including this text: the greeting of a login, whatever it holds.
   *
   * @returns what came first: the text, the end of the stream, or more bytes than `most`
   */
  async passOver(
    text: string,
    most: number,
    signal: AbortSignal,
  ): Promise<"found" | "ended" | "too much"> {
    this.#most = 2 * most; // what comes at once may be more than is looked at
    for (let passed = 0;;) {
      const at = latin1.decode(this.#buffer).indexOf(text);
      if (at >= 0) {
        this.#cut(at + text.length);
        this.#most = MAX_BUFFERED_BYTES;
        return "found";
      }
      // The end of it may be the beginning of the text.
      passed += this.#cut(Math.max(0, this.#buffer.length - text.length + 1)).length;
      if (passed > most) return "too much";
      if (!await this.#more(signal)) return "ended";
    }
  }

  /** The next message; `undefined` if the stream ends before, or says what is none. */
  async frame(signal: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      const [high, low] = this.#buffer;
      if (high !== undefined && low !== undefined) {
        const size = high * 256 + low;
        if (size > MAX_FRAME_BYTES) return undefined;
        if (this.#buffer.length >= 2 + size) return this.#cut(2 + size).subarray(2);
      }
      if (!await this.#more(signal)) return undefined;
    }
  }

  /** Sends a line. */
  writeLine(text: string): void {
    this.#output.write(`${text}\n`);
  }

  /** Sends a message; resolves when the system has it. */
  write(message: Uint8Array): Promise<void> {
    const frame = new Uint8Array(2 + message.length);
    new DataView(frame.buffer).setUint16(0, message.length);
    frame.set(message, 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    // What cannot be sent is seen by the one who waits for an answer.
    this.#output.write(frame, () => resolve());
    return promise;
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  #take(chunk: Uint8Array): void {
    if (this.#buffer.length + chunk.length > this.#most) {
      this.#ended = true;
      this.#close();
    } else {
      this.#buffer = joinBytes([this.#buffer, chunk]);
    }
    this.#wake();
  }

  #cut(length: number): Uint8Array {
    const head = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    return head;
  }

  /** Waits for more bytes; false at the end. */
  async #more(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.#ended) return false;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => reject(signal.reason);
    this.#wake = resolve;
    signal.addEventListener("abort", stop, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", stop);
    }
    return true;
  }
}
