/** Who has to learn what of whom. */
import { HASH_NAME } from "./hash.ts";
import { type Peer, random } from "./state.ts";
import { commonBase, floorWith, isContained, nameFor, type Turn } from "./turn.ts";

/** Until the tick that shows whether all is where it should be; a tenth more or less keeps devices apart. */
export const TICK_MS = 60_000;
/** Between two ticks once one has shown that both sides are equal, while nothing happens. */
export const REST_MS = 300_000;
/** Before a tick about something new: what comes in the same moment is told together. */
const TICK_SOON_MS = [100, 200] as const;
/** Before the side with less to tell begins: ticks under way may still show that there is no need. */
const BEGIN_MS = [300, 500] as const;
/** Before the other side does, in case the first one cannot. */
const BEGIN_SECOND_MS = [1_000, 2_000] as const;
/** The same where the other side would have to list much, which the first one need not. */
const BEGIN_LATE_MS = [8_000, 12_000] as const;
/** What may be listed item by item, and so costs little. */
export const FEW_ITEMS = 256;
/** Longest pause after exchanges that brought nothing. */
const LONGEST_PAUSE_MS = 600_000;
/** Pause after one in which our own store failed, however often: nothing else tells that it works again. */
const STORE_PAUSE_MS = 5_000;
/** Bases named in a hello; the one kept for the receiver comes on top. */
const HELLO_BASES = 16;

/** Looks anew at every peer. */
export function considerAll(turn: Turn): void {
  for (const peer of turn.state.peers.values()) consider(turn, peer);
}

/** Decides whether the peer has something that we lack, and whether it knows our state. */
export function consider(turn: Turn, peer: Peer): void {
  if (peer.hello === undefined) return;
  const mine = nameFor(turn, peer);
  const { heard } = peer;
  if (heard === mine) {
    peer.level = 0;
    peer.failures = 0;
  }
  if (heard === undefined || heard === mine || lacksNothing(turn, peer, heard)) {
    peer.startAt = undefined;
  } else if (peer.startAt === undefined) {
    peer.startAt = Math.max(turn.now + beginDelay(turn, peer), peer.notBefore);
  }
  // While items stream in, our state is another one every moment; it is told when they are there.
  if (peer.told !== mine && turn.state.slot === undefined) tickSoon(turn, peer);
}

/** A distrusted past proves nothing: until names are equal again, every difference is a need. */
function lacksNothing(turn: Turn, peer: Peer, heard: string): boolean {
  return peer.level === 0 && isContained(turn, peer, heard);
}

/** Sends a tick in a moment. */
export function tickSoon(turn: Turn, peer: Peer): void {
  peer.tickAt = Math.min(peer.tickAt, turn.now + between(turn, TICK_SOON_MS));
}

/** Tells the peer our state. */
export function tick(turn: Turn, peer: Peer): void {
  const name = nameFor(turn, peer);
  const { heard } = peer;
  const equal = heard === name;
  peer.told = name;
  quietFor(turn, peer, equal ? REST_MS : TICK_MS);
  const ack = !equal && heard !== undefined && isContained(turn, peer, heard) ? heard : undefined;
  turn.out.push({
    type: "send",
    peer: peer.id,
    frame: {
      type: "tick",
      floor: floorWith(turn, peer),
      name,
      ack,
      cost: equal ? 0 : ownCost(turn, peer),
    },
  });
}

/** Has the peer told our state within about a minute, though nothing is known to be wrong. */
export function confirmSoon(turn: Turn, peer: Peer): void {
  const { tickAt } = peer;
  quietFor(turn, peer, TICK_MS);
  peer.tickAt = Math.min(peer.tickAt, tickAt);
}

/** Nothing has to be told for so long, more or less. */
export function quietFor(turn: Turn, peer: Peer, ms: number): void {
  peer.tickAt = turn.now + ms * (0.9 + 0.2 * random(turn.state));
}

/** Says who we are and what we keep. */
export function hello(turn: Turn, peer: Peer): void {
  const { store, state } = turn;
  const pinned = store.pinned(peer.id);
  const names = store.bases().slice(0, HELLO_BASES).map((base) => base.name);
  if (pinned !== undefined && !names.includes(pinned.name)) names.push(pinned.name);
  const frame = {
    type: "hello",
    ...state.hello,
    floor: store.floor,
    bases: names,
    hash: HASH_NAME,
  };
  turn.out.push({ type: "send", peer: peer.id, frame: frame as typeof frame & { type: "hello" } });
  peer.told = undefined;
  tickSoon(turn, peer);
}

/** Leaves the peer alone for longer the more exchanges with it have brought nothing. */
export function pauseAfterFailure(turn: Turn, peer: Peer): void {
  peer.failures++;
  const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(peer.failures, 12));
  peer.notBefore = turn.now + pause * (0.5 + random(turn.state));
}

/** Our own store failed, a full disk above all: no fault of the peer, and over as soon as there is room. */
export function pauseForStore(turn: Turn, peer: Peer): void {
  peer.notBefore = turn.now + STORE_PAUSE_MS * (0.75 + random(turn.state) / 2);
}

function beginDelay(turn: Turn, peer: Peer): number {
  // It has all that we have, so it will not begin.
  if (peer.ack === nameFor(turn, peer)) return between(turn, BEGIN_MS);
  const own = ownCost(turn, peer);
  const first = own !== peer.cost ? own < peer.cost : turn.state.self < peer.id;
  if (first) return between(turn, BEGIN_MS);
  return between(turn, own <= FEW_ITEMS ? BEGIN_SECOND_MS : BEGIN_LATE_MS);
}

/** Items that this device gained since the best base shared with the peer. */
export function ownCost(turn: Turn, peer: Peer): number {
  return turn.store.countSince(commonBase(turn, peer).seq, floorWith(turn, peer));
}

function between(turn: Turn, [least, most]: readonly [number, number]): number {
  return least + (most - least) * random(turn.state);
}
