/** New items, passed on as they come. */
import type { Live } from "./frames.ts";
import { factsOf, isAbove, type Item, weekOf } from "./item.ts";
import { confirmSoon, considerAll, quietFor, TICK_MS, tickSoon } from "./need.ts";
import type { Peer } from "./state.ts";
import { floorWith, hear, nameFor, shareState, take, type Turn } from "./turn.ts";

/** Items of one live frame; more are fetched, once a tick has told of them. */
export const LIVE_ITEMS = 200;

/** The peer passes on new items. */
export function onLive(turn: Turn, peer: Peer, { floor, name, cover, items }: Live): void {
  const { absorbed, gained, facts, answers, overruling, held } = take(turn, items);
  for (const difference of held) peer.apart.note(difference, floorWith(turn, peer));
  if (absorbed.length > 0) spread(turn, absorbed);
  const covered = new Set(cover);
  if (gained.length > 0) spread(turn, gained, covered.add(peer.tag));
  answer(turn, peer, answers);
  passOn(turn, peer, overruling);
  const received = items.length;
  turn.out.push({ type: "received", peer: peer.id, received, gained: facts, live: true });
  if (peer.hello !== undefined && name !== undefined && floor === floorWith(turn, peer)) {
    hear(turn, peer, name);
    if (name === nameFor(turn, peer)) {
      presumeEqual(turn, peer, floor, covered);
      // Whoever has deleted something wants to see who has done so as well.
      if (gained.some(({ entry }) => entry === undefined)) tickSoon(turn, peer);
    }
  }
  considerAll(turn);
}

/**
 * Whoever got these items as well is where we are. That saves a tick from each to each for every command;
 * the next regular tick shows if it was wrong.
 */
function presumeEqual(turn: Turn, from: Peer, floor: number, covered: ReadonlySet<number>): void {
  const equal = [...turn.state.peers.values()].filter((peer) =>
    peer === from ||
    peer.hello !== undefined && covered.has(peer.tag) && floorWith(turn, peer) === floor
  );
  // From somebody who lacks something for good follows nothing about the others.
  shareState(turn, from.apart.size === 0 ? equal : [], floor);
  for (const peer of equal) {
    peer.heard = peer.told = nameFor(turn, peer);
    quietFor(turn, peer, TICK_MS);
  }
  turn.out.push({ type: "equal", peer: from.id, name: nameFor(turn, from) });
}

/** Passes new items to every connected device that is not covered already. */
export function spread(
  turn: Turn,
  items: readonly Item[],
  covered: ReadonlySet<number> = new Set(),
): void {
  if (items.length > LIVE_ITEMS) return;
  const { state } = turn;
  const cover = [...new Set([...covered, state.tag, ...tagsOf(turn)])];
  for (const peer of state.peers.values()) {
    if (peer.hello === undefined || covered.has(peer.tag)) continue;
    const floor = floorWith(turn, peer);
    const sent = items.filter((item) => isAbove(weekOf(factsOf(item)), floor));
    if (sent.length === 0) continue;
    const name = state.slot === undefined ? nameFor(turn, peer) : undefined;
    const frame: Live = { type: "live", floor, name, cover, items: sent };
    turn.out.push({ type: "send", peer: peer.id, frame });
    if (name === undefined) continue;
    peer.told = name;
    confirmSoon(turn, peer);
  }
}

/** Items that beat what the peer has sent or may have, and that it may not hear of otherwise. */
export function answer(turn: Turn, peer: Peer, items: readonly Item[]): void {
  for (let at = 0; at < items.length; at += LIVE_ITEMS) {
    const part = items.slice(at, at + LIVE_ITEMS);
    const floor = floorWith(turn, peer);
    const cover = [turn.state.tag, ...tagsOf(turn)];
    const frame: Live = { type: "live", floor, cover, items: part };
    turn.out.push({ type: "send", peer: peer.id, frame });
  }
}

/**
 * Tells the others what has ended an item here without being kept: they may have the same item, and
 * would bring it back again and again.
 */
export function passOn(turn: Turn, from: Peer, items: readonly Item[]): void {
  for (const peer of turn.state.peers.values()) {
    if (peer !== from && peer.hello !== undefined) answer(turn, peer, items);
  }
}

function tagsOf({ state }: Turn): number[] {
  return [...state.peers.values()].filter((peer) => peer.hello !== undefined)
    .map((peer) => peer.tag);
}
