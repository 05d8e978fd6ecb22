/** A {@linkcode PeerBook} in memory. */
import type { PeerBook } from "../../src/sync/ports.ts";
import type { PeerId, PeerRecord } from "../../src/swarm/peer.ts";

/** Remembers records; what is undefined does not overwrite what is known. */
export class MemoryBook implements PeerBook {
  readonly #records = new Map<PeerId, PeerRecord>();

  remember(records: readonly PeerRecord[]): void {
    for (const record of records) {
      const known = this.#records.get(record.peer);
      this.#records.set(record.peer, {
        ...record,
        deviceId: record.deviceId ?? known?.deviceId,
        userId: record.userId ?? known?.userId,
        hostname: record.hostname ?? known?.hostname,
        ...(record.answered || known?.answered ? { answered: true } : {}),
      });
    }
  }

  recent(sinceUnix: number, userId: string): readonly PeerRecord[] {
    return [...this.#records.values()]
      .filter((one) => one.lastSeenUnix >= sinceUnix && (one.userId ?? userId) === userId)
      .sort((a, b) => b.lastSeenUnix - a.lastSeenUnix);
  }
}
