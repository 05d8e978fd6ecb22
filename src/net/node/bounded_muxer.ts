/**
 * What a connected peer can have this process do and keep, within bounds: how many frames and streams come
 * over a connection (see frame_meter.ts), and how much lies here that nobody has read: frames that are not
 * whole, and what came for a stream that is not listened to.
 */
import type { MessageStream, Stream, StreamMuxer, StreamMuxerFactory } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import { toError } from "../../base/rr_error.ts";
import { type Bytes, FrameMeter } from "./frame_meter.ts";
import { boundNegotiation, negotiated } from "./negotiation.ts";

/** Kept unread over all connections; what is being answered is bounded elsewhere. */
const MOST_UNREAD_BYTES = 32 << 20;
/** So much comes in between two looks at it. */
const LOOK_EVERY_BYTES = 1 << 20;

/** What is used of `@libp2p/yamux` 8.0.3 besides its face. */
interface Muxer extends StreamMuxer {
  streams: (Stream & { readonly readBufferLength: number })[];
  onData(data: Bytes): void;
  onRemoteStream(stream: Stream): void;
}

/** One connection. */
interface Line {
  readonly muxer: Muxer;
  readonly meter: FrameMeter;
  end(why: Error): void;
}

/** What {@linkcode BoundedMuxers} go by. */
export interface MuxerBounds {
  readonly clock: Clock;
  /** How much one frame may carry: the largest window of a stream. */
  readonly mostFrameBytes: number;
  /** Called with each multiplexer whose connection is ended for it. */
  onTooMuch(muxer: StreamMuxer, why: Error): void;
}

/** Bounds the multiplexers of one node. */
export class BoundedMuxers {
  readonly #bounds: MuxerBounds;
  readonly #lines = new Set<Line>();
  #sinceLook = 0;

  constructor(bounds: MuxerBounds) {
    this.#bounds = bounds;
  }

  /** The factory, whose multiplexers end their connection when its peer goes too far. */
  bound<T extends StreamMuxerFactory>(factory: T): T {
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => this.#watch(connection, create(connection));
    return factory;
  }

  #watch(connection: MessageStream, muxer: StreamMuxer): StreamMuxer {
    const { clock, mostFrameBytes, onTooMuch } = this.#bounds;
    const own = muxer as Muxer;
    const end = (why: Error): void => {
      onTooMuch(muxer, why);
      muxer.abort(why);
      connection.abort(why);
    };
    const line = { muxer: own, meter: new FrameMeter(clock, mostFrameBytes), end };
    this.#lines.add(line);
    connection.addEventListener("close", () => void this.#lines.delete(line), { once: true });
    negotiated(connection);
    const send = connection.send.bind(connection);
    connection.send = (data): boolean => {
      line.meter.sent(data);
      return send(data);
    };
    const onRemoteStream = own.onRemoteStream.bind(own);
    own.onRemoteStream = (stream): void => {
      boundNegotiation(stream);
      onRemoteStream(stream);
    };
    const onData = own.onData.bind(own);
    own.onData = (data): void => {
      if (muxer.status !== "open") return;
      try {
        line.meter.take(data);
      } catch (error) {
        return end(toError(error));
      }
      onData(data);
      this.#sinceLook += data.byteLength;
      if (this.#sinceLook >= LOOK_EVERY_BYTES) this.#look();
    };
    return muxer;
  }

  #look(): void {
    this.#sinceLook = 0;
    const unread = [...this.#lines].map((line) => ({ line, bytes: unreadBytes(line) }));
    unread.sort((a, b) => b.bytes - a.bytes);
    let total = unread.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { line, bytes } of unread) {
      if (total <= MOST_UNREAD_BYTES) return;
      line.end(new Error(`The peer has ${bytes} bytes wait here that nothing reads`));
      total -= bytes;
    }
  }
}

function unreadBytes({ muxer, meter }: Line): number {
  return muxer.streams.reduce((sum, { readBufferLength }) => sum + readBufferLength, 0) +
    meter.waitingBytes;
}
