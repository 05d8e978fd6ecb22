/** Frames of protocol 2 over one libp2p stream. */
import type { Stream } from "@libp2p/interface";
import { toError } from "../../base/rr_error.ts";
import type { FrameStream, FrameStreamEvents } from "../../sync/ports.ts";
import type { Frame } from "../../named/frames.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { FrameReader, type RawFrame } from "../../wire/v2/frame.ts";

/** How frames of one kind of stream are written and read. */
export interface FrameCodec<F> {
  readonly encode: (frame: F) => readonly Uint8Array[];
  /** `undefined` for a frame of an unknown type. */
  readonly decode: (frame: RawFrame) => F | undefined;
}

/**
 * A frame stream over a libp2p stream.
 *
 * Create it in the same turn in which the stream was handed over: later, data may have passed. What
 * breaks the format ends the stream, not the process.
 */
export class Libp2pFrameStream<F extends Frame> implements FrameStream<F> {
  readonly peer: PeerId;
  readonly #stream: Stream;
  readonly #codec: FrameCodec<F>;
  readonly #reader: FrameReader;
  readonly #waiting: Uint8Array[] = [];
  #events: FrameStreamEvents<F> | undefined;
  #queued = 0;
  #isEnding = false;
  #isClosed = false;

  /** `reader` may have bytes already, of the frame by which the kind of stream was told. */
  constructor(peer: PeerId, stream: Stream, codec: FrameCodec<F>, reader = new FrameReader()) {
    this.peer = peer;
    this.#stream = stream;
    this.#codec = codec;
    this.#reader = reader;
    stream.addEventListener("drain", () => this.#flush());
    // The other side has said all: so have we, as both kinds of stream end on both sides together.
    stream.addEventListener("end", () => this.close());
    stream.addEventListener("close", (event) => this.#closed(event.error));
  }

  get queued(): number {
    return this.#queued;
  }

  /** Begins to hand over what arrives. */
  listen(events: FrameStreamEvents<F>): void {
    this.#events = events;
    this.#stream.addEventListener("message", (event) => this.take(event.data));
    if (this.#isClosed) events.onClose(undefined);
  }

  /** Takes bytes in. */
  take(data: Uint8Array | Iterable<Uint8Array>): void {
    const chunks = data instanceof Uint8Array ? [data] : data;
    try {
      for (const chunk of chunks) {
        for (const raw of this.#reader.push(chunk)) this.takeFrame(raw);
      }
    } catch (error) {
      this.abort(toError(error));
    }
  }

  /** Takes in a frame that was read elsewhere. */
  takeFrame(raw: RawFrame): void {
    const frame = this.#codec.decode(raw);
    if (frame !== undefined && !this.#isClosed) this.#events?.onFrame(frame);
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
    if (this.#stream.readStatus === "readable") this.#stream.pause();
  }

  resume(): void {
    if (this.#stream.readStatus === "paused") this.#stream.resume();
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
    this.#queued = 0;
    this.#events?.onClose(error);
  }
}
