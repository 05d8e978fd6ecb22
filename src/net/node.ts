/** This device in the network: one libp2p node, started, watched and stopped. */
import type { Connection, IdentifyResult, Libp2p } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { PeerId, Route } from "../sync/ports.ts";
import { type DeviceHost, startDeviceHost } from "./_host.ts";
import { peerOf, routeOf } from "./_connections.ts";
import { listenOrElsewhere } from "./_listen.ts";
import { installBroadcastChannel, installNets } from "./_process_nets.ts";
import { keepRelay } from "./_relays.ts";
import { lastHeard, SILENCE_MS, watchSilence } from "./_silence.ts";
import { stopWithin } from "./_stop.ts";
import { announcedOf, type RelayAddr } from "./addrs.ts";
import type { Identity } from "./identity.ts";
import { type NodeEvent, NodeEvents, type NodeListener } from "./node_events.ts";

/** What {@linkcode startNode} takes. */
export interface NodeOptions {
  readonly identity: Identity;
  /** 32 bytes, the same on every device of the swarm. */
  readonly swarmKey: Uint8Array;
  /**
   * Listening addresses such as `/ip4/0.0.0.0/tcp/8845`; a port that is taken is replaced by a free
   * one, which is told as an event. @default {[], the node only dials}
   */
  readonly listen?: readonly string[];
  /** Relays through which to be reachable. @default {[]} */
  readonly relays?: readonly RelayAddr[];
  /** Most connections at once, in both directions. @default {300} */
  readonly maxConnections?: number;
  /** Longest time for a stranger between TCP and the end of the handshake. @default {10_000} */
  readonly handshakeMs?: number;
  /** Silence after which a connection is given up, in milliseconds. @default {50_000} */
  readonly silenceMs?: number;
}

/** What {@linkcode startNode} needs of the world. */
export interface NodeDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** A connection, for status output. */
export interface ConnectionInfo {
  readonly peer: PeerId;
  readonly route: Route;
  readonly direction: "inbound" | "outbound";
  /** The address of the other side. */
  readonly addr: string;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly openedAtMs: number;
}

/** A running node. */
export interface Node extends AsyncDisposable {
  readonly peer: PeerId;
  readonly relays: readonly RelayAddr[];
  /** The libp2p node, for the files of this room. */
  readonly libp2p: Libp2p;
  /** Aborted when the node stops. */
  readonly stopped: AbortSignal;
  /**
   * Whether the other end answers our protocols; `undefined` as long as it has not said. Not a property
   * of the peer: a device may run one process that serves and one that only asks.
   */
  serves(connection: Connection): boolean | undefined;
  /** Notes that it does not. */
  setAside(connection: Connection): void;
  /** When the connection last brought a byte, in milliseconds of the wall clock. */
  lastHeardMs(connection: Connection): number | undefined;
  /** Every address listened on, with `/p2p/<own id>`. */
  listening(): readonly string[];
  /** The addresses to tell others, with `/p2p/<own id>`. */
  addresses(): readonly string[];
  /** The relays that take connections for us at this moment. */
  reservations(): readonly PeerId[];
  connections(): readonly ConnectionInfo[];
  /** Bytes over the network since the start. */
  traffic(): { readonly received: number; readonly sent: number };
  /** Calls `listener` at every event until disposed, and at once with those of the start. */
  onEvent(listener: NodeListener): Disposable;
  /** Closes everything; takes at most 300 ms, whatever hangs. Twice is harmless. */
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 300;
// Three round trips; more than a second only where nothing would work anyway.
const HANDSHAKE_MS = 10_000;
/** How often the addresses are looked at: no event tells of a new network. */
const ADDRESS_CHECK_MS = 10_000;

/**
 * Starts a node.
 *
 * @throws {RangeError} if an option is out of bounds
 * @throws {RrError} `network`, if a listening address cannot be used
 */
export async function startNode(options: NodeOptions, deps: NodeDeps): Promise<Node> {
  const { identity, relays = [], listen = [], maxConnections = MAX_CONNECTIONS } = options;
  if (!Number.isInteger(maxConnections) || maxConnections < 1) {
    throw new RangeError(
      `Cannot start a node as 'maxConnections' must be at least 1: current value is ${maxConnections}`,
    );
  }
  installBroadcastChannel();
  const nets = installNets(deps.logger);
  const running = new AbortController();
  const events = new NodeEvents();
  let node: RunningNode | undefined;
  try {
    const host = await startDeviceHost({
      identity,
      swarmKey: options.swarmKey,
      maxConnections,
      handshakeMs: options.handshakeMs ?? HANDSHAKE_MS,
      announce: (addrs) => node?.announced(addrs) ?? [],
      nowMs: () => deps.clock.now(),
    });
    node = new RunningNode(host, identity.peer, relays, { events, running, nets, deps });
    try {
      await listenOrElsewhere(listen, host, deps.logger, (event) => node?.remember(event));
    } catch (error) {
      await node.stop();
      throw error;
    }
    node.run(options.silenceMs ?? SILENCE_MS);
    return node;
  } catch (error) {
    nets[Symbol.dispose]();
    throw error;
  }
}

interface NodeParts {
  readonly events: NodeEvents;
  readonly running: AbortController;
  readonly nets: Disposable;
  readonly deps: NodeDeps;
}

class RunningNode implements Node {
  readonly peer: PeerId;
  readonly relays: readonly RelayAddr[];
  readonly #host: DeviceHost;
  readonly #parts: NodeParts;
  /** Peers that speak our protocols and are connected. */
  readonly #peers = new Set<PeerId>();
  readonly #serves = new WeakMap<Connection, boolean>();
  #announced = "";
  readonly #early: NodeEvent[] = [];
  #stopping: Promise<void> | undefined;

  constructor(host: DeviceHost, peer: PeerId, relays: readonly RelayAddr[], parts: NodeParts) {
    this.#host = host;
    this.peer = peer;
    this.relays = relays;
    this.#parts = parts;
  }

  get libp2p(): Libp2p {
    return this.#host.libp2p;
  }

  get stopped(): AbortSignal {
    return this.#parts.running.signal;
  }

  serves(connection: Connection): boolean | undefined {
    return this.#serves.get(connection);
  }

  setAside(connection: Connection): void {
    this.#serves.set(connection, false);
  }

  lastHeardMs(connection: Connection): number | undefined {
    return lastHeard(this.#host.heardOf, connection)?.atMs;
  }

  listening(): readonly string[] {
    return [
      ...this.#host.listening().map((addr) => `${addr}/p2p/${this.peer}`),
      ...this.#circuits(),
    ];
  }

  addresses(): readonly string[] {
    return this.libp2p.getMultiaddrs().map(String);
  }

  reservations(): readonly PeerId[] {
    const { reservations } = this.#host.relayClient;
    return this.relays.map((relay) => relay.relay)
      .filter((relay) => reservations.hasReservation(peerIdFromString(relay)));
  }

  connections(): readonly ConnectionInfo[] {
    return this.libp2p.getConnections().map((connection) => ({
      peer: peerOf(connection),
      route: routeOf(connection),
      direction: connection.direction,
      addr: String(connection.remoteAddr),
      openedAtMs: connection.timeline.open,
    }));
  }

  traffic(): { readonly received: number; readonly sent: number } {
    return this.#host.traffic;
  }

  onEvent(listener: NodeListener): Disposable {
    for (const event of this.#early) listener(event);
    return this.#parts.events.subscribe(listener);
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What to tell others, given the addresses that libp2p knows of. */
  announced(addrs: readonly string[]): string[] {
    return announcedOf([...addrs, ...this.#circuits()]);
  }

  /** Keeps an event of the start for those who listen later. */
  remember(event: NodeEvent): void {
    this.#early.push(event);
  }

  /** Starts what runs as long as the node does. */
  run(silenceMs: number): void {
    const { libp2p, heardOf } = this.#host;
    const { deps, events } = this.#parts;
    const signal = this.stopped;
    const { reservations } = this.#host.relayClient;
    for (const type of ["relay:created-reservation", "relay:removed"]) {
      reservations.addEventListener(type, () => this.#lookAtAddresses(), { signal });
    }
    libp2p.addEventListener("connection:open", (event) => this.#opened(event.detail), { signal });
    libp2p.addEventListener("connection:close", (event) => this.#closed(event.detail), { signal });
    libp2p.addEventListener("peer:identify", (event) => this.#identified(event.detail), { signal });
    libp2p.addEventListener("self:peer:update", () => this.#lookAtAddresses(), { signal });
    const tasks = [
      watchSilence(
        { clock: deps.clock, heardOf, connections: () => libp2p.getConnections() },
        signal,
        silenceMs,
      ),
      this.#watchAddresses(),
      ...this.relays.map((relay) =>
        keepRelay(relay, { host: this.#host, events, ...deps }, signal)
      ),
    ];
    for (const task of tasks) {
      task.catch((error) => deps.logger.error("A task of the node failed", { error: `${error}` }));
    }
  }

  async #stop(): Promise<void> {
    this.#parts.running.abort(new Error("The node was stopped"));
    await stopWithin(this.libp2p);
    this.#parts.nets[Symbol.dispose]();
  }

  async #watchAddresses(): Promise<void> {
    while (!this.stopped.aborted) {
      this.#lookAtAddresses();
      await this.#parts.deps.clock.sleep(ADDRESS_CHECK_MS, this.stopped).catch(() => {});
    }
  }

  #lookAtAddresses(): void {
    const addrs = this.addresses();
    const text = addrs.join(" ");
    if (text === this.#announced) return;
    this.#announced = text;
    // Makes libp2p tell the connected peers.
    const multiaddrs = addrs.map((addr) => multiaddr(addr));
    this.libp2p.peerStore.patch(this.libp2p.peerId, { multiaddrs }).catch(() => {});
    this.#parts.events.emit({ type: "addresses", addrs });
  }

  /** The addresses through relays, as the relays were configured. */
  #circuits(): string[] {
    const reserved = new Set(this.reservations());
    return this.relays.filter((relay) => reserved.has(relay.relay))
      .map((relay) => `${relay.text}/p2p-circuit/p2p/${this.peer}`);
  }

  #opened(connection: Connection): void {
    const peer = peerOf(connection);
    if (!connection.direct) return;
    const others = this.libp2p.getConnections(connection.remotePeer);
    if (others.some((other) => !other.direct)) this.#parts.events.emit({ type: "upgraded", peer });
  }

  #identified({ connection, protocols }: IdentifyResult): void {
    const serves = protocols.some((protocol) => protocol.startsWith("/rustory/"));
    this.#serves.set(connection, serves);
    if (!serves) return;
    const peer = peerOf(connection);
    if (connection.status !== "open") return;
    this.#peers.add(peer);
    this.#parts.events.emit({ type: "connected", peer, route: routeOf(connection) });
  }

  #closed(connection: Connection): void {
    const peer = peerOf(connection);
    const left = this.libp2p.getConnections(connection.remotePeer)
      .filter((other) => other.id !== connection.id && other.status === "open");
    if (left.length > 0 || !this.#peers.delete(peer)) return;
    this.#parts.events.emit({ type: "disconnected", peer });
  }
}
