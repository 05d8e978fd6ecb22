import type { Clock } from "../../base/clock.ts";
import { MAX_PEERS } from "./discover.ts";
import type { PeerId } from "../../swarm/peer.ts";

/** Strangers that connect over and over make us ask the directories at most this often. */
const PAUSE_MS = 500;

/** Peers that have connected and that nobody has named yet, gathered so as to ask about all at once. */
export class Strangers {
  readonly #clock: Clock;
  readonly #met = new Set<PeerId>();
  #askedAt = -Infinity;
  #gathering = false;

  /** Nobody was met yet. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Notes a stranger. Of several calls one resolves to all that were met, when it is time to ask
   * about them; the others resolve to nobody.
   *
   * @throws `signal.reason` once the signal is aborted
   */
  async gather(peer: PeerId, signal: AbortSignal): Promise<readonly PeerId[]> {
    if (this.#met.size < MAX_PEERS) this.#met.add(peer);
    if (this.#gathering) return [];
    this.#gathering = true;
    try {
      const pause = this.#askedAt + PAUSE_MS - this.#clock.monotonic();
      if (pause > 0) await this.#clock.sleep(pause, signal);
      this.#askedAt = this.#clock.monotonic();
      return [...this.#met];
    } finally {
      this.#met.clear();
      this.#gathering = false;
    }
  }
}
