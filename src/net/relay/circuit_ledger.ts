/**
 * Watches libp2p's relay server, which tells nothing: what it grants, what it carries, and on which
 * connection it reaches a peer. It reaches into `@libp2p/circuit-relay-v2` 4.2.13, which is pinned.
 */
import type { Connection, Stream } from "@libp2p/interface";
import type { PeerId } from "../../swarm/peer.ts";
import { peerIdOf, peerOf } from "../node/connections.ts";
import type { RelayHost } from "../node/create_libp2p.ts";
import { peerIdOfMultihash } from "../../swarm/peer_id.ts";
import type { RelayEvent } from "./relay_event.ts";

/** What is in use, and whether more may be. */
export interface RelayLedger {
  readonly circuits: number;
  /** Whether a connection between the two would be one too many. */
  refuses(from: PeerId, to: PeerId): boolean;
  /** Takes back all reservations, whose timers would keep the process alive. */
  clear(): void;
}

/** The most that may be in use at a time. */
export interface CircuitLimits {
  readonly maxCircuits: number;
  readonly maxCircuitsPerPeer: number;
}

/** The methods of the server that are wrapped. */
interface ServerInside {
  handleReserve(asked: { connection: Connection }, options: unknown): Promise<void>;
  stopHop(
    asked: { connection: Connection; request: { peer?: { id: Uint8Array } } },
    options: unknown,
  ): Promise<Stream | undefined>;
}

/** Starts watching; ends with the node. */
export function watchRelayServer(
  host: RelayHost,
  limits: CircuitLimits,
  emit: (event: RelayEvent) => void,
): RelayLedger {
  const server = host.relayServer as unknown as ServerInside;
  const reservers = new Reservers();
  const circuits = new Circuits(limits, emit);
  watchReservations(host, server, reservers, emit);
  const stopHop = server.stopHop.bind(server);
  server.stopHop = async (asked, options): Promise<Stream | undefined> => {
    const to = peerOf(asked.connection);
    const connection = reservers.connectionOf(to) ?? asked.connection;
    const stream = await stopHop({ ...asked, connection }, options);
    const { peer } = asked.request;
    const from = peer && peerIdOfMultihash(peer.id);
    if (stream && from) circuits.opened(stream, from, to);
    return stream;
  };
  return {
    get circuits(): number {
      return circuits.count;
    },
    refuses: (from, to) => circuits.refuses(from, to),
    clear(): void {
      for (const { signal } of host.relayServer.reservations.values()) signal.clear();
      host.relayServer.reservations.clear();
    },
  };
}

/** The connections through which two peers talk, and how many each of them has. */
class Circuits {
  readonly #limits: CircuitLimits;
  readonly #emit: (event: RelayEvent) => void;
  readonly #perPeer = new Map<PeerId, number>();
  #count = 0;

  constructor(limits: CircuitLimits, emit: (event: RelayEvent) => void) {
    this.#limits = limits;
    this.#emit = emit;
  }

  get count(): number {
    return this.#count;
  }

  refuses(from: PeerId, to: PeerId): boolean {
    const { maxCircuits, maxCircuitsPerPeer } = this.#limits;
    const isFull = this.#count >= maxCircuits ||
      [from, to].some((peer) => (this.#perPeer.get(peer) ?? 0) >= maxCircuitsPerPeer);
    if (isFull) this.#emit({ type: "circuit-refused", from, to });
    return isFull;
  }

  opened(stream: Stream, from: PeerId, to: PeerId): void {
    this.#add(from, to, 1);
    stream.addEventListener("close", () => this.#add(from, to, -1), { once: true });
    this.#emit({ type: "circuit", from, to });
  }

  #add(from: PeerId, to: PeerId, change: 1 | -1): void {
    this.#count += change;
    for (const peer of [from, to]) {
      const left = (this.#perPeer.get(peer) ?? 0) + change;
      if (left === 0) this.#perPeer.delete(peer);
      else this.#perPeer.set(peer, left);
    }
  }
}

/**
 * On which connections peers have asked for their place. Two processes of one device share a peer id: the
 * server would reach for the oldest connection, which may be that of a process that only dials.
 */
class Reservers {
  readonly #connections = new Map<PeerId, readonly Connection[]>();

  /** The newest one that is open. */
  connectionOf(peer: PeerId): Connection | undefined {
    return this.#connections.get(peer)?.findLast((one) => one.status === "open");
  }

  add(connection: Connection): void {
    this.#set(connection, [...this.#others(connection), connection]);
  }

  remove(connection: Connection): void {
    this.#set(connection, this.#others(connection));
  }

  #others(connection: Connection): readonly Connection[] {
    const all = this.#connections.get(peerOf(connection)) ?? [];
    return all.filter((one) => one.id !== connection.id);
  }

  #set(connection: Connection, left: readonly Connection[]): void {
    if (left.length > 0) this.#connections.set(peerOf(connection), left);
    else this.#connections.delete(peerOf(connection));
  }
}

function watchReservations(
  { libp2p, relayServer: { reservations } }: RelayHost,
  server: ServerInside,
  reservers: Reservers,
  emit: (event: RelayEvent) => void,
): void {
  const handleReserve = server.handleReserve.bind(server);
  server.handleReserve = async (asked, options): Promise<void> => {
    const { connection } = asked;
    const isKnown = reservations.has(connection.remotePeer);
    await handleReserve(asked, options);
    if (!reservations.has(connection.remotePeer)) return;
    reservers.add(connection);
    if (!isKnown) emit({ type: "reservation", peer: peerOf(connection) });
  };
  libp2p.addEventListener("connection:close", ({ detail }) => reservers.remove(detail));
  // The server keeps the places of peers that are gone for up to two hours.
  libp2p.addEventListener("peer:disconnect", ({ detail }) => {
    reservations.get(detail)?.signal.clear();
    if (!reservations.has(detail)) return;
    reservations.delete(detail);
    emit({ type: "reservation-ended", peer: peerIdOf(detail) });
  });
}
