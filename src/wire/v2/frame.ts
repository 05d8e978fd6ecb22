/**
 * Frames of protocol 2.0.0: how long they are, what they are, and their payload. Which fields a payload
 * has is the matter of `codec.ts`.
 */
import { ByteCollector } from "../../base/byte_collector.ts";
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
  /** The frame as it came behind its length, if it is one that may be unpacked elsewhere: a batch. */
  readonly packed?: Uint8Array;
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

/**
 * Takes the bytes of a stream as they come and gives whole frames. What came of the last one is copied: its
 * pieces may be single bytes, each of which would cost a hundred as an object of its own.
 */
export class FrameReader {
  readonly #held = new ByteCollector();
  #lastBytes = 0;

  /** Bytes of the frame given last, as it came. */
  get lastBytes(): number {
    return this.#lastBytes;
  }

  /** Bytes held: of a frame that is not whole yet. */
  get buffered(): number {
    return this.#held.length;
  }

  /**
   * The frames that are whole now; to be gone through before the next piece is pushed.
   *
   * @throws {WireError} `too-large` or `invalid`; then the stream is of no more use. For what is wrong within a
   * batch, its `value` does
   */
  *push(chunk: Uint8Array): Generator<RawFrame, void, undefined> {
    const isHeld = this.#held.length > 0;
    if (isHeld) this.#held.push(chunk);
    const bytes = isHeld ? this.#held.view() : chunk;
    let at = 0;
    for (;;) {
      const head = headAt(bytes, at);
      const end = head === undefined ? Infinity : head.payloadAt + head.length;
      if (head === undefined || end > bytes.length) break;
      const frame = bytes.subarray(head.payloadAt, end);
      at = end;
      const unpacked = unpack(frame);
      this.#lastBytes = frame.length;
      if (unpacked !== undefined) yield unpacked;
    }
    if (isHeld && at === 0) return;
    if (isHeld) this.#held.take();
    this.#held.push(bytes.subarray(at));
  }
}

/** Where the frame at `at` begins behind its length, and how long it is; `undefined` if that is cut off. */
function headAt(
  bytes: Uint8Array,
  at: number,
): { readonly payloadAt: number; readonly length: number } | undefined {
  let length = 0;
  for (let i = 0; i < MOST_LENGTH_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (length === 0) throw new WireError("invalid", "Cannot read a frame of no bytes");
      refuseAbove(FRAME_BYTES, length, "frame");
      return { payloadAt: at + i + 1, length };
    }
  }
  throw new WireError("too-large", "frame too large: its length has more than 4 bytes");
}

/** The highest type that every reader knows; what is above, but for pins, is skipped without being looked at. */
const HIGHEST_TYPE = 0x15;
/** The type of pins: above the others, so that a reader that knows none skips them. */
export const PINS_TYPE = 0x20;
/** The type of a batch: all the rest is small, or is needed at once. */
export const BATCH_TYPE = 0x14;

function unpack(frame: Uint8Array): RawFrame | undefined {
  const type = frame[0]! & ~COMPRESSED;
  if (type > HIGHEST_TYPE && type !== PINS_TYPE) return undefined;
  // Its bytes are those of a piece of the stream, which is used again. A slice() of a Buffer would be no copy.
  if (type === BATCH_TYPE) return new LateFrame(new Uint8Array(frame));
  return { type, value: valueOf(frame) };
}

/** A frame that is unpacked when its payload is asked for. */
export class LateFrame implements RawFrame {
  readonly packed: Uint8Array;
  #value: RawFrame["value"] | undefined;

  /** @param packed the frame behind its length */
  constructor(packed: Uint8Array) {
    this.packed = packed;
  }

  get type(): number {
    return this.packed[0]! & ~COMPRESSED;
  }

  /** @throws {WireError} as {@linkcode FrameReader.push} */
  get value(): RawFrame["value"] {
    return this.#value ??= valueOf(this.packed);
  }
}

function valueOf(frame: Uint8Array): RawFrame["value"] {
  const payload = frame.subarray(1);
  const json = frame[0]! & COMPRESSED ? decompress(payload, JSON_BYTES) : payload;
  checkJsonCost(json);
  return parse(json);
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
