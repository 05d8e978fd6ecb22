/** Frames of protocol 2 over one libp2p stream. */
import type { Stream } from "@libp2p/interface";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { toError } from "../../base/rr_error.ts";
import type { FrameStream, FrameStreamEvents } from "../../sync/ports.ts";
import type { Frame } from "../../named/frames.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { FrameReader, type RawFrame } from "../../wire/v2/frame.ts";

/** How frames of one kind of stream are written and read. */
export interface FrameCodec<F, R = F> {
  readonly encode: (frame: F) => readonly Uint8Array[];
  /** `undefined` for a frame of an unknown type. */
  readonly decode: (frame: RawFrame) => R | undefined;
}

/** What is used of a yamux stream besides its face: to give the sender no more room. */
interface Window {
  sendPause(): void;
}

/** A frame whose decoding takes some milliseconds, so that the next one waits for its turn. */
const LARGE_BYTES = 16 * 1024;

/**
 * A frame stream over a libp2p stream. Frames that have arrived wait while it is paused, and large ones
 * are decoded one in a turn of the event loop: what has gathered in a pause is some megabytes.
 *
 * Create it in the same turn in which the stream was handed over: later, data may have passed. What
 * breaks the format ends the stream, not the process.
 */
export class Libp2pFrameStream<F extends Frame, R = F> implements FrameStream<F> {
  readonly peer: PeerId;
  readonly #stream: Stream;
  readonly #codec: FrameCodec<F, R>;
  readonly #reader: FrameReader;
  readonly #waiting: Uint8Array[] = [];
  /** Arrived, but not looked at yet. */
  readonly #inbox: Uint8Array[] = [];
  /** The frames of what was looked at last. */
  #frames: Iterator<RawFrame, void> | undefined;
  #isPaused = false;
  #isDelivering = false;
  /** The other side has said all, or the stream has ended: told after the last frame. */
  #hasAll = false;
  #ended: { readonly error: Error | undefined } | undefined;
  #events: FrameStreamEvents<R> | undefined;
  #queued = 0;
  #isEnding = false;
  #isClosed = false;

  /** `reader` may have bytes already, of the frame by which the kind of stream was told. */
  constructor(peer: PeerId, stream: Stream, codec: FrameCodec<F, R>, reader = new FrameReader()) {
    this.peer = peer;
    this.#stream = stream;
    this.#codec = codec;
    this.#reader = reader;
    stream.addEventListener("drain", () => this.#flush());
    // The other side has said all: so have we, as both kinds of stream end on both sides together.
    stream.addEventListener("end", () => {
      this.#hasAll = true;
      this.#deliver();
    });
    stream.addEventListener("close", (event) => {
      this.#ended = { error: event.error };
      this.#deliver();
    });
  }

  get queued(): number {
    return this.#queued;
  }

  /** Begins to hand over what arrives. */
  listen(events: FrameStreamEvents<R>): void {
    this.#events = events;
    this.#stream.addEventListener("message", (event) => this.take(event.data));
    if (this.#isClosed) events.onClose(undefined);
  }

  /** Takes bytes in. */
  take(data: Uint8Array | Iterable<Uint8Array>): void {
    if (data instanceof Uint8Array) this.#inbox.push(data);
    else this.#inbox.push(...data);
    this.#deliver();
  }

  /** Takes in a frame that was read elsewhere, before anything else. */
  takeFrame(raw: RawFrame): void {
    const frame = this.#codec.decode(raw);
    if (frame !== undefined && !this.#isClosed) this.#events?.onFrame(frame);
  }

  /** Hands over what has arrived, as far as it is wanted now. */
  #deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    let isLarge = false;
    while (!isLarge && !this.#isClosed && !this.#isPaused && this.#hasMore) isLarge = this.#step();
    if (isLarge && this.#hasMore) {
      this.#readOn();
      return void yieldToLoop().then(() => this.#goOn());
    }
    this.#isDelivering = false;
    // What has waited in the stream may come from within.
    this.#readOn();
    if (this.#hasMore) return;
    if (this.#hasAll) this.close();
    if (this.#ended !== undefined) this.#closed(this.#ended.error);
  }

  #goOn(): void {
    this.#isDelivering = false;
    this.#deliver();
  }

  get #hasMore(): boolean {
    return this.#frames !== undefined || this.#inbox.length > 0;
  }

  /** Takes the next frame, if there is a whole one; whether it was a large one. */
  #step(): boolean {
    try {
      this.#frames ??= this.#reader.push(this.#inbox.shift()!);
      const next = this.#frames.next();
      if (next.done) this.#frames = undefined;
      else this.takeFrame(next.value);
      return !next.done && this.#reader.lastBytes >= LARGE_BYTES;
    } catch (error) {
      this.abort(toError(error));
      return false;
    }
  }

  /** What is not handed over is enough to hold; the sender is held back by the window of the stream. */
  #readOn(): void {
    const { readStatus } = this.#stream;
    const isFull = this.#isPaused || this.#hasMore;
    if (isFull && readStatus === "readable") this.#stream.pause();
    if (isFull || readStatus !== "paused") return;
    try {
      this.#stream.resume();
      // What waited in it may have had it paused anew, before the library gave the sender room for more.
      if (this.#isHeld) (this.#stream as unknown as Window).sendPause();
    } catch {
      // The connection is gone, so its other side cannot be told of the room. What waited was handed over.
    }
  }

  get #isHeld(): boolean {
    return this.#stream.readStatus === "paused";
  }

  send(frame: F): boolean {
    if (this.#isClosed) return true;
    try {
      for (const bytes of this.#codec.encode(frame)) {
        this.#waiting.push(bytes);
        this.#queued += bytes.length;
      }
      this.#write();
    } catch (error) {
      this.abort(toError(error));
    }
    return this.#waiting.length === 0 && !this.#stream.writableNeedsDrain;
  }

  close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#write();
  }

  abort(reason: Error): void {
    this.#isEnding = true;
    this.#stream.abort(reason);
    this.#closed(reason);
  }

  pause(): void {
    this.#isPaused = true;
    this.#readOn();
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliver();
  }

  #write(): void {
    while (this.#waiting.length > 0 && !this.#stream.writableNeedsDrain) {
      const bytes = this.#waiting.shift()!;
      this.#queued -= bytes.length;
      this.#stream.send(bytes);
    }
    if (this.#isEnding && this.#waiting.length === 0) {
      this.#stream.close().catch((error) => this.#stream.abort(toError(error)));
    }
  }

  #flush(): void {
    if (this.#isClosed) return;
    try {
      this.#write();
    } catch (error) {
      return this.abort(toError(error));
    }
    if (this.#waiting.length === 0 && !this.#stream.writableNeedsDrain) this.#events?.onRoom();
  }

  #closed(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#inbox.length = 0;
    this.#frames = undefined;
    this.#queued = 0;
    this.#events?.onClose(error);
  }
}
