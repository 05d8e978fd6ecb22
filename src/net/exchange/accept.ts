/** Answering peers: the four protocols over a {@linkcode PeerService}, within bounds. */
import {
  type Connection,
  type Stream,
  type StreamCloseEvent,
  StreamResetError,
} from "@libp2p/interface";
import type { Clock } from "../../base/clock.ts";
import { createGate, type Gate } from "../../base/async/gate.ts";
import type { Logger } from "../../base/log.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import type { PeerService } from "../../sync/ports.ts";
import type { PullAnswer, PullRequest } from "../../swarm/messages.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { answerPull } from "../../wire/answer_pull.ts";
import { decodePullRequest, encodePushReply } from "../../wire/codec.ts";
import { PULL_REQUEST_LIMIT } from "../../wire/limits.ts";
import { type Exchange, type Protocol, PROTOCOLS } from "../../wire/protocol_ids.ts";
import { answerLimited, CircuitUsedUp } from "./answer_limited.ts";
import { roomOn } from "./circuit_room.ts";
import { ByteBudget, type ByteShare } from "./byte_budget.ts";
import { peerOf } from "../node/connections.ts";
import { checkPositive } from "../node/check_positive.ts";
import { type ProgressOptions, ProgressTimer } from "../../base/async/progress_timer.ts";
import { linkedController } from "../../base/async/linked_signal.ts";
import { raceAbort } from "../../base/async/race_abort.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import { PushReading } from "./push_reading.ts";
import { MessageReader, writeMessage } from "./stream_message.ts";
import type { Node } from "../node/node.ts";

/** What {@linkcode servePeers} needs of the world. */
export interface AcceptDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The bounds of {@linkcode servePeers}; each has a default. */
export interface ServeLimits {
  /** Requests of one peer at a time; more are refused. @default {32} */
  readonly perPeer?: number;
  /** Requests of all peers at a time; more are refused. @default {256} */
  readonly total?: number;
  /** Bytes of requests and answers on their way, over all peers; beyond it, refused. @default {24 MiB} */
  readonly bufferedBytes?: number;
  /** Requests that are decoded, stored or answered at a time; more wait. @default {2} */
  readonly working?: number;
  /** Answers to pulls that are made or on their way on one connection; more wait. @default {2} */
  readonly answers?: number;
  /** Longest time without progress while a request comes in or an answer goes out. @default {30_000} */
  readonly idleMs?: number;
  /** Longest time for a whole request to come in, or answer to go out. @default {600_000} */
  readonly requestMs?: number;
}

// A waiting request costs its few bytes; what it may hold is bounded below.
const PER_PEER = 32;
const TOTAL = 256;
/** Two commands of the largest size, or some ten large pushes at a time. */
const BUFFERED_BYTES = 24 << 20;
/** Each holds a few MiB of what was decoded; see `wire/push_parts.ts`. */
const WORKING = 2;
/** The next is ready when one has gone; thirty-two that wait to be read are 20 MiB. */
const ANSWERS = 2;
const IDLE_MS = 30_000;
/** 16 MiB in ten minutes are 28 KiB/s. */
const REQUEST_MS = 600_000;
/** Above `perPeer`, so that refusing is ours; libp2p would reset the stream without a word. */
const STREAMS_PER_CONNECTION = 256;

/**
 * Answers all peers until disposed. A request that breaks a rule, comes too slowly or finds no room
 * ends its stream; nothing ends the process.
 *
 * @throws {RangeError} if a limit is out of bounds
 */
export async function servePeers(
  node: Node,
  service: PeerService,
  deps: AcceptDeps,
  limits: ServeLimits = {},
): Promise<AsyncDisposable> {
  const server = new PeerServer(service, deps, limits);
  const served = (Object.keys(PROTOCOLS) as Exchange[])
    .flatMap((exchange) => PROTOCOLS[exchange].map((protocol) => ({ exchange, protocol })));
  for (const { exchange, protocol } of served) {
    await node.libp2p.handle(protocol.id, (stream, connection) => {
      server.accept(stream, connection, exchange, protocol);
    }, {
      maxInboundStreams: STREAMS_PER_CONNECTION,
      runOnLimitedConnection: true,
    });
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await node.libp2p.unhandle(served.map(({ protocol }) => protocol.id));
      server.stop();
    },
  };
}

class PeerServer {
  readonly #service: PeerService;
  readonly #deps: AcceptDeps;
  readonly #limits: Required<ServeLimits>;
  readonly #gate: Gate;
  readonly #budget: ByteBudget;
  readonly #stopped = new AbortController();
  readonly #open = new Map<PeerId, number>();
  /** Which pulls of a connection are answered now. */
  readonly #answers = new WeakMap<Connection, Gate>();
  #total = 0;

  constructor(service: PeerService, deps: AcceptDeps, limits: ServeLimits) {
    this.#service = service;
    this.#deps = deps;
    this.#limits = {
      perPeer: limits.perPeer ?? PER_PEER,
      total: limits.total ?? TOTAL,
      bufferedBytes: limits.bufferedBytes ?? BUFFERED_BYTES,
      working: limits.working ?? WORKING,
      answers: limits.answers ?? ANSWERS,
      idleMs: limits.idleMs ?? IDLE_MS,
      requestMs: limits.requestMs ?? REQUEST_MS,
    };
    checkPositive("serve peers", { ...this.#limits });
    this.#gate = createGate(this.#limits.working);
    this.#budget = new ByteBudget(this.#limits.bufferedBytes);
  }

  /** Takes one stream; returns at once. */
  accept(stream: Stream, connection: Connection, exchange: Exchange, protocol: Protocol): void {
    const peer = peerOf(connection);
    const open = this.#open.get(peer) ?? 0;
    if (open >= this.#limits.perPeer || this.#total >= this.#limits.total) {
      this.#refuse(stream, peer, exchange, new Error("Too many requests at a time"));
      return;
    }
    this.#open.set(peer, open + 1);
    this.#total++;
    const share = this.#budget.share();
    // Made before anything is waited for, so that no byte is missed.
    const read = exchange === "pull"
      ? this.#readPull(stream, share)
      : this.#readPush(stream, share);
    const request = { stream, connection, share, compressed: protocol.compressed };
    const serve = (): Promise<void> => this.#serve(request, read);
    const served = exchange === "pull"
      ? this.#answersOn(connection).run(serve, this.#stopped.signal)
      : serve();
    served.catch((error) => {
      this.#refuse(stream, peer, exchange, error);
      // The asker takes a new one, in which there is room.
      if (error instanceof CircuitUsedUp) connection.abort(error);
    })
      .finally(() => {
        share[Symbol.dispose]();
        this.#total--;
        const left = this.#open.get(peer)! - 1;
        if (left === 0) this.#open.delete(peer);
        else this.#open.set(peer, left);
      });
  }

  #answersOn(connection: Connection): Gate {
    const gate = this.#answers.get(connection) ?? createGate(this.#limits.answers);
    this.#answers.set(connection, gate);
    return gate;
  }

  /** Ends what is under way. */
  stop(): void {
    this.#stopped.abort(new Error("No longer serving"));
  }

  #readPull(stream: Stream, share: ByteShare): Work {
    const reader = new MessageReader(stream, {
      mostBytes: PULL_REQUEST_LIMIT.wireBytes,
      onBytes: (count) => share.add(count),
    });
    return async (request, signal) => {
      const message = await readRequest(reader, stream, { ...this.#timing(), signal });
      return await this.#gate.run(async () => {
        // One answer takes some 20 ms: those that are waiting must not all be made in one turn of the loop.
        await yieldToLoop();
        return await this.#answerPull(request, message);
      }, signal);
    };
  }

  #readPush(stream: Stream, share: ByteShare): Work {
    const push = new PushReading(stream, share);
    return async ({ compressed }, signal) => {
      const { gate, service } = { gate: this.#gate, service: this.#service };
      const reply = await push.store(compressed, { ...this.#timing(), signal, gate, service });
      return encodePushReply(reply, compressed);
    };
  }

  #timing(): { readonly clock: Clock; readonly idleMs: number; readonly totalMs: number } {
    const { idleMs, requestMs: totalMs } = this.#limits;
    return { clock: this.#deps.clock, idleMs, totalMs };
  }

  async #serve(request: Request, work: Work): Promise<void> {
    const answer = await this.#work(request, work);
    request.share.hold(answer.length);
    const { signal } = this.#stopped;
    using timer = new ProgressTimer({ ...this.#timing(), signal });
    await writeMessage(request.stream, answer, timer.signal, () => timer.progress());
  }

  /** Reads the request and makes the answer, unless the asker gives up, which then costs no work. */
  async #work(request: Request, work: Work): Promise<Uint8Array> {
    using over = linkedController(this.#stopped.signal);
    const { signal } = over;
    // From the start: a request and its end by a reset can come in one piece.
    const onClose = ({ error }: StreamCloseEvent): void =>
      over.abort(error ?? new StreamResetError());
    request.stream.addEventListener("close", onClose);
    try {
      return await raceAbort(work(request, signal), signal);
    } finally {
      request.stream.removeEventListener("close", onClose);
    }
  }

  async #answerPull(request: Request, message: Uint8Array): Promise<Uint8Array> {
    const { compressed, connection } = request;
    const decoded = decodePullRequest(message, compressed);
    const room = roomOn(connection);
    const read = (part: PullRequest): Promise<PullAnswer> => this.#service.pull(part);
    if (room === undefined) return await answerPull(decoded, compressed, read);
    const onPassedOver = ({ id }: { readonly id: string }): void =>
      this.#deps.logger.warn("Left a command out of an answer, as it is too large for the relay", {
        peer: peerOf(connection),
        id,
      });
    return await answerLimited(decoded, { compressed, room, onPassedOver }, read);
  }

  #refuse(stream: Stream, peer: PeerId, exchange: Exchange, error: unknown): void {
    stream.abort(toError(error));
    if (this.#stopped.signal.aborted) return;
    const fields = { peer, exchange, error: causeChain(error) };
    const { logger } = this.#deps;
    if (isReset(error) || error instanceof CircuitUsedUp) {
      logger.debug("A peer gave up its request", fields);
    } else logger.warn("Dropped a request", fields);
  }
}

/** One stream that is being answered. */
interface Request {
  readonly stream: Stream;
  readonly connection: Connection;
  readonly share: ByteShare;
  readonly compressed: boolean;
}

/** Reads a request that has begun to come, and makes the answer. */
type Work = (request: Request, signal: AbortSignal) => Promise<Uint8Array>;

function isReset(error: unknown): boolean {
  return error instanceof Error && error.name === "StreamResetError";
}

async function readRequest(
  reader: MessageReader,
  stream: Stream,
  options: ProgressOptions,
): Promise<Uint8Array> {
  using timer = new ProgressTimer(options);
  const onMessage = (): void => timer.progress();
  stream.addEventListener("message", onMessage);
  try {
    return await reader.read(timer.signal);
  } finally {
    stream.removeEventListener("message", onMessage);
  }
}
