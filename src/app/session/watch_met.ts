/** Who was met, and by it whether to be found by devices of the original, which know no sealed records. */
import { speaksProtocol2 } from "../../net/exchange/frame_net.ts";
import type { Node } from "../../net/node/node.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { MetPeers } from "../../tracker/client/swarm_client.ts";

/** Knows whom a node was connected to, until disposed. */
export function watchMet(
  { inTheOpen, protocols }: {
    readonly inTheOpen?: boolean | undefined;
    readonly protocols?: readonly string[] | undefined;
  },
  node: Node,
): MetPeers & Disposable {
  const met = new Set<PeerId>();
  let isOpen = inTheOpen ?? !protocols?.includes("2");
  const watching = node.onEvent((event) => {
    if (event.type !== "connected") return;
    met.add(event.peer);
    // An original that only syncs is listed nowhere: that it was connected is all there is of it.
    isOpen ||= !speaksProtocol2(node, event.peer);
  });
  return {
    has: (peer) => met.has(peer),
    hasOlder: () => isOpen,
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
