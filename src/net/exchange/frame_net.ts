/** Streams of protocol 2 over a node: opened to peers, and taken from them. */
import type { Connection, Stream, StreamMessageEvent } from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import {
  type FrameAcceptor,
  type FrameNet,
  type FrameStream,
  type FrameStreamEvents,
  LinkError,
  type ReceivedFrame,
} from "../../sync/ports.ts";
import type { ControlFrame, ExchangeFrame, Frame } from "../../named/frames.ts";
import type { PeerId } from "../../swarm/peer.ts";
import {
  decodeBatch,
  decodeControl,
  decodeExchange,
  encodeFrames,
  isExchange,
} from "../../wire/v2/codec.ts";
import { FrameReader, type RawFrame, SYNC_2 } from "../../wire/v2/frame.ts";
import { peerOf } from "../node/connections.ts";
import type { Node } from "../node/node.ts";
import { type FrameCodec, Libp2pFrameStream } from "./frame_stream.ts";
import { bestConnection } from "./link.ts";

/** A control stream, and as many exchanges as are served at a time; more are refused by their answer. */
const STREAMS_PER_CONNECTION = 64;

/**
 * A peer says within one round trip what it speaks, unless it is busy; who takes longer than this is taken
 * for one of version 1, which costs bytes if it is not.
 */
const IDENTIFY_MS = 10_000;
const LOOK_MS = 20;

const CONTROL: FrameCodec<ControlFrame> = { encode: encodeFrames, decode: decodeControl };
const EXCHANGE: FrameCodec<ExchangeFrame, ReceivedFrame> = {
  encode: encodeFrames,
  decode: (raw) => {
    const { packed } = raw;
    if (packed === undefined) return decodeExchange(raw);
    return { type: "packed", bytes: packed, unpack: () => decodeBatch(packed) };
  },
};

/** What {@linkcode createFrameNet} needs. */
export interface FrameNetDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether a peer is connected that speaks protocol 2. */
export function speaksProtocol2(node: Node, peer: PeerId): boolean {
  return connectionTo(node, peer) !== undefined;
}

/** See {@linkcode FrameNet}. It ends with the node. */
export function createFrameNet(node: Node, { clock, logger }: FrameNetDeps): FrameNet {
  const ways = new ExchangeWays(node);
  return {
    identified: (peer, signal) => identified(node, peer, clock, signal),
    speaks: (peer) => speaksProtocol2(node, peer),
    openControl: async (peer, events, signal) => {
      const connection = connectionTo(node, peer);
      const stream = await open(connection, peer, CONTROL, events, signal);
      ways.note(stream, connection);
      return stream;
    },
    openExchange: (beside, events, signal) => {
      const { connection, watched } = ways.choose(beside, events);
      return open(connection, beside.peer, EXCHANGE, watched, signal);
    },
    accept: (acceptor) => accept(node, acceptor, ways, logger),
  };
}

/**
 * Which connection an exchange goes by. Two processes of one device may be connected under one PeerId,
 * and the one without the control stream knows of no comparison.
 */
class ExchangeWays {
  readonly #node: Node;
  readonly #connections = new WeakMap<FrameStream<ControlFrame>, Connection>();
  /** Seen to lead to another process than the control stream. */
  readonly #apart = new WeakSet<Connection>();

  constructor(node: Node) {
    this.#node = node;
  }

  /** Remembers the connection of a control stream. */
  note(stream: FrameStream<ControlFrame>, connection: Connection | undefined): void {
    if (connection !== undefined) this.#connections.set(stream, connection);
  }

  /** The connection of the control stream, or a direct one beside it if it is relayed. */
  choose(
    beside: FrameStream<ControlFrame>,
    events: FrameStreamEvents<ReceivedFrame>,
  ): {
    readonly connection: Connection | undefined;
    readonly watched: FrameStreamEvents<ReceivedFrame>;
  } {
    const own = this.#connections.get(beside);
    const direct = own?.status === "open" && own.direct ? undefined : this.#directTo(beside.peer);
    if (direct === undefined) return { connection: own, watched: events };
    return { connection: direct, watched: this.#watch(direct, events) };
  }

  #directTo(peer: PeerId): Connection | undefined {
    return connectionTo(this.#node, peer, (one) => one.direct && !this.#apart.has(one));
  }

  #watch(
    connection: Connection,
    events: FrameStreamEvents<ReceivedFrame>,
  ): FrameStreamEvents<ReceivedFrame> {
    let answered = false;
    return {
      ...events,
      onFrame: (frame) => {
        answered = true;
        events.onFrame(frame);
      },
      onClose: (error) => {
        if (!answered) this.#apart.add(connection);
        events.onClose(error);
      },
    };
  }
}

async function identified(
  node: Node,
  peer: PeerId,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let waited = 0; waited < IDENTIFY_MS; waited += LOOK_MS) {
    const connection = bestConnection(node, peer);
    if (connection === undefined || node.serves(connection) !== undefined) return;
    await clock.sleep(LOOK_MS, signal);
  }
}

function connectionTo(
  node: Node,
  peer: PeerId,
  isGood: (connection: Connection) => boolean = () => true,
): Connection | undefined {
  return bestConnection(node, peer, (one) => node.speaks(one, SYNC_2) && isGood(one));
}

async function open<F extends Frame, R>(
  connection: Connection | undefined,
  peer: PeerId,
  codec: FrameCodec<F, R>,
  events: FrameStreamEvents<R>,
  signal: AbortSignal,
): Promise<FrameStream<F>> {
  if (connection === undefined) {
    throw new LinkError(
      "unsupported",
      `Cannot open a stream to "${peer}": it does not speak 2.0.0`,
    );
  }
  try {
    const raw = await connection.newStream([SYNC_2], { signal, runOnLimitedConnection: true });
    const stream = new Libp2pFrameStream(peer, raw, codec);
    stream.listen(events);
    return stream;
  } catch (error) {
    signal.throwIfAborted();
    throw new LinkError("closed", `Cannot open a stream to "${peer}": ${causeChain(error)}`, {
      cause: error,
    });
  }
}

async function accept(
  node: Node,
  acceptor: FrameAcceptor,
  ways: ExchangeWays,
  logger: Logger,
): Promise<AsyncDisposable> {
  const streams = new Set<Stream>();
  await node.libp2p.handle(SYNC_2, (stream, connection) => {
    streams.add(stream);
    stream.addEventListener("close", () => streams.delete(stream));
    const noting: FrameAcceptor = {
      ...acceptor,
      control: (control) => {
        ways.note(control, connection);
        return acceptor.control(control);
      },
    };
    sortOut(peerOf(connection), stream, noting, logger);
  }, { maxInboundStreams: STREAMS_PER_CONNECTION, runOnLimitedConnection: true });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await node.libp2p.unhandle(SYNC_2);
      for (const stream of streams) stream.abort(new Error("No longer serving"));
    },
  };
}

/** Waits for the first frame, which tells what the stream is for. */
function sortOut(peer: PeerId, stream: Stream, acceptor: FrameAcceptor, logger: Logger): void {
  const reader = new FrameReader();
  const onMessage = ({ data }: StreamMessageEvent): void => {
    const chunks = data instanceof Uint8Array ? [data] : [...data];
    try {
      for (const [i, chunk] of chunks.entries()) {
        const frames = [...reader.push(chunk)];
        if (frames.length === 0) continue;
        stream.removeEventListener("message", onMessage);
        handOver(peer, stream, acceptor, { reader, frames, rest: chunks.slice(i + 1) });
        return;
      }
    } catch (error) {
      logger.debug("Dropped a stream", { peer, error: causeChain(error) });
      stream.abort(toError(error));
    }
  };
  stream.addEventListener("message", onMessage);
}

interface Begun {
  readonly reader: FrameReader;
  readonly frames: readonly RawFrame[];
  readonly rest: readonly Uint8Array[];
}

function handOver(peer: PeerId, stream: Stream, acceptor: FrameAcceptor, begun: Begun): void {
  const { reader, frames, rest } = begun;
  if (isExchange(frames[0]!.type)) {
    const own = new Libp2pFrameStream(peer, stream, EXCHANGE, reader);
    own.listen(acceptor.exchange(own));
    for (const frame of frames) own.takeFrame(frame);
    own.take(rest);
  } else {
    const own = new Libp2pFrameStream(peer, stream, CONTROL, reader);
    own.listen(acceptor.control(own));
    for (const frame of frames) own.takeFrame(frame);
    own.take(rest);
  }
}
