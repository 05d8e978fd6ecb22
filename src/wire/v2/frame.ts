/**
 * Frames of protocol 2.0.0: how long they are, what they are, and their payload. Which fields a payload
 * has is the matter of `codec.ts`.
 */
import { joinBytes } from "../../base/bytes.ts";
import { compress, decompress } from "../compress.ts";
import { checkJsonCost } from "../json_cost.ts";
import { refuseAbove, WireError } from "../wire_error.ts";

/** The stream protocol. */
export const SYNC_2 = "/rustory/sync/2.0.0";

const MIB = 1 << 20;
/** Most bytes of a frame behind its length: the largest entry that may be recorded, not compressed. */
export const FRAME_BYTES = 4 * MIB;
/** Most bytes of its JSON: the largest entry with every character escaped. */
const JSON_BYTES = 8 * MIB;
/** Payloads from this size on are compressed; shorter ones would only grow. */
const COMPRESSED_FROM = 160;
/** Set in the type byte of a compressed payload. */
const COMPRESSED = 0x80;
/** A length below 2^28 takes at most four bytes. */
const MOST_LENGTH_BYTES = 4;

/** One frame, unpacked. */
export interface RawFrame {
  /** What it is; a reader skips what it does not know. */
  readonly type: number;
  readonly value: Readonly<Record<string, unknown>>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Writes a frame.
 *
 * @throws {WireError} `too-large`
 */
export function packFrame(type: number, value: unknown): Uint8Array {
  const json = encoder.encode(JSON.stringify(value));
  refuseAbove(JSON_BYTES, json.length, "frame");
  const isCompressed = json.length >= COMPRESSED_FROM;
  const payload = isCompressed ? compress(json) : json;
  const length = payload.length + 1;
  refuseAbove(FRAME_BYTES, length, "frame");
  const head = [...lengthBytes(length), isCompressed ? type | COMPRESSED : type];
  return joinBytes([Uint8Array.from(head), payload]);
}

/** Takes the bytes of a stream as they come and gives whole frames. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #lastBytes = 0;

  /** Bytes of the frame given last, as it came. */
  get lastBytes(): number {
    return this.#lastBytes;
  }

  /** Bytes held: of a frame that is not whole yet. */
  get buffered(): number {
    return this.#size;
  }

  /**
   * The frames that are whole now.
   *
   * @throws {WireError} `too-large` or `invalid`; then the stream is of no more use
   */
  *push(chunk: Uint8Array): Generator<RawFrame, void, undefined> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      const head = this.#length();
      if (head === undefined || this.#size < head.bytes + head.length) return;
      const frame = this.#take(head.bytes + head.length).subarray(head.bytes);
      const unpacked = unpack(frame);
      this.#lastBytes = frame.length;
      if (unpacked !== undefined) yield unpacked;
    }
  }

  #length(): { readonly bytes: number; readonly length: number } | undefined {
    let length = 0;
    for (let at = 0; at < MOST_LENGTH_BYTES; at++) {
      if (at >= this.#size) return undefined;
      const byte = this.#byteAt(at);
      length += (byte & 0x7f) * 2 ** (7 * at);
      if (byte < 0x80) {
        if (length === 0) throw new WireError("invalid", "Cannot read a frame of no bytes");
        refuseAbove(FRAME_BYTES, length, "frame");
        return { bytes: at + 1, length };
      }
    }
    throw new WireError("too-large", "frame too large: its length has more than 4 bytes");
  }

  #byteAt(index: number): number {
    let at = index;
    for (const chunk of this.#chunks) {
      if (at < chunk.length) return chunk[at]!;
      at -= chunk.length;
    }
    throw new RangeError(`Cannot read byte ${index} of ${this.#size}`);
  }

  #take(count: number): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = count < all.length ? [all.subarray(count)] : [];
    this.#size = all.length - count;
    return all.subarray(0, count);
  }
}

/** The highest type of this version; what is above is skipped without being looked at. */
const HIGHEST_TYPE = 0x15;

function unpack(frame: Uint8Array): RawFrame | undefined {
  const type = frame[0]! & ~COMPRESSED;
  if (type > HIGHEST_TYPE) return undefined;
  const payload = frame.subarray(1);
  const json = frame[0]! & COMPRESSED ? decompress(payload, JSON_BYTES) : payload;
  checkJsonCost(json);
  return { type, value: parse(json) };
}

function parse(json: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(json));
  } catch {
    // The parser's own message quotes the text, which may be a command.
    throw new WireError("invalid", `Cannot read a frame: its ${json.length} bytes are no JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("invalid", "Cannot read a frame: expected a JSON object");
  }
  return value as Record<string, unknown>;
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) bytes.push(rest & 0x7f | 0x80);
  bytes.push(rest);
  return bytes;
}
