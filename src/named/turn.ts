/** One step of the machine: its inputs, the effects so far, and the questions that all rules ask. */
import type { Apart } from "./apart.ts";
import { EMPTY, type Name, nameOf } from "./digest.ts";
import type { Effect } from "./effects.ts";
import { type Facts, factsOf, type Item, type Week } from "./item.ts";
import type { Peer, Replica } from "./state.ts";
import type { Applied, Base, ItemStore, Outcome, Seq } from "./store.ts";

/** One step of the machine, handed from rule to rule. */
export interface Turn {
  readonly state: Replica;
  readonly store: ItemStore;
  /** Milliseconds of a clock that only grows. */
  readonly now: number;
  readonly out: Effect[];
}

/** What every two devices share: nothing. */
const NOTHING: Base = { name: EMPTY, floor: 0, seq: 0 };

/** The floor above which a peer and this device are compared. */
export function floorWith({ store }: Turn, peer: Peer): Week {
  return Math.max(store.floor, peer.hello?.floor ?? 0);
}

/** The state that is compared with a peer's: all that counts here, but for what the two have apart. */
export function nameFor(turn: Turn, peer: Peer): Name {
  const floor = floorWith(turn, peer);
  const { store } = turn;
  return peer.apart.size === 0
    ? store.name(floor)
    : nameOf(peer.apart.seenBy(store.digest(floor)), floor);
}

/** Notes the state of a peer. If it is all that counts here, nothing is apart any more. */
export function hear(turn: Turn, peer: Peer, name: Name): void {
  peer.heard = name;
  if (peer.apart.size > 0 && name === turn.store.name(floorWith(turn, peer))) peer.apart.clear();
}

/** When this device was in the state `name`, as the number of its newest item then. */
export function whenNamed({ state, store }: Turn, name: Name, floor: Week): Seq | undefined {
  if (name === EMPTY) return 0;
  if (name === store.name(floor)) return store.head();
  return state.ring.get(name) ?? store.bases().find((base) => base.name === name)?.seq;
}

/** Whether this device has all items of a state of the peer. */
export function isContained(turn: Turn, peer: Peer, name: Name): boolean {
  return peer.contained.has(name) || whenNamed(turn, name, floorWith(turn, peer)) !== undefined;
}

/** The newest base that the peer has as well. A base says nothing of what lies below its floor. */
export function commonBase(turn: Turn, peer: Peer): Base {
  const floor = floorWith(turn, peer);
  return turn.store.bases().find((base) => peer.bases.has(base.name) && base.floor <= floor) ??
    NOTHING;
}

/** The base of this name, if it may be used above `floor`. */
export function knownBase({ store }: Turn, name: Name, floor: Week): Base | undefined {
  if (name === EMPTY) return NOTHING;
  return store.bases().find((base) => base.name === name && base.floor <= floor);
}

/** Puts the present state into the ring, as it is compared with every peer. */
export function noteState(turn: Turn): void {
  const { state, store } = turn;
  const floors = new Set([...state.peers.values()].map((peer) => floorWith(turn, peer)));
  for (const floor of floors) state.ring.add(store.name(floor), store.head());
  // With what is left out no such state can be recognized later on, but this connection lasts.
  for (const peer of state.peers.values()) {
    if (peer.apart.size > 0) peer.contained.add(nameFor(turn, peer), true);
  }
}

/** Forgets all that was concluded from the past. */
export function distrust(turn: Turn): void {
  turn.store.wipeBases();
  forgetStates(turn);
}

/** Forgets past states, which a lost item or another floor makes useless. */
export function forgetStates(turn: Turn): void {
  turn.state.ring.clear();
  for (const peer of turn.state.peers.values()) peer.contained.clear();
  for (const apart of divided(turn)) apart.clear();
  noteState(turn);
}

/**
 * Keeps the present state as one that is shared with these peers. What is apart is found anew in every
 * exchange, so no base may hide it: with such a peer nothing is kept.
 */
export function shareState(turn: Turn, equal: readonly Peer[], floor: Week): void {
  const name = turn.store.name(floor);
  const peers = equal.filter(({ apart }) => apart.size === 0);
  if (name === EMPTY || peers.length === 0) return;
  turn.store.saveBase({ name, floor, seq: turn.store.head() }, peers.map((peer) => peer.id));
  for (const peer of peers) peer.bases.add(name);
}

/** What was taken in, with the facts of what is new. */
type Taken = Applied & { readonly facts: readonly Facts[] };

/** Takes items in and keeps the conclusions right. */
export function take(turn: Turn, items: readonly Item[]): Taken {
  const applied = turn.store.apply(items);
  const facts = applied.gained.map(factsOf);
  conclude(turn, { ...applied, gained: facts });
  return { ...applied, facts };
}

/** Keeps the conclusions right once items were taken in. */
export function conclude(
  turn: Turn,
  { absorbed, gained, shrank }: Pick<Outcome, "absorbed" | "gained" | "shrank">,
): void {
  settle(turn, absorbed);
  forget(turn, gained);
  if (shrank) distrust(turn);
  else noteState(turn);
}

/** What has come in counts from now on, whatever counted before. */
export function settle(turn: Turn, items: readonly Item[]): void {
  if (divided(turn).length > 0) forget(turn, items.map(factsOf));
}

function forget(turn: Turn, gained: Iterable<Facts>): void {
  for (const apart of divided(turn)) for (const { id } of gained) apart.forget(id);
}

function divided({ state }: Turn): Apart[] {
  return [...state.peers.values(), ...state.exchanges.values()]
    .map(({ apart }) => apart).filter(({ size }) => size > 0);
}
