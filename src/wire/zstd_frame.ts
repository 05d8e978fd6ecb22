/**
 * Finds where zstd frames end (RFC 8878, section 3.1), without decoding them.
 *
 * The decoders at hand cannot be asked: `node:zlib` takes a cut frame for a short one, ignores what
 * stands behind a frame, and where several frames follow one another reads the first or all of them,
 * depending on the version.
 */
import { MAX_FRAMES, MAX_WINDOW_BYTES } from "./limits.ts";
import { refuseAbove, WireError } from "./wire_error.ts";

const MAGIC = 0xfd2fb528;
/** Frames whose magic number is this one or one of the next 15 hold no data. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** What a block header says: the size of the block follows from its type. */
const BLOCK_RLE = 1;
const BLOCK_COMPRESSED = 2;
const BLOCK_RESERVED = 3;

/**
 * The frames of a message, each as a view of it; those without data are left out.
 *
 * @param mostBytes the largest content that a frame may declare
 * @throws {WireError} `invalid`, if the message is empty, cut off, no zstd, followed by something
 * else, or asks for a dictionary or too large a window; `too-large` for the content
 */
export function splitFrames(message: Uint8Array, mostBytes: number): Uint8Array[] {
  if (message.length === 0) throw incomplete();
  const frames: Uint8Array[] = [];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let count = 0;
  for (let at = 0; at < message.length;) {
    if (++count > MAX_FRAMES) {
      throw new WireError(
        "invalid",
        `Cannot decompress as there are more than ${MAX_FRAMES} frames`,
      );
    }
    const magic = uint32(view, at);
    const skippable = (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
    if (magic !== MAGIC && !skippable) {
      const where = at === 0 ? "the message does not begin with one" : "something else follows one";
      throw new WireError("invalid", `Cannot decompress as ${where}: expected a zstd frame`);
    }
    const end = skippable ? at + 8 + uint32(view, at + 4) : endOfFrame(view, at, mostBytes);
    if (end > message.length) throw incomplete();
    if (!skippable) frames.push(message.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Most content of one block. */
export const BLOCK_BYTES = 128 * 1024;
/** Input that a piece need not be longer than. */
const PIECE_BYTES = 64 * 1024;
/** 64 MiB of content are 512 full blocks; each piece costs some 20 microseconds. */
const MOST_PIECES = 16_384;

/**
 * One frame of {@linkcode splitFrames} in pieces that hold little more than one block each.
 *
 * @throws {WireError} `invalid`, if it has far more blocks than content
 */
export function piecesOf(frame: Uint8Array): Uint8Array[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const pieces: Uint8Array[] = [];
  let begun = 0;
  let content = 0;
  endOfFrame(view, 0, Infinity, (end, mostContent, isLast) => {
    content += mostContent;
    if (!isLast && content < BLOCK_BYTES && end - begun < PIECE_BYTES) return;
    pieces.push(frame.subarray(begun, isLast ? frame.length : end));
    if (pieces.length > MOST_PIECES) {
      throw new WireError("invalid", "Cannot decompress as a frame has too many small blocks");
    }
    begun = end;
    content = 0;
  });
  return pieces;
}

/** The offset behind the frame that starts at `start`; `onBlock` is told of each block. */
function endOfFrame(
  view: DataView,
  start: number,
  mostBytes: number,
  onBlock: (end: number, mostContent: number, isLast: boolean) => void = () => {},
): number {
  const { blocksAt, hasChecksum } = readHeader(view, start, mostBytes);
  let at = blocksAt;
  for (let last = false; !last;) {
    if (at + 3 > view.byteLength) throw incomplete();
    const header = view.getUint16(at, true) | view.getUint8(at + 2) << 16;
    const type = header >> 1 & 3;
    if (type === BLOCK_RESERVED) {
      throw new WireError("invalid", "Cannot decompress as a block has the reserved type");
    }
    last = (header & 1) === 1;
    at += 3 + (type === BLOCK_RLE ? 1 : header >>> 3);
    if (at > view.byteLength) throw incomplete();
    onBlock(at, type === BLOCK_COMPRESSED ? BLOCK_BYTES : header >>> 3, last);
  }
  return at + (hasChecksum ? 4 : 0);
}

interface FrameHeader {
  readonly blocksAt: number;
  readonly hasChecksum: boolean;
}

function readHeader(view: DataView, start: number, mostBytes: number): FrameHeader {
  if (start + 5 > view.byteLength) throw incomplete();
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) {
    throw new WireError("invalid", "Cannot decompress as the frame sets a reserved bit");
  }
  const windowAt = start + 5;
  const dictionaryAt = windowAt + (singleSegment ? 0 : 1);
  const contentSizeAt = dictionaryAt + DICTIONARY_ID_BYTES[descriptor & 3 as 0 | 1 | 2 | 3]!;
  const sizeBytes = descriptor >> 6 === 0 && singleSegment
    ? 1
    : CONTENT_SIZE_BYTES[descriptor >> 6]!;
  const blocksAt = contentSizeAt + sizeBytes;
  if (blocksAt > view.byteLength) throw incomplete();
  if (!singleSegment) checkWindow(view.getUint8(windowAt));
  for (let at = dictionaryAt; at < contentSizeAt; at++) {
    if (view.getUint8(at) !== 0) {
      throw new WireError("invalid", "Cannot decompress as the frame needs a dictionary");
    }
  }
  // With a single segment the window is the content itself, which this bounds.
  const declared = contentSize(view, contentSizeAt, sizeBytes);
  refuseAbove(mostBytes, declared, "decompressed message");
  return { blocksAt, hasChecksum: (descriptor & 0x04) !== 0 };
}

function checkWindow(descriptor: number): void {
  const base = 2 ** (10 + (descriptor >> 3));
  const window = base + base / 8 * (descriptor & 7);
  if (window > MAX_WINDOW_BYTES) {
    const rule = `at most ${MAX_WINDOW_BYTES}`;
    throw new WireError(
      "invalid",
      `Cannot decompress as the frame needs a window of ${window} bytes: expected ${rule}`,
    );
  }
}

function contentSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 8 ? Number(view.getBigUint64(at, true)) : 0;
}

function uint32(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) throw incomplete();
  return view.getUint32(at, true);
}

function incomplete(): WireError {
  // The words of the original's decoder, which people search for.
  return new WireError("invalid", "Cannot decompress the message: incomplete frame");
}
