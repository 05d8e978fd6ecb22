/**
 * Replication as a state machine. It opens no socket, reads no clock and sets no timer: an event goes in,
 * effects come out. The state belongs to the caller, who hands it in each time; the same state, store,
 * event and time give the same effects.
 *
 * The simulator of the tests and the daemon run this very code.
 */
import { onChanged, onDropped, onFloor, onHello, onTick, onUp } from "./control.ts";
import type { Effect, Event, ExchangeId } from "./effects.ts";
import type { ControlFrame, ExchangeFrame, Sync } from "./frames.ts";
import { onEnd, onNeed, onWant, sendMarks } from "./initiate.ts";
import { onLive } from "./live.ts";
import { considerAll } from "./need.ts";
import { onIds, onLastEnd, onSync } from "./respond.ts";
import { beginNext, onTime } from "./schedule.ts";
import type { Exchange, Peer, Replica } from "./state.ts";
import type { ItemStore } from "./store.ts";
import { abort, finish, noteProgress, onBatch, onTaken, sendNext } from "./transfer.ts";
import type { Turn } from "./turn.ts";

export { nextWake } from "./schedule.ts";
export { askedBy } from "./transfer.ts";

/** What the machine is given besides its state. */
export interface World {
  readonly store: ItemStore;
  /** Milliseconds of a clock that only grows. */
  readonly now: number;
}

/** Takes in one event; what is to be done stands in the result, in order. */
export function react(state: Replica, event: Event, { store, now }: World): readonly Effect[] {
  const turn: Turn = { state, store, now, out: [] };
  const slot = state.slot;
  handle(turn, event);
  if (slot !== undefined && state.slot === undefined) considerAll(turn);
  beginNext(turn);
  return turn.out;
}

function handle(turn: Turn, event: Event): void {
  const { peers, exchanges } = turn.state;
  switch (event.type) {
    case "up":
      return onUp(turn, event.peer);
    case "down":
      return onDown(turn, event.peer);
    case "changed":
      return onChanged(turn, event.items, event.shrank);
    case "floor":
      return onFloor(turn, event.lowered);
    case "time":
      return onTime(turn);
    case "asked":
      return onAsked(turn, event.x, event.peer, event.frame);
    case "frame":
      return ifKnown(peers.get(event.peer), (peer) => onControl(turn, peer, event.frame));
    case "dropped":
      return ifKnown(peers.get(event.peer), (peer) => onDropped(turn, peer));
    case "exchange":
      return ifKnown(exchanges.get(event.x), (one) => onExchange(turn, one, event.frame));
    case "taken":
      return onTaken(turn, event.x, event.outcome);
    case "writable":
      return ifKnown(exchanges.get(event.x), (exchange) => onWritable(turn, exchange));
    case "closed":
      return ifKnown(exchanges.get(event.x), (exchange) => {
        finish(turn, exchange, event.unstored ? "unstored" : false);
      });
  }
}

/** What is told of a peer or an exchange that is gone comes too late and changes nothing. */
function ifKnown<T>(known: T | undefined, act: (known: T) => void): void {
  if (known !== undefined) act(known);
}

function onDown(turn: Turn, peer: string): void {
  for (const exchange of turn.state.exchanges.values()) {
    if (exchange.peer === peer) finish(turn, exchange, false);
  }
  turn.state.peers.delete(peer);
}

function onAsked(turn: Turn, x: ExchangeId, id: string, frame: Sync): void {
  const peer = turn.state.peers.get(id);
  // Before its control stream is open, nothing is known of what it keeps.
  if (peer?.hello === undefined) turn.out.push({ type: "abort", x, why: "It said no hello" });
  else onSync(turn, x, peer, frame);
}

function onControl(turn: Turn, peer: Peer, frame: ControlFrame): void {
  switch (frame.type) {
    case "hello":
      return onHello(turn, peer, frame);
    case "tick":
      return onTick(turn, peer, frame);
    case "live":
      return onLive(turn, peer, frame);
    case "pins":
      // They are no items: whoever drives the machine takes them.
      return;
    case "bye":
      turn.out.push(
        frame.code === "hash"
          ? { type: "unlike", peer: peer.id, why: frame.code }
          : { type: "refused", peer: peer.id, why: `It ended: ${frame.code}` },
      );
  }
}

function onExchange(turn: Turn, exchange: Exchange, frame: ExchangeFrame): void {
  const { role } = exchange;
  noteProgress(turn, exchange.id);
  if (frame.type === "batch") return onBatch(turn, exchange, frame);
  if (role.kind === "initiator") {
    const isComparing = exchange.phase === "comparing";
    if (frame.type === "need" && isComparing && role.asked === undefined) {
      return onNeed(turn, exchange, role, frame);
    }
    if (frame.type === "want" && isComparing && role.wanted === undefined) {
      return onWant(turn, exchange, role, frame);
    }
    if (frame.type === "end" && isComparing) return onEnd(turn, exchange, role, frame);
  } else {
    if (frame.type === "ids" && exchange.phase === "comparing") {
      return onIds(turn, exchange, role, frame);
    }
    if (frame.type === "end" && exchange.phase === "waiting") {
      return onLastEnd(turn, exchange, role, frame);
    }
  }
  abort(turn, exchange, `Unexpected ${frame.type}`);
}

function onWritable(turn: Turn, exchange: Exchange): void {
  const { role } = exchange;
  // What the other side has read so far of a long list, or of our part, is not nothing.
  noteProgress(turn, exchange.id);
  if (exchange.phase === "sending") sendNext(turn, exchange);
  else if (role.kind === "initiator" && role.asked?.length) {
    sendMarks(turn, exchange, role, role.asked);
  }
}
