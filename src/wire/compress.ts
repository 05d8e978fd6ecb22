/** JSON to one zstd frame and back, by `node:zlib`. */
import { joinBytes } from "../base/bytes.ts";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { refuseAbove, WireError } from "./wire_error.ts";
import { splitFrames } from "./zstd_frame.ts";

// On batches of history, half of which is random ids, level 3 takes half as long again as level 1 and
// comes out no smaller (tests/bench/codec_bench.ts). Level 1 is also what the original writes.
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** One frame holding `bytes`, always a single one. */
export function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, LEVEL);
}

/**
 * The content of one or several frames.
 *
 * Blocks while it decodes, as the asynchronous form does on Deno: 1 MiB of JSON takes about 2 ms.
 *
 * @throws {WireError} `too-large`, if there are more than `mostBytes`, found out without holding
 * them; `invalid`, if the frames are cut off, damaged or followed by something else
 */
export function decompress(message: Uint8Array, mostBytes: number): Uint8Array {
  const frames = splitFrames(message, mostBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const frame of frames) {
    const part = decodeFrame(frame, mostBytes - size, mostBytes);
    size += part.length;
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : joinBytes(parts);
}

function decodeFrame(frame: Uint8Array, room: number, mostBytes: number): Uint8Array {
  let part: Uint8Array;
  try {
    // One byte more than there is room for, as 0 would mean no limit.
    part = zstdDecompressSync(frame, { maxOutputLength: room + 1 });
  } catch (cause) {
    if (
      cause instanceof RangeError || (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE"
    ) {
      refuseAbove(mostBytes, mostBytes + 1, "decompressed message");
    }
    throw new WireError("invalid", "Cannot decompress the message: a frame is damaged", { cause });
  }
  refuseAbove(mostBytes, mostBytes - room + part.length, "decompressed message");
  return part;
}
