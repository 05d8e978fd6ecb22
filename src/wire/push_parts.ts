/** Reads a push while it comes, so that the largest one costs little more memory than a usual one. */
import { ByteCollector } from "../base/byte_collector.ts";
import { letGo } from "../base/bytes.ts";
import type { PushRequest } from "../swarm/messages.ts";
import { decodePushRequest } from "./codec.ts";
import { PartDecompressor } from "./decompress_parts.ts";
import { decodeEntries } from "./entry_codec.ts";
import { EntrySplitter } from "./entry_splitter.ts";
import { MAX_REJECTED, PUSH_REQUEST_LIMIT } from "./limits.ts";
import { refuseAbove } from "./wire_error.ts";

/** A push of 1,000 usual entries has some 300 KB; up to here it is read, and stored, as a whole. */
const WHOLE_BYTES = 2 * 1024 * 1024;
/** Some 1,000 usual entries: soon read and stored, and little for V8 to carry along. */
const PART_BYTES = 256 * 1024;
const PART_ENTRIES = 1_000;
/** Read between two looks at how much that is: an entry may be a single byte. */
const STEP_BYTES = 16 * 1024;

/**
 * Bytes of a push in, what is pushed out, in as many parts as it takes. Where one is refused, the parts before
 * may be stored, which is no harm: they are ignored when they come again.
 */
export class PushDecoder implements Disposable {
  readonly #decompressor: PartDecompressor | undefined;
  readonly #first = new ByteCollector();
  #splitter: EntrySplitter | undefined;
  #wireBytes = 0;
  /** Entries that broke a rule, in all parts. */
  #rejected = 0;

  constructor(compressed: boolean) {
    this.#decompressor = compressed
      ? new PartDecompressor(PUSH_REQUEST_LIMIT.jsonBytes)
      : undefined;
  }

  /** Bytes that it keeps. */
  get held(): number {
    return (this.#decompressor?.held ?? 0) + this.#first.length + (this.#splitter?.held ?? 0);
  }

  /**
   * What is complete with `chunk`. Reading goes on when the next part is asked for.
   *
   * @throws {WireError} as {@linkcode decodePushRequest} does
   */
  *feed(chunk: Uint8Array): Generator<PushRequest> {
    refuseAbove(PUSH_REQUEST_LIMIT.wireBytes, this.#wireBytes += chunk.length, "message");
    if (this.#decompressor === undefined) return yield* this.#take(chunk);
    for (const piece of this.#decompressor.feed(chunk)) yield* this.#take(piece);
  }

  /** All was fed: the last part. @throws {WireError} as {@linkcode PushDecoder.feed} */
  end(): PushRequest {
    this.#decompressor?.end();
    if (this.#splitter === undefined) return this.#whole();
    this.#splitter.end();
    return this.#part(this.#splitter);
  }

  [Symbol.dispose](): void {
    this.#decompressor?.[Symbol.dispose]();
  }

  #whole(): PushRequest {
    const message = this.#first.take();
    try {
      return decodePushRequest(message, false);
    } finally {
      letGo(message);
    }
  }

  *#take(piece: Uint8Array): Generator<PushRequest> {
    if (this.#splitter !== undefined) return yield* this.#split(piece);
    this.#first.push(piece);
    if (this.#first.length <= WHOLE_BYTES) return;
    this.#splitter = new EntrySplitter();
    const first = this.#first.take();
    yield* this.#split(first);
    letGo(first);
  }

  *#split(piece: Uint8Array): Generator<PushRequest> {
    const splitter = this.#splitter!;
    for (let at = 0; at < piece.length; at += STEP_BYTES) {
      splitter.feed(piece.subarray(at, at + STEP_BYTES));
      if (splitter.bytes < PART_BYTES && splitter.waiting < PART_ENTRIES) continue;
      yield this.#part(splitter);
    }
  }

  #part(splitter: EntrySplitter): PushRequest {
    const part = decodeEntries(splitter.take(), MAX_REJECTED - this.#rejected);
    this.#rejected += part.rejected.length;
    return part;
  }
}
