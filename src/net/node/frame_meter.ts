/**
 * Counts the frames of yamux that come over one connection, before the library acts on them. Each costs it
 * some microseconds, a new stream a fifth of a millisecond; 20,000 of those in one piece held the process for
 * seconds, and one frame that says it is 4 GiB long was kept until it was whole.
 *
 * @see {@link https://github.com/hashicorp/yamux/blob/master/spec.md}
 */
import type { Clock } from "../../base/clock.ts";
import { LeakyBucket, type Rate } from "./leaky_bucket.ts";

const HEADER_BYTES = 12;
const TYPE_AT = 1;
const FLAGS_AT = 2;
const LENGTH_AT = 8;
const DATA = 0;
const PING = 2;
const SYN = 1;

/** Ours open 64 at a time; the library has room for 256 before it has finished the handshake. */
const STREAMS: Rate = { burst: 320, everyMs: 5 };
/** An honest peer asks twice a minute. */
const PINGS: Rate = { burst: 64, everyMs: 250 };
/** Frames that carry little; those that carry this much or more cost nothing, as the line bounds them. */
const FRAMES: Rate = { burst: 4_000, everyMs: 0.25 };
const FULL_BYTES = 1_024;
/** Each frame of data that we send is answered by one: so many may be on their way back. */
const MOST_ANSWERS = 10_000;

/** What comes in or goes out; a list is one of `uint8arraylist`. */
export interface Bytes {
  readonly byteLength: number;
  subarray(from: number, to: number): Uint8Array;
}

/** Thrown when a peer sends more of something than it may. */
export class TooManyFrames extends Error {
  override name = "TooManyFrames";
}

/** Follows the frames of one connection. */
export class FrameMeter {
  readonly #clock: Clock;
  readonly #mostBytes: number;
  readonly #header = new Uint8Array(HEADER_BYTES);
  readonly #view = new DataView(this.#header.buffer);
  readonly #streams = new LeakyBucket();
  readonly #pings = new LeakyBucket();
  readonly #frames = new LeakyBucket();
  #answers = 0;
  #headerBytes = 0;
  #bodyBytes = 0;
  #bodyLeft = 0;

  /** @param mostBytes how much one frame may carry */
  constructor(clock: Clock, mostBytes: number) {
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  /** Bytes that have come of a frame that is not whole, which the library keeps until it is. */
  get waitingBytes(): number {
    return this.#bodyBytes - this.#bodyLeft;
  }

  /** Takes note of a frame that is sent. */
  sent(frame: Bytes): void {
    if (frame.subarray(TYPE_AT, TYPE_AT + 1)[0] === DATA && this.#answers < MOST_ANSWERS) {
      this.#answers++;
    }
  }

  /** @throws {TooManyFrames} if the peer goes too far with this */
  take(data: Bytes): void {
    for (let at = 0; at < data.byteLength;) {
      const left = data.byteLength - at;
      if (this.#bodyLeft > 0) {
        const count = Math.min(this.#bodyLeft, left);
        this.#bodyLeft -= count;
        at += count;
        continue;
      }
      const count = Math.min(HEADER_BYTES - this.#headerBytes, left);
      this.#header.set(data.subarray(at, at + count), this.#headerBytes);
      this.#headerBytes += count;
      at += count;
      if (this.#headerBytes === HEADER_BYTES) this.#begin();
    }
    if (this.#bodyLeft === 0) this.#bodyBytes = 0;
  }

  #begin(): void {
    this.#headerBytes = 0;
    const type = this.#header[TYPE_AT];
    const carried = type === DATA ? this.#view.getUint32(LENGTH_AT) : 0;
    if (carried > this.#mostBytes) {
      throw new TooManyFrames(`A frame of ${carried} bytes: at most ${this.#mostBytes} are taken`);
    }
    this.#bodyBytes = this.#bodyLeft = carried;
    const isNew = (this.#view.getUint16(FLAGS_AT) & SYN) !== 0;
    if (type === PING) this.#count(this.#pings, PINGS, "pings");
    else if (isNew) this.#count(this.#streams, STREAMS, "new streams");
    if (carried >= FULL_BYTES) return;
    if (this.#answers > 0) this.#answers--;
    else {
      this.#count(this.#frames, FRAMES, "small frames", 1 - carried / FULL_BYTES);
    }
  }

  #count(bucket: LeakyBucket, rate: Rate, what: string, cost?: number): void {
    if (bucket.takes(rate, this.#clock.monotonic(), cost)) return;
    const perSecond = 1_000 / rate.everyMs;
    throw new TooManyFrames(
      `Too many ${what}: at most ${rate.burst} at once and ${perSecond} a second are taken`,
    );
  }
}
