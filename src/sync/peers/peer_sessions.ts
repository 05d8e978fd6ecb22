/** One session for every peer that is known. */
import type { PeerId } from "../../swarm/peer.ts";
import type { FoundPeer } from "./discover.ts";
import { PeerSession, type PeerSessionDeps } from "./peer_session.ts";

/** Makes a session for each peer that is found, in the order in which they are found. */
export class PeerSessions implements Iterable<PeerSession> {
  readonly #deps: PeerSessionDeps;
  readonly #sessions = new Map<PeerId, PeerSession>();
  /** Peers that a directory named the last time. */
  #named: ReadonlySet<PeerId> = new Set();

  /** None yet. */
  constructor(deps: PeerSessionDeps) {
    this.#deps = deps;
  }

  /** The session of a peer that is known. */
  get(peer: PeerId): PeerSession | undefined {
    return this.#sessions.get(peer);
  }

  /** All of them, those known longest first. */
  [Symbol.iterator](): Iterator<PeerSession> {
    return this.#sessions.values();
  }

  /** Has every peer tried at the next occasion, whatever failed before. */
  forgiveAll(): void {
    for (const session of this) session.forgive();
  }

  /** Keeps a session for every peer that was found; forgets those that nobody knows any more. */
  adopt(found: readonly FoundPeer[]): void {
    const known = new Set(found.map(({ peer }) => peer));
    for (const [peer, session] of this.#sessions) {
      if (!known.has(peer) && !session.busy && !session.connected) this.#sessions.delete(peer);
    }
    for (const record of found) {
      const session = this.#sessions.get(record.peer);
      if (session) session.update(record);
      else this.#sessions.set(record.peer, new PeerSession(record, this.#deps));
      // A directory names it again: it is there again.
      if (record.standing === "named" && !this.#named.has(record.peer)) session?.forgive();
    }
    this.#named = new Set(found.filter((one) => one.standing === "named").map((one) => one.peer));
  }
}
