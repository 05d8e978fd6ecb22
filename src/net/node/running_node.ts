/** The node as it runs: what it says of itself, what it tells, how it ends. */
import { pause, pauseUntilBeat } from "../../base/async/timer.ts";
import { CIRCUIT } from "../../swarm/peer_addrs.ts";
import type { Connection, IdentifyResult, Libp2p } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { type Part, supervise } from "../../base/async/supervise.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { bridgeAddresses, interfacesOfThisMachine, networkText } from "../addrs/bridges.ts";
import { peerOf, routeOf } from "./connections.ts";
import type { DeviceHost } from "./create_libp2p.ts";
import { keepRelay } from "../relay/reservation_keeper.ts";
import type { RelayOnlyGate } from "../dial/dial_gate.ts";
import { endDead } from "../exchange/probe.ts";
import { lastHeard, watchSilence } from "../exchange/silence.ts";
import { type Binding, listenLate } from "./listen.ts";
import { untilAborted } from "../../base/async/until_aborted.ts";
import { stopWithin } from "./stop.ts";
import { addressesToAnnounce, type RelayAddr } from "../addrs/addrs.ts";
import type { ConnectionInfo, Node, NodeDeps } from "./node.ts";
import type { NodeEvent, NodeEvents, NodeListener } from "./node_events.ts";

/** How often the interfaces are looked at, which takes 0.3 ms: no event tells of a new network. */
const ADDRESS_CHECK_MS = 2_000;
/** How often our addresses are where the interfaces have not changed: for all else there are events. */
const ADDRESS_LOOK_MS = 30_000;
/** How often to try to listen on an address that this machine does not have yet. */
const LATE_CHECK_MS = 2_000;

/** What a {@linkcode RunningNode} is made of. */
export interface NodeParts {
  readonly events: NodeEvents;
  readonly running: AbortController;
  readonly nets: Disposable;
  readonly deps: NodeDeps;
}

/** See {@linkcode Node}. */
export class RunningNode implements Node {
  readonly peer: PeerId;
  readonly relays: readonly RelayAddr[];
  readonly #relayProblems = new Map<PeerId, string>();
  readonly #host: DeviceHost;
  readonly #parts: NodeParts;
  /** Peers that speak our protocols and are connected. */
  readonly #peers = new Set<PeerId>();
  readonly #serves = new WeakMap<Connection, boolean>();
  readonly #protocols = new WeakMap<Connection, ReadonlySet<string>>();
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

  get gate(): RelayOnlyGate | undefined {
    return this.#host.gate;
  }

  get stopped(): AbortSignal {
    return this.#parts.running.signal;
  }

  serves(connection: Connection): boolean | undefined {
    return this.#serves.get(connection);
  }

  speaks(connection: Connection, protocol: string): boolean {
    return this.#protocols.get(connection)?.has(protocol) ?? false;
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

  relayProblem(relay: PeerId): string | undefined {
    return this.#relayProblems.get(relay);
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
    return addressesToAnnounce([...addrs, ...this.#circuits()], bridgeAddresses());
  }

  /** Keeps an event of the start for those who listen later. */
  remember(event: NodeEvent): void {
    this.#early.push(event);
  }

  /** Starts what runs as long as the node does. */
  run(silenceMs: number, late: readonly Binding[]): void {
    const { libp2p, heardOf } = this.#host;
    const { deps, events } = this.#parts;
    const signal = this.stopped;
    const { reservations } = this.#host.relayClient;
    const problems = this.#relayProblems;
    for (const type of ["relay:created-reservation", "relay:removed"]) {
      reservations.addEventListener(type, () => this.#lookAtAddresses(), { signal });
    }
    libp2p.addEventListener("connection:open", (event) => this.#opened(event.detail), { signal });
    libp2p.addEventListener("connection:close", (event) => this.#closed(event.detail), { signal });
    libp2p.addEventListener("peer:identify", (event) => this.#identified(event.detail), { signal });
    libp2p.addEventListener("self:peer:update", () => this.#lookAtAddresses(), { signal });
    const connections = (): readonly Connection[] => libp2p.getConnections();
    const silence = { clock: deps.clock, heardOf, connections };
    const parts: Part[] = [
      { name: "watch over silence", run: () => watchSilence(silence, signal, silenceMs) },
      { name: "watch over addresses", run: () => this.#watchAddresses() },
      ...this.relays.map((relay): Part => ({
        name: `place at relay ${relay.relay}`,
        run: () => keepRelay(relay, { host: this.#host, events, problems, ...deps }, signal),
      })),
    ];
    if (late.length > 0) {
      parts.push({ name: "late addresses", run: () => this.#listenWhenThere(late) });
    }
    void supervise(parts, deps, signal); // rejects only for parts that are to end it
  }

  async #stop(): Promise<void> {
    this.#parts.running.abort(new Error("The node was stopped"));
    await stopWithin(this.libp2p, this.#parts.deps.clock);
    this.#parts.nets[Symbol.dispose]();
  }

  async #watchAddresses(): Promise<void> {
    const { clock } = this.#parts.deps;
    let network = networkText();
    let seen: string | undefined;
    for (let lookedAt = clock.monotonic(); !this.stopped.aborted;) {
      const interfaces = interfacesOfThisMachine();
      const all = JSON.stringify(interfaces);
      if (all !== seen || clock.monotonic() - lookedAt >= ADDRESS_LOOK_MS) {
        this.#lookAtAddresses();
        const now = networkText(interfaces);
        if (now !== network) void this.#networkChanged();
        [network, seen, lookedAt] = [now, all, clock.monotonic()];
      }
      await pauseUntilBeat(clock, ADDRESS_CHECK_MS, this.stopped);
    }
  }

  /** Connections from before may lead nowhere now, and only sending over them shows it. */
  async #networkChanged(): Promise<void> {
    const ended = await this.#endDead(this.libp2p.getConnections());
    if (ended !== undefined) this.#parts.events.emit({ type: "network-changed", ended });
  }

  /** How many were ended; `undefined` if the node was stopped meanwhile. */
  async #endDead(connections: readonly Connection[]): Promise<number | undefined> {
    const probe = { clock: this.#parts.deps.clock, heardOf: this.#host.heardOf };
    return await endDead(connections, probe, this.stopped).catch(() => undefined);
  }

  /** A VPN or a static network may come up long after us. */
  async #listenWhenThere(late: readonly Binding[]): Promise<void> {
    let left = late;
    while (!this.stopped.aborted && left.length > 0) {
      await pause(this.#parts.deps.clock, LATE_CHECK_MS, this.stopped);
      if (this.stopped.aborted) return;
      const before = left.length;
      left = await listenLate(left, this.#host);
      if (left.length < before) this.#lookAtAddresses();
    }
    this.#parts.events.emit({ type: "addresses-there" });
    await untilAborted(this.stopped);
  }

  #lookAtAddresses(): void {
    const addrs = this.addresses();
    const text = addrs.join(" ");
    if (text === this.#announced) return;
    this.#announced = text;
    // Makes libp2p tell the connected peers.
    const multiaddrs = addrs.map((addr) => multiaddr(addr));
    const told = this.libp2p.peerStore.patch(this.libp2p.peerId, { multiaddrs });
    told.catch(() => {}); // the node has been stopped; its store is in memory
    this.#parts.events.emit({ type: "addresses", addrs });
  }

  /** The addresses through relays, as the relays were configured. */
  #circuits(): string[] {
    const reserved = new Set(this.reservations());
    return this.relays.filter((relay) => reserved.has(relay.relay))
      .map((relay) => `${relay.text}${CIRCUIT}/p2p/${this.peer}`);
  }

  #opened(connection: Connection): void {
    const peer = peerOf(connection);
    const others = this.libp2p.getConnections(connection.remotePeer)
      .filter(({ id }) => id !== connection.id);
    // Whoever connects anew may have lost what it had: by sleep, or for another network.
    if (connection.direction === "inbound") void this.#endDead(others);
    if (!connection.direct) return;
    if (others.some((other) => !other.direct)) this.#parts.events.emit({ type: "upgraded", peer });
  }

  #identified({ connection, protocols }: IdentifyResult): void {
    const serves = protocols.some((protocol) => protocol.startsWith("/rustory/"));
    this.#serves.set(connection, serves);
    this.#protocols.set(connection, new Set(protocols));
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
