/** What a libp2p connection is in our words. */
import type { Connection } from "@libp2p/interface";
import type { PeerId, Route } from "../../swarm/peer.ts";

/** An id of libp2p in the form in which everything else knows it. */
export function peerIdOf(id: Connection["remotePeer"]): PeerId {
  return id.toString() as PeerId;
}

/** The id of the peer at the other end. */
export function peerOf(connection: Connection): PeerId {
  return peerIdOf(connection.remotePeer);
}

/** How the connection reaches its peer. */
export function routeOf(connection: Connection): Route {
  return connection.direct ? "direct" : "relayed";
}
