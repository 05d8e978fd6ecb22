/** Devices of one name, so that a person can tell which is which and name one of them to a command. */
import type { PeerView } from "../../../app/daemon/status/daemon_status.ts";
import { nameOf } from "./sentence.ts";

/** Digits of a PeerId by which `rr devices` takes it. */
const SHORT_ID = 16;

/** The same peers; those that have a name in common have the beginning of their PeerId in it. */
export function toldApart(peers: readonly PeerView[]): readonly PeerView[] {
  const shared = sharedBy(peers, nameOf);
  return peers.map((peer) =>
    shared.has(nameOf(peer))
      ? { ...peer, given_name: `${nameOf(peer)} (${peer.peer_id.slice(0, SHORT_ID)})` }
      : peer
  );
}

/** What more than one of the peers is called. */
export function sharedBy(
  peers: readonly PeerView[],
  name: (peer: PeerView) => string | null,
): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const one of peers.map(name)) {
    if (one !== null) (seen.has(one) ? twice : seen).add(one);
  }
  return twice;
}
