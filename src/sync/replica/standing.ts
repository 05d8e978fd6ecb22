/** How it stands with the peers of protocol 2: for rounds, reports and status. */
import type { Note } from "../../named/effects.ts";
import type { Replica } from "../../named/state.ts";
import { ownCost } from "../../named/need.ts";
import type { Peer } from "../../named/state.ts";
import { floorWith, isContained, nameFor, type Turn, whenNamed } from "../../named/turn.ts";
import type { ItemStore } from "../../named/store.ts";
import type { Exchanged } from "../ports.ts";

/** What a peer and this device lack of each other. */
export interface Gap {
  /** Items that the peer has and this device may lack: those it gained since the two were last level. */
  readonly behind: number;
  /** Items that have arrived since then. */
  readonly arrived: number;
  /** Items that this device has and the peer may lack, counted likewise. */
  readonly ahead: number;
  /** Items that went out in the exchanges under way. */
  readonly given: number;
}

/** Who a peer says it is. */
export type Met = Pick<Extract<Note, { type: "met" }>, "user" | "device">;

const NO_GAP: Gap = { behind: 0, arrived: 0, ahead: 0, given: 0 };

/** Answers how it stands with each peer. */
export class Standing {
  readonly #state: Replica;
  readonly #store: ItemStore;
  /** Peers that broke the protocol: for good. */
  readonly #refused = new Set<string>();
  /** Peers that are set up otherwise than this device; they may be changed. */
  readonly #unlike = new Set<string>();
  /** What a peer has said of itself. */
  readonly #met = new Map<string, Met>();
  readonly #totals = new Map<string, { received: number; inserted: number; sent: number }>();
  readonly #waiting = new Set<() => void>();
  /** What has come from a peer since the two were last known to be level; also over a broken link. */
  readonly #arrived = new Map<string, number>();
  /** What was sent to a peer at once since it told a state. */
  readonly #live = new Map<
    string,
    { readonly heard: string | undefined; readonly items: number }
  >();

  /** The standing of a replica. */
  constructor(state: Replica, store: ItemStore) {
    this.#state = state;
    this.#store = store;
  }

  /** Takes in what has happened. */
  note(note: Note): void {
    if (note.type === "refused") this.#refused.add(note.peer);
    if (note.type === "unlike") this.#unlike.add(note.peer);
    if (note.type === "agreed") this.#unlike.delete(note.peer);
    if (note.type === "met") this.#met.set(note.peer, note);
    const totals = this.#totals.get(note.peer) ?? { received: 0, inserted: 0, sent: 0 };
    this.#totals.set(note.peer, totals);
    if (note.type === "received") {
      this.#arrived.set(note.peer, (this.#arrived.get(note.peer) ?? 0) + note.received);
      totals.received += note.received;
      totals.inserted += note.gained.length;
    }
    if (note.type === "exchanged" || note.type === "served") totals.sent += note.sent;
    if (note.type === "equal" || note.type === "exchanged" && note.ok) {
      this.#arrived.delete(note.peer);
    }
    this.wake();
  }

  /** Has whoever waits look again. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Items went to a connected peer at once. */
  sentLive(peer: string, items: number): void {
    const heard = this.#state.peers.get(peer)?.heard;
    const live = this.#live.get(peer);
    const before = live?.heard === heard ? live?.items ?? 0 : 0;
    this.#live.set(peer, { heard, items: before + items });
  }

  /** Whether the peer cannot be compared with, and is left to version 1. */
  hasRefused(peer: string): boolean {
    return this.#refused.has(peer) || this.#unlike.has(peer);
  }

  /** What the peer has said of itself, in this session. */
  met(peer: string): Met | undefined {
    return this.#met.get(peer);
  }

  /** Whether this device has all that the peer is known to have. */
  hasAllOf(peer: string): boolean {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined || known.heard === undefined) return false;
    const turn = this.#turn();
    const mine = nameFor(turn, known);
    return known.heard === mine || isContained(turn, known, known.heard);
  }

  /** Whether the peer is known to have all that this device has. */
  hasGivenAll(peer: string): boolean {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined) return false;
    const mine = nameFor(this.#turn(), known);
    return known.heard === mine || known.ack === mine;
  }

  /** Whether the peer and this device have the same. */
  isEqual(peer: string): boolean {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined) return false;
    return known.heard === nameFor(this.#turn(), known);
  }

  /** What the peer and this device lack of each other; `undefined` before the peer has told. */
  gap(peer: string): Gap | undefined {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined || known.heard === undefined) return undefined;
    const turn = this.#turn();
    const mine = nameFor(turn, known);
    if (known.heard === mine) return NO_GAP;
    const lacksNothing = isContained(turn, known, known.heard);
    const arrived = lacksNothing ? 0 : Math.min(this.#arrived.get(peer) ?? 0, known.cost);
    // What comes from the peer counts as gained here as well, until the two share a state.
    const total = known.ack === mine ? 0 : Math.max(0, this.#gained(turn, known) - arrived);
    const given = Math.min(total, this.#givenTo(known));
    return {
      behind: lacksNothing ? 0 : known.cost - arrived,
      arrived,
      ahead: total - given,
      given,
    };
  }

  /** Items that the peer may not have: since a state that it was in too, less what was sent to it at once. */
  #gained(turn: Turn, peer: Peer): number {
    const floor = floorWith(turn, peer);
    const since = peer.heard === undefined ? undefined : whenNamed(turn, peer.heard, floor);
    if (since === undefined) return ownCost(turn, peer);
    const live = this.#live.get(peer.id);
    // It says that it has them with its next tick, a minute later at most.
    const sent = live?.heard === peer.heard ? live?.items ?? 0 : 0;
    return Math.max(0, this.#store.countSince(since, floor) - sent);
  }

  #givenTo({ id }: Peer): number {
    let given = 0;
    for (const exchange of this.#state.exchanges.values()) {
      if (exchange.peer === id) given += exchange.sent;
    }
    return given;
  }

  #turn(): Turn {
    return { state: this.#state, store: this.#store, now: 0, out: [] };
  }

  /** What went to and fro with the peer since the last call. */
  takeTotals(peer: string): Exchanged {
    const totals = this.#totals.get(peer) ?? { received: 0, inserted: 0, sent: 0 };
    this.#totals.delete(peer);
    return totals;
  }

  /** Resolves with the next thing that happens. */
  next(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    if (signal.aborted) wake();
    return promise;
  }
}
