/** Content of zstd frames piece by piece, so that a large one never stands in memory whole. */
import { constants, createZstdDecompress } from "node:zlib";
import { letGo } from "../base/bytes.ts";
import { refuseAbove, WireError } from "./wire_error.ts";
import { BLOCK_BYTES } from "./zstd_frame.ts";
import { FrameCutter } from "./zstd_pieces.ts";

/**
 * What is used of a decoder of `node:zlib` besides its face: to decode one piece at once. As a stream it
 * ends the process on Deno when a frame is damaged.
 */
interface Decoder {
  _handle: { close(): void } | null;
  removeAllListeners(event: "error"): void;
  _processChunk(chunk: Uint8Array, flush: number): Uint8Array;
}

/** Bytes of a message in, its content out. Disposing lets go of what a cut one left behind. */
export class PartDecompressor implements Disposable {
  readonly #cutter: FrameCutter;
  readonly #mostBytes: number;
  #decoder: OpenDecoder | undefined;
  #size = 0;

  /** `mostBytes` bounds the content of the whole message. */
  constructor(mostBytes: number) {
    this.#cutter = new FrameCutter(mostBytes);
    this.#mostBytes = mostBytes;
  }

  /** Bytes that it keeps, those of the decoder included. */
  get held(): number {
    return this.#cutter.held + this.#cutter.windowBytes;
  }

  /**
   * What is complete with `chunk`, in pieces of 256 KiB at most, each of which is gone when the next one is asked for.
   *
   * @throws {WireError} as {@linkcode import("./compress.ts").decompress} does, at the piece where it is found
   */
  *feed(chunk: Uint8Array): Generator<Uint8Array> {
    for (const { bytes, begins, ends } of this.#cutter.feed(chunk)) {
      if (begins) this.#decoder = openDecoder();
      const part = this.#decoder!.decode(bytes);
      if (ends) this[Symbol.dispose]();
      this.#size += part.length;
      refuseAbove(this.#mostBytes, this.#size, "decompressed message");
      if (part.length > 0) yield part;
      letGo(part);
    }
  }

  /** All was fed. @throws {WireError} `invalid`, if the message is cut off */
  end(): void {
    this.#cutter.end();
  }

  [Symbol.dispose](): void {
    this.#decoder?.[Symbol.dispose]();
    this.#decoder = undefined;
  }
}

interface OpenDecoder extends Disposable {
  decode(piece: Uint8Array): Uint8Array;
}

function openDecoder(): OpenDecoder {
  const decoder = createZstdDecompress({ chunkSize: BLOCK_BYTES }) as unknown as Decoder;
  const handle = decoder._handle!;
  const close = handle.close.bind(handle);
  // It is closed after each piece otherwise, and forgets what stood before.
  handle.close = () => {};
  return {
    decode(piece): Uint8Array {
      decoder._handle = handle;
      try {
        // A copy: the decoder writes the next piece into the same place.
        return new Uint8Array(decoder._processChunk(piece, constants.ZSTD_e_continue) ?? 0);
      } catch (cause) {
        const what = "Cannot decompress the message: a frame is damaged";
        throw new WireError("invalid", what, { cause });
      } finally {
        decoder.removeAllListeners("error"); // it adds one each time
      }
    },
    [Symbol.dispose]: close,
  };
}
