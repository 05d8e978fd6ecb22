/**
 * A {@linkcode PeerLink} and a {@linkcode Dialer} without a network: the bytes of the real codec, a
 * clock that stands still, and faults on demand.
 */
import { withDeadline } from "../../src/base/async/deadline.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Entry } from "../../src/history/entry.ts";
import {
  type Dialer,
  LinkError,
  type PeerLink,
  type PeerService,
  type RequestOptions,
} from "../../src/sync/ports.ts";
import type { PullReply, PullRequest, PushReply } from "../../src/swarm/messages.ts";
import type { PeerId, PeerRecord, Route } from "../../src/swarm/peer.ts";
import { answerPull } from "../../src/wire/answer_pull.ts";
import {
  decodePullReply,
  decodePullRequest,
  decodePushReply,
  decodePushRequest,
  encodePullRequest,
  encodePushReply,
  encodePushRequest,
} from "../../src/wire/codec.ts";
import { WireError } from "../../src/wire/wire_error.ts";

/** What may go wrong with one request. */
export type Fault =
  | "lost" // the connection breaks before the request arrives
  | "cut" // the peer acts on the request, the connection breaks before the answer arrives
  | "refused" // the peer drops the stream, the connection stays
  | "silent" // nothing comes until the time-out
  | "too-large" // our side refuses the size
  | "too-large-here" // our side refuses it for this connection
  | "nonsense" // the answer is no answer
  | undefined;

/** Decides what happens to a request. */
export type FaultPlan = (kind: "pull" | "push", request: PullRequest | readonly Entry[]) => Fault;

/** What a link is made of. */
export interface MemoryLinkOptions {
  readonly peer: PeerId;
  readonly service: PeerService;
  readonly clock: Clock;
  readonly route?: Route;
  readonly compressed?: boolean;
  /** @default {no limit} */
  readonly roomBytes?: number | undefined;
  readonly fault?: FaultPlan | undefined;
}

const DEFAULT_IDLE_MS = 30_000;

/** One connection to a {@linkcode PeerService}. */
export class MemoryLink implements PeerLink {
  readonly peer: PeerId;
  readonly route: Route;
  readonly #options: MemoryLinkOptions;
  readonly #closed = new AbortController();
  /** Every request that was made, in order. */
  readonly requests: { readonly kind: "pull" | "push"; readonly request: unknown }[] = [];

  constructor(options: MemoryLinkOptions) {
    this.#options = options;
    this.peer = options.peer;
    this.route = options.route ?? "direct";
  }

  get roomBytes(): number | undefined {
    return this.#options.roomBytes;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  async pull(request: PullRequest, options: RequestOptions = {}): Promise<PullReply> {
    const { service, compressed = true } = this.#options;
    const bytes = this.#encode(() => encodePullRequest(request, compressed));
    const answer = await this.#exchange("pull", request, options, async () => {
      const asked = decodePullRequest(bytes, compressed);
      return await answerPull(asked, compressed, (one) => service.pull(one));
    });
    return this.#decode(() => decodePullReply(answer, compressed));
  }

  async push(entries: readonly Entry[], options: RequestOptions = {}): Promise<PushReply> {
    const { service, compressed = true } = this.#options;
    const bytes = this.#encode(() => encodePushRequest(entries, compressed));
    const answer = await this.#exchange("push", entries, options, async () => {
      const sent = decodePushRequest(bytes, compressed);
      return encodePushReply(await service.push(sent.entries, sent.rejected), compressed);
    });
    return this.#decode(() => decodePushReply(answer, compressed));
  }

  /** Breaks the connection, as a cable that is pulled. */
  break(): void {
    this.#closed.abort(new LinkError("closed", `Connection to "${this.peer}" broke`));
  }

  close(): Promise<void> {
    this.#closed.abort(new LinkError("closed", `Connection to "${this.peer}" was closed`));
    return Promise.resolve();
  }

  async #exchange(
    kind: "pull" | "push",
    request: PullRequest | readonly Entry[],
    options: RequestOptions,
    serve: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const { signal, idleTimeoutMs = DEFAULT_IDLE_MS } = options;
    signal?.throwIfAborted();
    if (this.closed.aborted) throw this.#error("closed", "the connection is closed");
    this.requests.push({ kind, request });
    const fault = this.#options.fault?.(kind, request);
    const work = async (): Promise<Uint8Array> => {
      if (fault === "too-large") throw this.#error("too-large", "message too large: 2 > 1 bytes");
      if (fault === "too-large-here") throw this.#error("too-large-here", "it is too large");
      if (fault === "refused") throw this.#error("closed", "the stream ended without an answer");
      if (fault === "nonsense") return new TextEncoder().encode("<html>");
      if (fault === "lost") this.break();
      else if (fault !== "silent") {
        const answer = await serve().catch((cause) => {
          throw this.#error("closed", "the stream ended without an answer", cause);
        });
        if (fault === undefined) return answer;
        this.break();
      }
      return await new Promise<never>(() => {});
    };
    return await this.#bounded(work, idleTimeoutMs, signal);
  }

  async #bounded<T>(work: () => Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
    const { clock } = this.#options;
    const ended = signal ? AbortSignal.any([signal, this.closed]) : this.closed;
    try {
      return await withDeadline(ms, work, { clock, what: "get an answer", signal: ended });
    } catch (error) {
      signal?.throwIfAborted();
      if (this.closed.aborted) throw this.#error("closed", "the connection broke");
      if (error instanceof LinkError) throw error;
      throw this.#error("timeout", `no answer within ${ms} ms`);
    }
  }

  #encode(encode: () => Uint8Array): Uint8Array {
    return this.#decode(encode);
  }

  #decode<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof WireError)) throw cause;
      throw this.#error(cause.code, cause.message, cause);
    }
  }

  #error(code: LinkError["code"], why: string, cause?: unknown): LinkError {
    return new LinkError(code, `Cannot ask peer "${this.peer}": ${why}`, { cause });
  }
}

/** Peers by id, reachable or not. Keeps links open as the real one does. */
export class MemoryDialer implements Dialer {
  /** How often each peer was dialled (an open link is not dialled again). */
  readonly dials = new Map<PeerId, number>();
  readonly links = new Map<PeerId, MemoryLink>();
  readonly #peers = new Map<PeerId, () => Promise<MemoryLink>>();

  /** Makes a peer reachable; `open` is called at each dial and may reject or hang. */
  reach(peer: PeerId, open: () => MemoryLink | Promise<MemoryLink>): void {
    this.#peers.set(peer, async () => await open());
  }

  /** Makes a peer unreachable and breaks the link to it. */
  lose(peer: PeerId): void {
    this.#peers.delete(peer);
    this.links.get(peer)?.break();
  }

  async connect(record: PeerRecord, signal?: AbortSignal): Promise<PeerLink> {
    signal?.throwIfAborted();
    const known = this.links.get(record.peer);
    if (known && !known.closed.aborted) return known;
    this.dials.set(record.peer, (this.dials.get(record.peer) ?? 0) + 1);
    const open = this.#peers.get(record.peer);
    if (!open) {
      throw new LinkError("unreachable", `Cannot reach peer "${record.peer}": no route`);
    }
    const link = await Promise.race([open(), aborted(signal)]);
    this.links.set(record.peer, link);
    return link;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
