/**
 * Strangers between TCP and the end of the handshake. The library refuses whoever comes when it has as many
 * of them as it takes, so that a stranger who connects again and again and says nothing keeps everybody out;
 * here the one who waits longest makes room.
 */
import type { MultiaddrConnection, Upgrader } from "@libp2p/interface";

/** What is used of a connection. */
type Waiting = Pick<MultiaddrConnection, "remoteAddr" | "abort">;

type Upgrade = (connection: MultiaddrConnection, options: unknown) => Promise<void>;

/** A bounded number of connections whose other end has not shown yet that it knows the key. */
export class WaitingRoom {
  readonly #most: number;
  /** By host, the one that waits longest first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The upgrader, with this room before it. */
  before(upgrader: Upgrader): Upgrader {
    const upgrade = upgrader.upgradeInbound.bind(upgrader) as Upgrade;
    const upgradeInbound: Upgrade = (connection, options) =>
      this.admit(connection, () => upgrade(connection, options));
    return { upgradeInbound } as Upgrader; // what listens uses nothing else of it
  }

  /** Lets it wait while `handshake` lasts; if there are too many, one of the host that has most has to go. */
  async admit(connection: Waiting, handshake: () => Promise<void>): Promise<void> {
    const host = String(connection.remoteAddr).split("/")[2] ?? "";
    const ofHost = this.#waiting.get(host) ?? new Set();
    this.#waiting.set(host, ofHost.add(connection));
    if (++this.#count > this.#most) this.#makeRoom();
    try {
      await handshake();
    } finally {
      this.#leave(host, connection);
    }
  }

  #makeRoom(): void {
    const [host, ofHost] = [...this.#waiting]
      .reduce((most, other) => other[1].size > most[1].size ? other : most);
    const [longest] = ofHost;
    if (longest === undefined) return;
    this.#leave(host, longest);
    longest.abort(new Error("Others wait as well, and it took long"));
  }

  #leave(host: string, connection: Waiting): void {
    const ofHost = this.#waiting.get(host);
    if (!ofHost?.delete(connection)) return;
    this.#count--;
    if (ofHost.size === 0) this.#waiting.delete(host);
  }
}
