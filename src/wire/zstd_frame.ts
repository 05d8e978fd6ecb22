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
    const skippable = isSkippable(view, at, at === 0);
    const end = skippable
      ? at + SKIPPABLE_HEADER_BYTES + uint32(view, at + 4)
      : endOfFrame(view, at, mostBytes);
    if (end > message.length) throw incomplete();
    if (!skippable) frames.push(message.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Most content of one block. */
export const BLOCK_BYTES = 128 * 1024;
export const CHECKSUM_BYTES = 4;
/** Magic number and length. */
export const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;

/** The offset behind the frame that starts at `start`. */
function endOfFrame(view: DataView, start: number, mostBytes: number): number {
  const header = readHeader(view, start, mostBytes);
  if (header === undefined) throw incomplete();
  let at = header.blocksAt;
  for (let last = false; !last;) {
    const block = readBlock(view, at);
    if (block === undefined) throw incomplete();
    last = block.isLast;
    at += block.bytes;
    if (at > view.byteLength) throw incomplete();
  }
  return at + (header.hasChecksum ? CHECKSUM_BYTES : 0);
}

/**
 * Whether a frame at `at` holds no data.
 *
 * @throws {WireError} `invalid`, if there is no frame at all
 */
export function isSkippable(view: DataView, at: number, isFirst: boolean): boolean {
  const magic = uint32(view, at);
  const skippable = (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
  if (magic === MAGIC || skippable) return skippable;
  const where = isFirst ? "the message does not begin with one" : "something else follows one";
  throw new WireError("invalid", `Cannot decompress as ${where}: expected a zstd frame`);
}

/** One block, as its header says. */
export interface Block {
  /** With its header. */
  readonly bytes: number;
  readonly mostContent: number;
  readonly isLast: boolean;
}

/** The block at `at`; `undefined` if not even its header is there. @throws {WireError} `invalid` */
export function readBlock(view: DataView, at: number): Block | undefined {
  if (at + BLOCK_HEADER_BYTES > view.byteLength) return undefined;
  const header = view.getUint16(at, true) | view.getUint8(at + 2) << 16;
  const type = header >> 1 & 3;
  if (type === BLOCK_RESERVED) {
    throw new WireError("invalid", "Cannot decompress as a block has the reserved type");
  }
  const size = header >>> 3;
  if (size > BLOCK_BYTES) {
    throw new WireError("invalid", `Cannot decompress as a block has ${size} bytes`);
  }
  return {
    bytes: BLOCK_HEADER_BYTES + (type === BLOCK_RLE ? 1 : size),
    mostContent: type === BLOCK_COMPRESSED ? BLOCK_BYTES : size,
    isLast: (header & 1) === 1,
  };
}

/** What stands before the blocks of a frame. */
export interface FrameHeader {
  readonly blocksAt: number;
  readonly hasChecksum: boolean;
  /** What the decoder has to keep. */
  readonly windowBytes: number;
}

/**
 * The header of the frame at `start`; `undefined` if it is cut off.
 *
 * @throws {WireError} as {@linkcode splitFrames} does
 */
export function readHeader(
  view: DataView,
  start: number,
  mostBytes: number,
): FrameHeader | undefined {
  if (start + 5 > view.byteLength) return undefined;
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
  if (blocksAt > view.byteLength) return undefined;
  for (let at = dictionaryAt; at < contentSizeAt; at++) {
    if (view.getUint8(at) !== 0) {
      throw new WireError("invalid", "Cannot decompress as the frame needs a dictionary");
    }
  }
  const declared = contentSize(view, contentSizeAt, sizeBytes);
  refuseAbove(mostBytes, declared, "decompressed message");
  // With a single segment the window is the content itself.
  const windowBytes = singleSegment ? declared : windowOf(view.getUint8(windowAt));
  checkWindow(windowBytes);
  return { blocksAt, hasChecksum: (descriptor & 0x04) !== 0, windowBytes };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}

function checkWindow(window: number): void {
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
