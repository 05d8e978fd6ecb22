/** Sending and taking in items, the same on both sides of an exchange. */
import { answer, passOn, spread } from "./live.ts";
import type { ExchangeId } from "./effects.ts";
import type { Batch } from "./frames.ts";
import { type Digest, EMPTY, type Name, nameOf } from "./digest.ts";
import type { Item } from "./item.ts";
import { pauseAfterFailure, pauseForStore } from "./need.ts";
import type { Exchange, Peer, Replica } from "./state.ts";
import type { Outcome, Span } from "./store.ts";
import { conclude, floorWith, nameFor, noteState, take, type Turn } from "./turn.ts";

/** Text of a batch that nothing is added to; the frame holds many times that. */
const FULL_CHARS = 200_000;
/** An exchange without anything for so long gives way to the next. */
const STALL_MS = 15_000;
/** A small computer takes half a minute for a hundred thousand marks in one week. */
const COMPARE_MS = 60_000;

/** Sends the items of the spans, then the end. */
export function send(
  turn: Turn,
  exchange: Exchange,
  spans: Span[],
  digest: Digest | undefined,
): void {
  exchange.phase = "sending";
  exchange.outbox = { spans, place: undefined, digest };
  sendNext(turn, exchange);
}

/** Sends the next batch, or the end if there is none. */
export function sendNext(turn: Turn, exchange: Exchange): void {
  const { out } = turn;
  const { id } = exchange;
  const items = nextItems(turn, exchange);
  if (items.length > 0) {
    exchange.sent += items.length;
    out.push({ type: "write", x: id, frame: { type: "batch", items }, more: true });
    return;
  }
  const name = closingName(turn, exchange);
  exchange.phase = "waiting";
  exchange.outbox = undefined;
  out.push({
    type: "write",
    x: id,
    frame: { type: "end", name, sent: exchange.sent },
    more: false,
  });
  if (exchange.role.kind === "responder") return;
  out.push({ type: "close", x: id });
  finish(turn, exchange, true);
}

/**
 * Reads on until a batch is about full: a device's week has some hundred items, and so few in a batch
 * cost a quarter more bytes. A busy store fails it as a whole, so what was read is noted at the end.
 */
function nextItems({ store }: Turn, { outbox, apart, floor }: Exchange): Item[] {
  const items: Item[] = [];
  if (outbox === undefined) return items;
  const { spans } = outbox;
  let { place } = outbox;
  let done = 0;
  while (done < spans.length && !isFull(items, store.pageItems)) {
    const page = store.page(spans[done]!, place);
    for (const mine of page.held) apart.noteAsked(mine, floor);
    items.push(...page.items);
    place = page.next;
    if (place === undefined) done++;
  }
  spans.splice(0, done);
  outbox.place = place;
  return items;
}

/** Half of a page is enough, as another whole page may come on top. */
function isFull(items: readonly Item[], pageItems: number): boolean {
  if (items.length >= pageItems / 2) return true;
  let chars = 0;
  for (const { entry } of items) if (entry !== undefined) chars += entry.command.length;
  return chars >= FULL_CHARS;
}

/** The state that the other side has reached with our part, from here on without what is apart. */
function closingName(turn: Turn, exchange: Exchange): Name {
  const { apart, floor, outbox, role } = exchange;
  const peer = turn.state.peers.get(exchange.peer);
  if (peer !== undefined) {
    // Whoever asked for nothing may have been busy, and lack what it lacked before.
    if (role.kind === "responder" || role.wanted !== undefined) peer.apart.clear();
    peer.apart.takeOver(apart);
    noteState(turn);
  }
  if (outbox?.digest !== undefined) return nameOf(apart.seenBy(outbox.digest), floor);
  return peer === undefined ? EMPTY : nameFor(turn, peer);
}

/** The peer of the exchange, if it was asked for items and is sending them. */
export function askedBy({ exchanges, peers, slot }: Replica, x: ExchangeId): Peer | undefined {
  const exchange = slot?.x === x ? exchanges.get(x) : undefined;
  return exchange && peers.get(exchange.peer);
}

/** From now on the items of this exchange are waited for, and of no other. */
export function takeSlot({ state, now }: Turn, x: ExchangeId): void {
  state.slot = { x, until: now + STALL_MS };
}

/** If it is the exchange that is waited for, then something has come of it. */
export function noteProgress({ state, now }: Turn, x: ExchangeId): void {
  if (state.slot?.x === x) state.slot.until = now + STALL_MS;
}

/** The other side has a long list to go through, of which nothing is heard before it is done. */
export function awaitComparison({ state, now }: Turn, x: ExchangeId): void {
  if (state.slot?.x === x) state.slot.until = now + COMPARE_MS;
}

/** Takes in a batch. */
export function onBatch(turn: Turn, exchange: Exchange, { items }: Batch): void {
  const { state, out } = turn;
  const peer = askedBy(state, exchange.id);
  if (peer === undefined) {
    out.push({ type: "refused", peer: exchange.peer, why: "It sends items that nobody asked for" });
    return abort(turn, exchange, "Unasked items");
  }
  const { facts: gained, ...applied } = take(turn, items);
  noteBatch(turn, exchange.id, { ...applied, gained, peer: peer.id, received: items.length });
}

/** A batch was taken in beside the machine; its exchange may have been broken off since, and the items stay. */
export function onTaken(turn: Turn, x: ExchangeId, outcome: Outcome): void {
  noteProgress(turn, x);
  conclude(turn, outcome);
  noteBatch(turn, x, outcome);
}

function noteBatch(turn: Turn, x: ExchangeId, outcome: Outcome): void {
  const { state, out } = turn;
  const { absorbed, gained, answers, overruling, held, received } = outcome;
  const exchange = state.exchanges.get(x);
  const peer = state.peers.get(outcome.peer);
  if (peer !== undefined) {
    const floor = exchange?.floor ?? floorWith(turn, peer);
    for (const difference of held) {
      peer.apart.note(difference, floor);
      exchange?.apart.note(difference, floor);
    }
  }
  if (exchange !== undefined) exchange.gained += gained.length;
  out.push({ type: "received", peer: outcome.peer, received, gained, live: false });
  if (absorbed.length > 0) spread(turn, absorbed);
  if (peer === undefined) return;
  answer(turn, peer, answers);
  passOn(turn, peer, overruling);
}

/** Breaks an exchange off. */
export function abort(turn: Turn, exchange: Exchange, why: string): void {
  turn.out.push({ type: "abort", x: exchange.id, why });
  finish(turn, exchange, false);
}

/**
 * Forgets an exchange.
 *
 * @param ok whether it went well; `undefined` if it was refused, which has its own pause; `unstored` if it
 *   was our store that failed
 */
export function finish(
  turn: Turn,
  exchange: Exchange,
  ok: boolean | "unstored" | undefined,
): void {
  const { state, out } = turn;
  if (!state.exchanges.delete(exchange.id)) return;
  const peer = state.peers.get(exchange.peer);
  if (peer !== undefined) {
    if (exchange.role.kind === "responder") {
      peer.serving--;
      if (exchange.sent > 0) out.push({ type: "served", peer: peer.id, sent: exchange.sent });
    } else {
      const moved = exchange.gained + exchange.sent > 0;
      if (moved) peer.failures = 0;
      peer.parted = ok === true && exchange.sent > 0 ? exchange.began : undefined;
      if (ok === "unstored") pauseForStore(turn, peer);
      else if (ok === false || ok === true && !moved) pauseAfterFailure(turn, peer);
      out.push({ type: "exchanged", peer: peer.id, sent: exchange.sent, ok: ok === true });
    }
  }
  free(turn, exchange.id);
}

/** Leaves the slot to the next, if this exchange has it. */
export function free(turn: Turn, x: ExchangeId): void {
  if (turn.state.slot?.x === x) turn.state.slot = undefined;
}
