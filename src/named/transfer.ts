/** Sending and taking in items, the same on both sides of an exchange. */
import { answer, spread } from "./live.ts";
import type { ExchangeId } from "./effects.ts";
import type { Batch } from "./frames.ts";
import type { Name } from "./digest.ts";
import { pauseAfterFailure } from "./need.ts";
import type { Exchange } from "./state.ts";
import type { Seq, Span } from "./store.ts";
import { distrust, take, type Turn } from "./turn.ts";

/** How long an item is held for those who may get it from another device. */
const HOLD_MS = 120_000;
/** Items whose time is kept. */
const MOST_VAIN = 65_536;

/** Sends the items of the spans, then the end. */
export function send(
  turn: Turn,
  exchange: Exchange,
  spans: Span[],
  name: Name | undefined,
): void {
  exchange.phase = "sending";
  exchange.outbox = { spans, place: undefined, name };
  sendNext(turn, exchange);
}

/** Sends the next batch, or the end if there is none. */
export function sendNext(turn: Turn, exchange: Exchange): void {
  const { store, out } = turn;
  const { outbox, id } = exchange;
  while (outbox !== undefined && outbox.spans.length > 0) {
    const { items, held, next } = store.page(outbox.spans[0]!, outbox.place);
    const vain = held.filter((seq) => isAskedInVain(turn, seq));
    // First, as a busy store fails it, and then this step is done again as a whole.
    if (vain.length > 0) {
      store.letGo(vain);
      for (const seq of vain) turn.state.vain.delete(seq);
      distrust(turn);
    }
    outbox.place = next;
    if (next === undefined) outbox.spans.shift();
    if (items.length === 0) continue;
    exchange.sent += items.length;
    out.push({ type: "write", x: id, frame: { type: "batch", items }, more: true });
    return;
  }
  const name = outbox?.name ?? store.name(exchange.floor);
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
 * Whether it is time to let go of an item that is asked for and was deleted here only. Somebody else may
 * have it, and gives it to the peer in a moment: whoever let go at once would take it for there again
 * with the next device that has it, and several of whom it was deleted would go round and round.
 */
function isAskedInVain({ state: { vain }, now }: Turn, seq: Seq): boolean {
  const since = vain.get(seq);
  if (since !== undefined) return now - since >= HOLD_MS;
  if (vain.size >= MOST_VAIN) return true;
  vain.set(seq, now);
  return false;
}

/** Takes in a batch. */
export function onBatch(turn: Turn, exchange: Exchange, { items }: Batch): void {
  const { state, out, now } = turn;
  const peer = state.peers.get(exchange.peer);
  if (state.slot?.x !== exchange.id || peer === undefined) {
    out.push({ type: "refused", peer: exchange.peer, why: "It sends items that nobody asked for" });
    return abort(turn, exchange, "Unasked items");
  }
  state.slot.at = now;
  const { absorbed, gained, answers } = take(turn, items);
  exchange.gained += gained.length;
  out.push({
    type: "received",
    peer: peer.id,
    received: items.length,
    gained,
    live: false,
  });
  if (absorbed.length > 0) spread(turn, absorbed);
  answer(turn, peer, answers);
}

/** Breaks an exchange off. */
export function abort(turn: Turn, exchange: Exchange, why: string): void {
  turn.out.push({ type: "abort", x: exchange.id, why });
  finish(turn, exchange, false);
}

/**
 * Forgets an exchange.
 *
 * @param ok whether it went well; `undefined` if it was refused, which has its own pause
 */
export function finish(turn: Turn, exchange: Exchange, ok: boolean | undefined): void {
  const { state, out } = turn;
  if (!state.exchanges.delete(exchange.id)) return;
  const peer = state.peers.get(exchange.peer);
  if (peer !== undefined) {
    if (exchange.role.kind === "responder") peer.serving--;
    else {
      const moved = exchange.gained + exchange.sent > 0;
      if (moved) peer.failures = 0;
      if (ok === false || ok === true && !moved) pauseAfterFailure(turn, peer);
      out.push({ type: "exchanged", peer: peer.id, sent: exchange.sent, ok: ok === true });
    }
  }
  free(turn, exchange.id);
}

/** Leaves the slot to the next, if this exchange has it. */
export function free(turn: Turn, x: ExchangeId): void {
  if (turn.state.slot?.x === x) turn.state.slot = undefined;
}
