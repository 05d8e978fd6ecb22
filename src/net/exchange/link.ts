/** Asking one peer: a stream for every request, on the best connection there is. */
import type { Connection, Stream } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { letGo } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import type { Entry } from "../../history/entry.ts";
import { LinkError, type PeerLink, type RequestOptions } from "../../sync/ports.ts";
import type { PullReply, PullRequest, PushReply } from "../../swarm/messages.ts";
import type { PeerId, Route } from "../../swarm/peer.ts";
import {
  decodePullReply,
  decodePushReply,
  encodePullRequest,
  encodePushRequest,
} from "../../wire/codec.ts";
import { PULL_REPLY_READ_LIMIT, PUSH_REPLY_LIMIT } from "../../wire/limits.ts";
import { type Exchange, PROTOCOLS } from "../../wire/protocol_ids.ts";
import { WireError } from "../../wire/wire_error.ts";
import { peerOf, routeOf } from "../node/connections.ts";
import { NoProgressError, ProgressTimer } from "../../base/async/progress_timer.ts";
import { AnswerPace } from "./answer_pace.ts";
import { CircuitUsedUp } from "./answer_limited.ts";
import { FRESH_CIRCUIT_BYTES, roomOn } from "./circuit_room.ts";
import { SpareStream } from "./spare_stream.ts";
import { MessageReader, MessageTooLarge, writeMessage } from "./stream_message.ts";
import type { Node } from "../node/node.ts";

/** What {@linkcode openLink} needs. */
export interface LinkDeps {
  readonly node: Node;
  readonly clock: Clock;
}

/** Time without any progress that is allowed unless the caller says otherwise. */
const IDLE_TIMEOUT_MS = 30_000;
/**
 * Slowest link that is waited for: what has left us may still stand in the buffers below, 1 MiB of it
 * in the stream's window alone, and nobody tells how far it got.
 */
const SLOWEST_BYTES_PER_MS = 16;

/**
 * Answers to a pull of at least this size are followed by another one: some 300 entries. A round that
 * finds little or nothing opens no stream in vain.
 */
const FOLLOWED_BYTES = 16 * 1024;

/**
 * The open connection to ask on: a direct one before a relayed one, a new one before an old one, and
 * none whose other end does not serve, or that is not good for something else.
 */
export function bestConnection(
  node: Node,
  peer: PeerId,
  isGood: (connection: Connection) => boolean = () => true,
): Connection | undefined {
  return node.libp2p.getConnections(peerIdFromString(peer))
    .filter((connection) => connection.status === "open" && node.serves(connection) !== false)
    .filter(isGood)
    .sort((a, b) => Number(b.direct) - Number(a.direct) || b.timeline.open - a.timeline.open)
    .at(0);
}

function isConnected(node: Node, peer: PeerId): boolean {
  return node.libp2p.getConnections(peerIdFromString(peer))
    .some((connection) => connection.status === "open");
}

/** A link over the connections to `peer`, of which there must be one. */
export function openLink(peer: PeerId, deps: LinkDeps): PeerLink {
  return new StreamLink(peer, deps);
}

interface Ask<T> {
  readonly exchange: Exchange;
  encode(compressed: boolean): Uint8Array;
  readonly mostBytes: number;
  decode(message: Uint8Array, compressed: boolean): T;
}

class StreamLink implements PeerLink {
  readonly peer: PeerId;
  readonly #deps: LinkDeps;
  readonly #closed = new AbortController();
  readonly #spare: SpareStream;
  /** Whether the last answer to a pull was one that another one follows. */
  #pullingOn = false;
  #route: Route;

  constructor(peer: PeerId, deps: LinkDeps) {
    this.peer = peer;
    this.#deps = deps;
    this.#spare = new SpareStream(
      (connection, signal) => openStream(connection, "pull", signal),
      deps.clock,
    );
    const connection = bestConnection(deps.node, peer);
    this.#route = connection?.direct === false ? "relayed" : "direct";
    if (!isConnected(deps.node, peer)) this.#end("there is no connection");
    const { signal } = this.#closed;
    deps.node.libp2p.addEventListener("connection:close", (event) => {
      if (peerOf(event.detail) === peer && !isConnected(deps.node, peer)) {
        this.#end("the connection is gone");
      }
    }, { signal });
    deps.node.stopped.addEventListener("abort", () => this.#end("the node was stopped"), {
      signal,
    });
  }

  get route(): Route {
    const connection = bestConnection(this.#deps.node, this.peer);
    if (connection) this.#route = routeOf(connection);
    return this.#route;
  }

  get roomBytes(): number | undefined {
    const connection = bestConnection(this.#deps.node, this.peer);
    return connection && roomOn(connection);
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  pull(request: PullRequest, options: RequestOptions = {}): Promise<PullReply> {
    return this.#ask({
      exchange: "pull",
      encode: (compressed) => encodePullRequest(request, compressed),
      mostBytes: PULL_REPLY_READ_LIMIT.wireBytes,
      decode: (message, compressed) => {
        if (message.length >= FOLLOWED_BYTES) this.#pullingOn = true;
        else this.#pullOver();
        return decodePullReply(message, compressed, PULL_REPLY_READ_LIMIT);
      },
    }, options);
  }

  push(entries: readonly Entry[], options: RequestOptions = {}): Promise<PushReply> {
    return this.#ask({
      exchange: "push",
      encode: (compressed) => encodePushRequest(entries, compressed),
      mostBytes: PUSH_REPLY_LIMIT.wireBytes,
      decode: decodePushReply,
    }, options);
  }

  /** Ends the link, and the connections that we made to the peer if nothing else uses them. */
  async close(): Promise<void> {
    this.#end("it was closed");
    const idle = this.#deps.node.libp2p.getConnections(peerIdFromString(this.peer))
      .filter(({ direction, streams }) => direction === "outbound" && streams.length === 0);
    await Promise.allSettled(idle.map((connection) => connection.close()));
  }

  #end(why: string): void {
    if (this.#closed.signal.aborted) return;
    this.#spare.drop();
    this.#closed.abort(
      new LinkError("closed", `The link to peer "${this.peer}" is closed: ${why}`),
    );
  }

  async #ask<T>(ask: Ask<T>, options: RequestOptions): Promise<T> {
    const { signal, idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
    signal?.throwIfAborted();
    if (this.#closed.signal.aborted) throw this.#closed.signal.reason;
    const connection = bestConnection(this.#deps.node, this.peer);
    if (!connection) throw new LinkError("unsupported", this.#text(ask, "it does not serve"));
    const startedMs = this.#deps.clock.now();
    using timer = new ProgressTimer({ clock: this.#deps.clock, idleMs: idleTimeoutMs, signal });
    let stream: Stream | undefined;
    try {
      stream = await this.#stream(ask.exchange, connection, timer.signal);
      timer.progress();
      return await converse(stream, ask, timer, {
        clock: this.#deps.clock,
        room: roomOn(connection),
      });
    } catch (error) {
      stream?.abort(toError(error));
      if (ask.exchange === "pull") this.#pullOver();
      if (signal?.aborted) throw signal.reason;
      // What is left of it carries nothing of use; the next one does.
      if (error instanceof CircuitUsedUp) connection.abort(error);
      if (!stream && isUnsupported(error)) {
        this.#deps.node.setAside(connection);
        return await this.#ask(ask, options);
      }
      this.#dropIfSilent(connection, error, startedMs);
      throw await this.#toLinkError(ask, error, connection);
    }
  }

  /** A stream to ask on; in the middle of a long pull it is there already, and the next one is made. */
  async #stream(
    exchange: Exchange,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<Stream> {
    if (exchange !== "pull") return await openStream(connection, exchange, signal);
    const spare = await this.#spare.take(connection, signal);
    if (this.#pullingOn) this.#spare.prepare(connection);
    return spare ?? await openStream(connection, exchange, signal);
  }

  #pullOver(): void {
    this.#pullingOn = false;
    this.#spare.drop();
  }

  /** A connection on which nothing at all arrived is dead; what is asked next must not wait for it. */
  #dropIfSilent(connection: Connection, error: unknown, sinceMs: number): void {
    if (!(error instanceof NoProgressError)) return;
    if ((this.#deps.node.lastHeardMs(connection) ?? Infinity) < sinceMs) connection.abort(error);
  }

  async #toLinkError(
    ask: Ask<unknown>,
    error: unknown,
    connection: Connection,
  ): Promise<LinkError> {
    if (error instanceof LinkError) return error;
    const make = (code: LinkError["code"], why: string): LinkError =>
      new LinkError(code, this.#text(ask, why), { cause: error });
    if (error instanceof MessageTooLarge) return make("too-large", error.message);
    if (error instanceof NoProgressError) return make("timeout", error.message);
    const name = error instanceof Error ? error.name : "";
    if (name === "UnsupportedProtocolError") {
      return make("unsupported", "it does not speak rustory");
    }
    if (!(error instanceof WireError)) return make("closed", causeChain(error));
    if (error.code === "too-large") return make("too-large", error.message);
    // A cut connection looks like the end of a message; its own end is told a moment later.
    await this.#deps.clock.sleep(0);
    if (connection.status !== "open") return make("closed", "the connection was lost");
    return make("invalid", error.message);
  }

  #text(ask: Ask<unknown>, why: string): string {
    const verb = ask.exchange === "pull" ? "pull from" : "push to";
    return `Cannot ${verb} peer "${this.peer}" (${this.route}): ${why}`;
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === "UnsupportedProtocolError";
}

function openStream(
  connection: Connection,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Stream> {
  const ids = PROTOCOLS[exchange].map((protocol) => protocol.id);
  return connection.newStream(ids, { signal, runOnLimitedConnection: true });
}

async function converse<T>(
  stream: Stream,
  ask: Ask<T>,
  timer: ProgressTimer,
  { clock, room = Infinity }: { readonly clock: Clock; readonly room: number | undefined },
): Promise<T> {
  const pace = new AnswerPace(clock);
  const reader = new MessageReader(stream, {
    mostBytes: ask.mostBytes,
    onBytes: (count) => {
      if (pace.keeps(count)) timer.progress();
    },
  });
  const protocol = PROTOCOLS[ask.exchange].find((it) => it.id === stream.protocol);
  if (!protocol) throw new Error(`The peer chose the protocol "${stream.protocol}"`);
  const request = ask.encode(protocol.compressed);
  if (room !== Infinity && request.length > FRESH_CIRCUIT_BYTES) {
    const why = `${request.length} bytes are more than the relay lets through`;
    throw new LinkError("too-large-here", why);
  }
  if (request.length > room) throw new CircuitUsedUp();
  await writeMessage(stream, request, timer.signal, () => timer.progress());
  timer.progress(request.length / SLOWEST_BYTES_PER_MS);
  const answer = await reader.read(timer.signal);
  // Nothing on the wire says why: the peer refused, failed, or its process ended.
  if (answer.length === 0) throw new Error("it gave no answer");
  try {
    return ask.decode(answer, protocol.compressed);
  } finally {
    letGo(answer);
  }
}
