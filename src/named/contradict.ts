/** What two devices have concluded can be wrong: a base that lies, after a flipped bit or a bug. */
import type { Peer } from "./state.ts";
import { distrust, type Turn } from "./turn.ts";

/** Level of distrust at which nothing but full marks counts. */
const MOST_LEVEL = 2;

/** Forgets all conclusions, so that the next exchange with the peer compares everything anew. */
export function contradict(turn: Turn, peer: Peer): void {
  if (peer.level > 0) turn.store.rebuild();
  peer.level = Math.min(peer.level + 1, MOST_LEVEL);
  distrust(turn);
  turn.out.push({ type: "contradiction", peer: peer.id, level: peer.level });
}
