/** Answering peers: the four protocols over a {@linkcode PeerService}, within bounds. */
import type { Connection, Stream } from "@libp2p/interface";
import type { Clock } from "../base/clock.ts";
import { createGate, type Gate } from "../base/gate.ts";
import type { Logger } from "../base/log.ts";
import { causeChain, toError } from "../base/rr_error.ts";
import type { PeerId, PeerService } from "../sync/ports.ts";
import { answerPull } from "../wire/answer_pull.ts";
import { decodePullRequest, decodePushRequest, encodePushReply } from "../wire/codec.ts";
import { PULL_REQUEST_LIMIT, PUSH_REQUEST_LIMIT } from "../wire/limits.ts";
import { type Exchange, type Protocol, PROTOCOLS } from "../wire/protocol_ids.ts";
import { ProgressTimer } from "./_progress.ts";
import { MessageReader, raceAbort, writeMessage } from "./bytes.ts";
import { type Node, peerOf } from "./node.ts";

/** What {@linkcode servePeers} needs of the world. */
export interface ServeDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The bounds of {@linkcode servePeers}; each has a default. */
export interface ServeLimits {
  /** Requests of one peer at a time; more are refused. @default {32} */
  readonly perPeer?: number;
  /** Requests of all peers at a time; more are refused. @default {256} */
  readonly total?: number;
  /** Bytes of requests that are being read, over all peers. @default {64 MiB} */
  readonly bufferedBytes?: number;
  /** Requests that are decoded, stored or answered at a time; more wait. @default {2} */
  readonly working?: number;
  /** Longest time without progress while a request comes in or an answer goes out. @default {30_000} */
  readonly idleMs?: number;
  /** Longest time for a whole request to come in. @default {600_000} */
  readonly requestMs?: number;
}

// A waiting request costs its few bytes; what it may hold is bounded below.
const PER_PEER = 32;
const TOTAL = 256;
/** Four requests of the largest size. */
const BUFFERED_BYTES = 64 << 20;
/** A decoded push can take 64 MiB of JSON and some times that as objects. */
const WORKING = 2;
const IDLE_MS = 30_000;
/** 16 MiB in ten minutes are 28 KiB/s. */
const REQUEST_MS = 600_000;
/** Above `perPeer`, so that refusing is ours; libp2p would reset the stream without a word. */
const STREAMS_PER_CONNECTION = 256;

/**
 * Answers all peers until disposed. A request that breaks a rule, comes too slowly or finds no room
 * ends its stream; nothing ends the process.
 */
export async function servePeers(
  node: Node,
  service: PeerService,
  deps: ServeDeps,
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
  readonly #deps: ServeDeps;
  readonly #limits: Required<ServeLimits>;
  readonly #gate: Gate;
  readonly #stopped = new AbortController();
  readonly #open = new Map<PeerId, number>();
  #total = 0;
  #buffered = 0;

  constructor(service: PeerService, deps: ServeDeps, limits: ServeLimits) {
    this.#service = service;
    this.#deps = deps;
    this.#limits = {
      perPeer: limits.perPeer ?? PER_PEER,
      total: limits.total ?? TOTAL,
      bufferedBytes: limits.bufferedBytes ?? BUFFERED_BYTES,
      working: limits.working ?? WORKING,
      idleMs: limits.idleMs ?? IDLE_MS,
      requestMs: limits.requestMs ?? REQUEST_MS,
    };
    this.#gate = createGate(this.#limits.working);
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
    let buffered = 0;
    const reader = new MessageReader(stream, {
      mostBytes: (exchange === "pull" ? PULL_REQUEST_LIMIT : PUSH_REQUEST_LIMIT).wireBytes,
      onBytes: (count) => {
        if (this.#buffered + count > this.#limits.bufferedBytes) {
          throw new Error("Too much is being read at this time");
        }
        buffered += count;
        this.#buffered += count;
      },
    });
    this.#serve(stream, reader, exchange, protocol.compressed)
      .catch((error) => this.#refuse(stream, peer, exchange, error))
      .finally(() => {
        this.#buffered -= buffered;
        this.#total--;
        const left = this.#open.get(peer)! - 1;
        if (left === 0) this.#open.delete(peer);
        else this.#open.set(peer, left);
      });
  }

  /** Ends what is under way. */
  stop(): void {
    this.#stopped.abort(new Error("No longer serving"));
  }

  async #serve(
    stream: Stream,
    reader: MessageReader,
    exchange: Exchange,
    compressed: boolean,
  ): Promise<void> {
    const { clock } = this.#deps;
    const { idleMs, requestMs } = this.#limits;
    const signal = this.#stopped.signal;
    const request = await readRequest(reader, stream, {
      clock,
      idleMs,
      totalMs: requestMs,
      signal,
    });
    const work = this.#gate.run(
      () => exchange === "pull" ? this.#pull(request, compressed) : this.#push(request, compressed),
      signal,
    );
    const answer = await raceAbort(work, signal);
    using timer = new ProgressTimer({ clock, idleMs, signal });
    await writeMessage(stream, answer, timer.signal, () => timer.progress());
  }

  #pull(request: Uint8Array, compressed: boolean): Promise<Uint8Array> {
    const decoded = decodePullRequest(request, compressed);
    return answerPull(decoded, compressed, (part) => this.#service.pull(part));
  }

  async #push(request: Uint8Array, compressed: boolean): Promise<Uint8Array> {
    const { entries, rejected } = decodePushRequest(request, compressed);
    return encodePushReply(await this.#service.push(entries, rejected), compressed);
  }

  #refuse(stream: Stream, peer: PeerId, exchange: Exchange, error: unknown): void {
    stream.abort(toError(error));
    if (this.#stopped.signal.aborted) return;
    this.#deps.logger.warn("Dropped a request", { peer, exchange, error: causeChain(error) });
  }
}

async function readRequest(
  reader: MessageReader,
  stream: Stream,
  options: { clock: Clock; idleMs: number; totalMs: number; signal: AbortSignal },
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
