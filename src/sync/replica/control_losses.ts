import type { Clock } from "../../base/clock.ts";
import { STORE_PAUSE_MS } from "../own_store.ts";

/** Before a control stream that was lost is opened anew; twice as long after each that was short-lived. */
const FIRST_PAUSE_MS = 500;
/** Version 1 serves the peer meanwhile. */
const LONGEST_PAUSE_MS = 60_000;
/** A control stream that lived for so long was well; longer than two that take turns at each pause. */
const STEADY_MS = 3 * LONGEST_PAUSE_MS;

interface Loss {
  openedAt: number;
  inARow: number;
  notBefore: number;
  isExcused: boolean;
}

/**
 * How soon a control stream may be opened anew. A peer keeps one for each PeerId: two processes of this
 * device that are connected to it take it from each other, and would do so without end.
 */
export class ControlLosses {
  readonly #clock: Clock;
  readonly #losses = new Map<string, Loss>();

  /** Nothing was lost yet. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A control stream to the peer is open. */
  opened(peer: string): void {
    this.#of(peer).openedAt = this.#clock.monotonic();
  }

  /** It is lost: milliseconds to wait before the next. */
  lost(peer: string): number {
    const now = this.#clock.monotonic();
    const loss = this.#of(peer);
    if (now - loss.openedAt >= STEADY_MS) loss.inARow = 0;
    const pause = loss.isExcused
      ? STORE_PAUSE_MS
      : Math.min(FIRST_PAUSE_MS * 2 ** loss.inARow++, LONGEST_PAUSE_MS);
    loss.isExcused = false;
    loss.notBefore = now + pause;
    return pause;
  }

  /** The next loss is ours, and says nothing about the stream. */
  excuse(peer: string): void {
    this.#of(peer).isExcused = true;
  }

  /** Whether the pause since the last loss is not over. */
  isTooSoon(peer: string): boolean {
    const loss = this.#losses.get(peer);
    return loss !== undefined && this.#clock.monotonic() < loss.notBefore;
  }

  /** The connection was lost with it, which says nothing about the next. */
  forget(peer: string): void {
    this.#losses.delete(peer);
  }

  #of(peer: string): Loss {
    let loss = this.#losses.get(peer);
    if (loss === undefined) {
      loss = { openedAt: -Infinity, inARow: 0, notBefore: -Infinity, isExcused: false };
      this.#losses.set(peer, loss);
    }
    return loss;
  }
}
