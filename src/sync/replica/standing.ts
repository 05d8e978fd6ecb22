/** How it stands with the peers of protocol 2: for rounds, reports and status. */
import type { Note } from "../../named/effects.ts";
import type { Replica } from "../../named/state.ts";
import { floorWith, isContained } from "../../named/turn.ts";
import type { ItemStore } from "../../named/store.ts";
import type { Exchanged } from "../ports.ts";

/** Answers how it stands with each peer. */
export class Standing {
  readonly #state: Replica;
  readonly #store: ItemStore;
  readonly #refused = new Set<string>();
  readonly #totals = new Map<string, { received: number; inserted: number; sent: number }>();
  readonly #waiting = new Set<() => void>();

  /** The standing of a replica. */
  constructor(state: Replica, store: ItemStore) {
    this.#state = state;
    this.#store = store;
  }

  /** Takes in what has happened. */
  note(note: Note): void {
    if (note.type === "refused") this.#refused.add(note.peer);
    const totals = this.#totals.get(note.peer) ?? { received: 0, inserted: 0, sent: 0 };
    this.#totals.set(note.peer, totals);
    if (note.type === "received") {
      totals.received += note.received;
      totals.inserted += note.gained.length;
    }
    if (note.type === "exchanged") totals.sent += note.sent;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Whether the peer cannot be compared with, and is left to version 1. */
  hasRefused(peer: string): boolean {
    return this.#refused.has(peer);
  }

  /** Whether this device has all that the peer is known to have. */
  hasAllOf(peer: string): boolean {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined || known.heard === undefined) return false;
    const turn = { state: this.#state, store: this.#store, now: 0, out: [] };
    const mine = this.#store.name(floorWith(turn, known));
    return known.heard === mine || isContained(turn, known, known.heard);
  }

  /** Whether the peer and this device have the same. */
  isEqual(peer: string): boolean {
    const known = this.#state.peers.get(peer);
    if (known?.hello === undefined) return false;
    const turn = { state: this.#state, store: this.#store, now: 0, out: [] };
    return known.heard === this.#store.name(floorWith(turn, known));
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
