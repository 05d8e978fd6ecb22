/** How often each peer may have something done, with some at once. */
import type { Clock } from "../../base/clock.ts";

/** What {@linkcode PeerRate} allows. */
export interface RateOptions {
  /** So many at once after a pause. */
  readonly burst: number;
  /** And then one in so many milliseconds. */
  readonly everyMs: number;
}

/** Beyond it the peer that did something longest ago is forgotten, and may begin anew. */
const MOST_PEERS = 1_000;

/** A place that fills with what is done, and empties with time, for each peer. */
export class PeerRate {
  readonly #clock: Clock;
  readonly #options: RateOptions;
  readonly #filled = new Map<string, { readonly count: number; readonly atMs: number }>();

  constructor(clock: Clock, options: RateOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Whether the peer may have it done once more now; counted if so. */
  allows(peer: string): boolean {
    const { burst, everyMs } = this.#options;
    const atMs = this.#clock.monotonic();
    const last = this.#filled.get(peer);
    const left = last === undefined ? 0 : last.count - (atMs - last.atMs) / everyMs;
    const count = Math.max(0, left) + 1;
    if (count > burst) return false;
    this.#filled.delete(peer);
    this.#filled.set(peer, { count, atMs });
    if (this.#filled.size > MOST_PEERS) this.#filled.delete(this.#filled.keys().next().value!);
    return true;
  }
}
