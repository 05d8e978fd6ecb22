/**
 * Watches libp2p's relay server, which tells nothing: what it grants, what it carries, and on which
 * connection it reaches a peer. It reaches into `@libp2p/circuit-relay-v2` 4.2.13, which is pinned.
 */
import type { Connection, Stream } from "@libp2p/interface";
import type { PeerId } from "../../swarm/peer.ts";
import { peerOf } from "../node/connections.ts";
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
  const reservers = new Map<PeerId, Connection[]>();
  const circuitsOf = new Map<PeerId, number>();
  let circuits = 0;
  watchReservations(host, server, reservers, emit);

  const stopHop = server.stopHop.bind(server);
  server.stopHop = async (asked, options): Promise<Stream | undefined> => {
    const to = peerOf(asked.connection);
    // Two processes of one device share a peer id. The server would take its oldest connection, which
    // may be that of a process that only dials.
    const connection = reservers.get(to)?.findLast((it) => it.status === "open") ??
      asked.connection;
    const stream = await stopHop({ ...asked, connection }, options);
    const { peer } = asked.request;
    const from = peer && peerIdOfMultihash(peer.id);
    if (stream && from) open(stream, from, to);
    return stream;
  };
  return {
    get circuits(): number {
      return circuits;
    },
    refuses(from, to): boolean {
      const { maxCircuits, maxCircuitsPerPeer } = limits;
      const full = circuits >= maxCircuits ||
        [from, to].some((peer) => (circuitsOf.get(peer) ?? 0) >= maxCircuitsPerPeer);
      if (full) emit({ type: "circuit-refused", from, to });
      return full;
    },
    clear(): void {
      for (const { signal } of host.relayServer.reservations.values()) signal.clear();
      host.relayServer.reservations.clear();
    },
  };

  function open(stream: Stream, from: PeerId, to: PeerId): void {
    count(from, to, 1);
    stream.addEventListener("close", () => count(from, to, -1), { once: true });
    emit({ type: "circuit", from, to });
  }

  function count(from: PeerId, to: PeerId, change: 1 | -1): void {
    circuits += change;
    for (const peer of [from, to]) {
      const left = (circuitsOf.get(peer) ?? 0) + change;
      if (left === 0) circuitsOf.delete(peer);
      else circuitsOf.set(peer, left);
    }
  }
}

function watchReservations(
  { libp2p, relayServer }: RelayHost,
  server: ServerInside,
  reservers: Map<PeerId, Connection[]>,
  emit: (event: RelayEvent) => void,
): void {
  const handleReserve = server.handleReserve.bind(server);
  server.handleReserve = async (asked, options): Promise<void> => {
    const { connection } = asked;
    const known = relayServer.reservations.has(connection.remotePeer);
    await handleReserve(asked, options);
    if (!relayServer.reservations.has(connection.remotePeer)) return;
    const peer = peerOf(connection);
    const others = reservers.get(peer)?.filter((it) => it.id !== connection.id) ?? [];
    reservers.set(peer, [...others, connection]);
    if (!known) emit({ type: "reservation", peer });
  };
  libp2p.addEventListener("connection:close", ({ detail }) => {
    const left = reservers.get(peerOf(detail))?.filter((it) => it.id !== detail.id) ?? [];
    if (left.length > 0) reservers.set(peerOf(detail), left);
    else reservers.delete(peerOf(detail));
  });
  // The server keeps the places of peers that are gone for up to two hours.
  libp2p.addEventListener("peer:disconnect", ({ detail }) => {
    relayServer.reservations.get(detail)?.signal.clear();
    relayServer.reservations.delete(detail);
  });
}
