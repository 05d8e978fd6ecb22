/** Cuts a message of zstd frames while it comes, so that it never stands in memory whole. */
import { joinBytes } from "../base/bytes.ts";
import { MAX_FRAMES } from "./limits.ts";
import { WireError } from "./wire_error.ts";
import {
  BLOCK_BYTES,
  CHECKSUM_BYTES,
  type FrameHeader,
  isSkippable,
  readBlock,
  readHeader,
  SKIPPABLE_HEADER_BYTES,
} from "./zstd_frame.ts";

/** A piece need not be longer than this. */
const PIECE_BYTES = 64 * 1024;
/** 64 MiB of content are 512 full blocks; each piece costs some 20 microseconds. */
const MOST_PIECES = 16_384;

/** Some whole blocks of one frame, with what stands before and behind them. */
export interface FramePiece {
  readonly bytes: Uint8Array;
  /** Whether its frame begins with it. */
  readonly begins: boolean;
  /** Whether its frame ends with it. */
  readonly ends: boolean;
}

/** What comes next. */
type Next = "frame" | "block" | "checksum";

/** Bytes in, pieces out whose content is little more than one block each. */
export class FrameCutter {
  readonly #mostBytes: number;
  #kept: Uint8Array = new Uint8Array(0);
  #next: Next = "frame";
  #header: FrameHeader | undefined;
  /** Where in what is kept the next thing begins. */
  #at = 0;
  /** The most that the piece so far can hold. */
  #content = 0;
  #skip = 0;
  #begins = false;
  #ends = false;
  #frames = 0;
  #pieces = 0;

  /** `mostBytes` is the largest content that a frame may declare. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Bytes that wait for others. */
  get held(): number {
    return this.#kept.length;
  }

  /** Window of the frame that is under way. */
  get windowBytes(): number {
    return this.#header?.windowBytes ?? 0;
  }

  /** The pieces that are complete with `chunk`. @throws {WireError} as `splitFrames()` does */
  *feed(chunk: Uint8Array): Generator<FramePiece> {
    let bytes = this.#kept.length === 0 ? chunk : joinBytes([this.#kept, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
      const step = this.#step(bytes);
      if (step === undefined) break;
      this.#at += step;
      if (!this.#isFull()) continue;
      if (++this.#pieces > MOST_PIECES) throw invalid("a frame has too many small blocks");
      const piece = bytes.subarray(0, this.#at);
      bytes = bytes.subarray(this.#at);
      const { begins, ends } = { begins: this.#begins, ends: this.#ends };
      this.#begins = this.#ends = false;
      this.#at = this.#content = 0;
      yield { bytes: piece, begins, ends };
    }
    this.#kept = bytes.slice();
  }

  /** All was fed. @throws {WireError} `invalid`, if a frame is cut off or there is none */
  end(): void {
    const isWhole = this.#next === "frame" && this.#kept.length === 0 && this.#skip === 0;
    if (!isWhole || this.#frames === 0) throw incomplete();
  }

  #isFull(): boolean {
    return this.#ends || this.#content >= BLOCK_BYTES || this.#at >= PIECE_BYTES;
  }

  /** Length of the next thing; `undefined` if it is not there whole. */
  #step(bytes: Uint8Array): number | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#next === "frame") return this.#frame(view);
    if (this.#next === "block") return this.#block(view);
    if (this.#at + CHECKSUM_BYTES > view.byteLength) return undefined;
    this.#end();
    return CHECKSUM_BYTES;
  }

  #frame(view: DataView): number | undefined {
    if (view.byteLength < SKIPPABLE_HEADER_BYTES) return undefined;
    if (isSkippable(view, 0, this.#frames === 0)) {
      this.#count();
      this.#skip = SKIPPABLE_HEADER_BYTES + view.getUint32(4, true);
      return 0;
    }
    this.#header = readHeader(view, 0, this.#mostBytes);
    if (this.#header === undefined) return undefined;
    this.#count();
    this.#begins = true;
    this.#next = "block";
    return this.#header.blocksAt;
  }

  #block(view: DataView): number | undefined {
    const block = readBlock(view, this.#at);
    if (block === undefined || this.#at + block.bytes > view.byteLength) return undefined;
    this.#content += block.mostContent;
    if (block.isLast) {
      if (this.#header!.hasChecksum) this.#next = "checksum";
      else this.#end();
    }
    return block.bytes;
  }

  #end(): void {
    this.#next = "frame";
    this.#header = undefined;
    this.#ends = true;
  }

  #count(): void {
    if (++this.#frames > MAX_FRAMES) throw invalid(`there are more than ${MAX_FRAMES} frames`);
  }
}

function invalid(what: string): WireError {
  return new WireError("invalid", `Cannot decompress as ${what}`);
}

function incomplete(): WireError {
  return new WireError("invalid", "Cannot decompress the message: incomplete frame");
}
