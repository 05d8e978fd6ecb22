/** Keeps a device that wants to be met through relays only from connecting to anybody else. */
import { CIRCUIT } from "../../swarm/peer_addrs.ts";
import type { PeerId } from "../../swarm/peer.ts";

/**
 * Decides on what libp2p may dial. It stands below all that dials, libp2p's own services among it, so
 * that none of them can reach a peer directly.
 */
export class RelayOnlyGate {
  /** How often each relay was admitted. */
  readonly #admitted = new Map<string, number>();

  /** Lets the relay be dialled until disposed. */
  admit(relay: PeerId): Disposable {
    this.#admitted.set(relay, (this.#admitted.get(relay) ?? 0) + 1);
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        const left = this.#admitted.get(relay)! - 1;
        if (left === 0) this.#admitted.delete(relay);
        else this.#admitted.set(relay, left);
      },
    };
  }

  /** Whether the address must not be dialled: it is neither through a relay nor that of one. */
  denies(addr: string): boolean {
    if (addr.includes(CIRCUIT)) return false;
    const at = addr.lastIndexOf("/p2p/");
    return at === -1 || !this.#admitted.has(addr.slice(at + "/p2p/".length));
  }
}
