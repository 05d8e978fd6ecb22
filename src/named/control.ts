/** Hello and ticks, and what changes here. */
import { contradict } from "./contradict.ts";
import type { Hello, Tick } from "./frames.ts";
import { HASH_NAME } from "./hash.ts";
import type { Item } from "./item.ts";
import { spread } from "./live.ts";
import { consider, considerAll, hello, quietFor, REST_MS, tick } from "./need.ts";
import { createPeer, type Peer } from "./state.ts";
import {
  distrust,
  floorWith,
  forgetStates,
  hear,
  isContained,
  nameFor,
  noteState,
  settle,
  shareState,
  type Turn,
} from "./turn.ts";

/** A control stream is open. */
export function onUp(turn: Turn, id: string): void {
  const peer = createPeer(id);
  turn.state.peers.set(id, peer);
  hello(turn, peer);
  // Nothing can be compared before the other side has said what it keeps.
  peer.tickAt = Infinity;
}

/** The peer says who it is, or that it keeps something else from now on. */
export function onHello(turn: Turn, peer: Peer, frame: Hello): void {
  turn.out.push({ type: "met", peer: peer.id, user: frame.user, device: frame.device });
  // Whatever it calls its user: who has the swarm key is one of us, and a deletion is for all of us.
  if (frame.hash !== HASH_NAME) {
    const text = `This device compares by the hash ${HASH_NAME} only`;
    turn.out.push({ type: "send", peer: peer.id, frame: { type: "bye", code: "hash", text } });
    turn.out.push({ type: "unlike", peer: peer.id, why: "hash" });
    return;
  }
  turn.out.push({ type: "agreed", peer: peer.id });
  const moved = frame.floor !== peer.hello?.floor;
  peer.hello = frame;
  peer.bases.clear();
  for (const name of frame.bases) peer.bases.add(name);
  if (moved) {
    peer.heard = undefined;
    peer.apart.clear();
  }
  peer.told = undefined;
  noteState(turn);
  consider(turn, peer);
}

/** The peer tells its state. */
export function onTick(turn: Turn, peer: Peer, { floor, name, ack, cost }: Tick): void {
  if (peer.hello === undefined || floor !== floorWith(turn, peer)) return;
  hear(turn, peer, name);
  const mine = nameFor(turn, peer);
  peer.ack = ack;
  peer.cost = cost;
  if (name === mine) {
    shareState(turn, [peer], floor);
    turn.out.push({ type: "equal", peer: peer.id, name });
    // With equal names it says more only if it has not heard yet that we are there.
    const knows = ack === undefined && cost === 0;
    if (peer.told !== mine || !knows) tick(turn, peer);
    else quietFor(turn, peer, REST_MS);
  } else if (isContained(turn, peer, name)) {
    // Each of us has all that the other has, and still we differ: some base lies.
    if (ack === mine) contradict(turn, peer);
    // It is behind us, and may not know: we may have presumed that it does.
    if (ack !== mine) peer.told = undefined;
  }
  consider(turn, peer);
}

/** A live frame was lost on the way out: the next tick makes up for it. */
export function onDropped(turn: Turn, peer: Peer): void {
  peer.told = undefined;
  // It may have been what we have in place of an item that the peer has sent: it must send that again.
  peer.contained.clear();
  peer.answerLost = true;
  consider(turn, peer);
}

/** This device has something new, or lost something. */
export function onChanged(turn: Turn, items: readonly Item[], shrank: boolean): void {
  settle(turn, items);
  if (shrank) distrust(turn);
  else noteState(turn);
  if (items.length > 0) spread(turn, items);
  considerAll(turn);
}

/** This device keeps something else from now on. */
export function onFloor(turn: Turn, lowered: boolean): void {
  // Below a base's floor the two sides may differ in what lies before its number.
  if (lowered) turn.store.wipeBases();
  forgetStates(turn);
  for (const peer of turn.state.peers.values()) {
    peer.heard = undefined;
    hello(turn, peer);
  }
}
