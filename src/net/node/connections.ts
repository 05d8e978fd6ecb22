/** What a libp2p connection is in our words. */
import type { Connection } from "@libp2p/interface";
import type { PeerId, Route } from "../../swarm/peer.ts";

/** The id of the peer at the other end. */
export function peerOf(connection: Connection): PeerId {
  return connection.remotePeer.toString() as PeerId;
}

/** How the connection reaches its peer. */
export function routeOf(connection: Connection): Route {
  return connection.direct ? "direct" : "relayed";
}
