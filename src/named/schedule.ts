/** When something is due, and with whom to begin. */
import { begin } from "./initiate.ts";
import { consider, ownCost, tick } from "./need.ts";
import { abort } from "./transfer.ts";
import type { Peer, Replica } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Does what is due. */
export function onTime(turn: Turn): void {
  const { state, now } = turn;
  const stalled = state.slot !== undefined && now >= state.slot.until
    ? state.exchanges.get(state.slot.x)
    : undefined;
  if (stalled !== undefined) abort(turn, stalled, "Nothing came for too long");
  for (const peer of state.peers.values()) {
    if (peer.tickAt > now) continue;
    if (state.slot !== undefined || peer.hello === undefined) peer.tickAt = Infinity;
    else tick(turn, peer);
  }
}

/** Begins an exchange with the best of those whose time has come, one at a time. */
export function beginNext(turn: Turn): void {
  const { state, now } = turn;
  if (state.slot !== undefined) return;
  for (const exchange of state.exchanges.values()) {
    if (exchange.role.kind === "initiator") return;
  }
  const ready = [...state.peers.values()]
    .filter(({ startAt, serving }) => startAt !== undefined && startAt <= now && serving === 0)
    .filter((peer) => isStillNeeded(turn, peer))
    .map((peer) => ({ peer, own: ownCost(turn, peer) }))
    // What costs us least to ask for, and of those the one that has most.
    .sort((a, b) => a.own - b.own || b.peer.cost - a.peer.cost);
  const [best] = ready;
  if (best === undefined) return;
  best.peer.startAt = undefined;
  begin(turn, best.peer);
}

/** What was to be asked for may have come from somebody else while the peer was left alone. */
function isStillNeeded(turn: Turn, peer: Peer): boolean {
  consider(turn, peer);
  return peer.startAt !== undefined;
}

/** The next moment at which something is due; `Infinity` for none. */
export function nextWake(state: Replica): number {
  let next = state.slot?.until ?? Infinity;
  const busy = state.slot !== undefined ||
    [...state.exchanges.values()].some(({ role }) => role.kind === "initiator");
  for (const { tickAt, startAt, serving } of state.peers.values()) {
    next = Math.min(next, tickAt);
    if (startAt !== undefined && !busy && serving === 0) next = Math.min(next, startAt);
  }
  return next;
}
