/** A {@linkcode Directory} in memory. */
import type { Directory } from "../../src/sync/ports.ts";
import type { OwnRecord, PeerId, PeerRecord } from "../../src/swarm/peer.ts";
import type { Clock } from "../../src/base/clock.ts";

/** Knows what it is told, for `ttlSeconds`. */
export class MemoryDirectory implements Directory {
  readonly name: string;
  /** Thrown by every call while it is set. */
  failure: Error | undefined;
  /** While set, calls hang until their signal is aborted. */
  silent = false;
  /** The calls that were made, in order. */
  readonly calls: string[] = [];
  ttlSeconds = 60;
  readonly #clock: Clock;
  readonly #records = new Map<PeerId, PeerRecord>();

  constructor(clock: Clock, name = "http://tracker.example") {
    this.#clock = clock;
    this.name = name;
  }

  async list(userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    await this.#enter("list", signal);
    const since = this.#now() - this.ttlSeconds;
    return [...this.#records.values()].filter((record) =>
      record.userId === userId && record.lastSeenUnix >= since
    );
  }

  async register(own: OwnRecord, signal?: AbortSignal): Promise<number> {
    await this.#enter("register", signal);
    this.#records.set(own.peer, { ...own, lastSeenUnix: this.#now() });
    return this.ttlSeconds;
  }

  async withdraw(peer: PeerId, signal?: AbortSignal): Promise<void> {
    await this.#enter("withdraw", signal);
    this.#records.delete(peer);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #enter(call: string, signal: AbortSignal | undefined): Promise<void> {
    this.calls.push(call);
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.silent) {
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
    return this.failure ? Promise.reject(this.failure) : Promise.resolve();
  }
}
