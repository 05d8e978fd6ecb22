/** How often each peer may have something done, with some at once. */
import type { Clock } from "../../base/clock.ts";
import { LeakyBucket, type Rate } from "./leaky_bucket.ts";

/** Beyond it the peer that did something longest ago is forgotten, and may begin anew. */
const MOST_PEERS = 1_000;

/** One bucket for each peer. */
export class PeerRate {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #buckets = new Map<string, LeakyBucket>();

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Whether the peer may have it done once more now; counted if so. */
  allows(peer: string): boolean {
    const bucket = this.#buckets.get(peer) ?? new LeakyBucket();
    if (!bucket.takes(this.#rate, this.#clock.monotonic())) return false;
    this.#buckets.delete(peer);
    this.#buckets.set(peer, bucket);
    if (this.#buckets.size > MOST_PEERS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return true;
  }
}
