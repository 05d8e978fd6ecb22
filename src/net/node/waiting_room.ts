/**
 * Strangers between TCP and the end of the handshake: where the library refuses whoever comes when it has
 * as many of them as it takes, the one who waits longest makes room.
 */
import type { MultiaddrConnection, Upgrader } from "@libp2p/interface";
import { FairRoom } from "../../base/async/fair_room.ts";

/** What is used of a connection. */
type Waiting = Pick<MultiaddrConnection, "remoteAddr" | "abort">;

type Upgrade = (connection: MultiaddrConnection, options: unknown) => Promise<void>;

/** A bounded number of connections whose other end has not shown yet that it knows the key. */
export class WaitingRoom {
  readonly #room: FairRoom;

  constructor(most: number) {
    this.#room = new FairRoom(most);
  }

  /** The upgrader, with this room before it. */
  before(upgrader: Upgrader): Upgrader {
    const upgrade = upgrader.upgradeInbound.bind(upgrader) as Upgrade;
    const upgradeInbound: Upgrade = (connection, options) =>
      this.admit(connection, () => upgrade(connection, options));
    return { upgradeInbound } as Upgrader; // what listens uses nothing else of it
  }

  /** Lets it wait while `handshake` lasts; if there are too many, one of the host that has most has to go. */
  admit(connection: Waiting, handshake: () => Promise<void>): Promise<void> {
    const host = String(connection.remoteAddr).split("/")[2] ?? "";
    const sendAway = (): void =>
      connection.abort(new Error("Others wait as well, and it took long"));
    return this.#room.admit(host, sendAway, handshake);
  }
}
