/** Content of zstd frames piece by piece, so that a large one never stands in memory whole. */
import { constants, createZstdDecompress } from "node:zlib";
import { refuseAbove, WireError } from "./wire_error.ts";
import { BLOCK_BYTES, piecesOf, splitFrames } from "./zstd_frame.ts";

/**
 * What is used of a decoder of `node:zlib` besides its face: to decode one piece at once. As a stream it
 * ends the process on Deno when a frame is damaged.
 */
interface Decoder {
  _handle: { close(): void } | null;
  removeAllListeners(event: "error"): void;
  _processChunk(chunk: Uint8Array, flush: number): Uint8Array;
}

/**
 * The content in pieces of 256 KiB at most.
 *
 * @throws {WireError} as {@linkcode import("./compress.ts").decompress} does, at the piece where it is found
 */
export function* decompressParts(message: Uint8Array, mostBytes: number): Generator<Uint8Array> {
  let size = 0;
  for (const frame of splitFrames(message, mostBytes)) {
    using decoder = openDecoder();
    for (const piece of piecesOf(frame)) {
      const part = decoder.decode(piece);
      size += part.length;
      refuseAbove(mostBytes, size, "decompressed message");
      if (part.length > 0) yield part;
    }
  }
}

function openDecoder(): Disposable & { decode(piece: Uint8Array): Uint8Array } {
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
