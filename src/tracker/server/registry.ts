import type { Clock } from "../../base/clock.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { PeerMeta } from "../messages.ts";

/** Peers that one tracker knows; a person has a handful, a shared tracker serves many persons. */
const MAX_PEERS = 10_000;
/** Peers of one user; bounds what a device has to read and dial. */
const MAX_PEERS_PER_USER = 512;
/** All records together as JSON; below 10 MiB, the most that the original's clients read. */
const MAX_REGISTRY_BYTES = 8 * 1_024 * 1_024;

/** A registration that was checked. */
export interface Registration {
  readonly peer: PeerId;
  readonly addrs: readonly string[];
  readonly meta: PeerMeta | null;
  /** When the peer signed it, by its own clock in ms; `undefined` if it did not. */
  readonly provenAtMs: number | undefined;
}

/**
 * What became of a registration:
 * - `full`: the tracker holds as much as it may
 * - `user-full`: this user has as many peers as one may
 * - `unproven`: the live record is signed by the peer's key and this one is not, or is an older one
 */
export type PutResult = "stored" | "full" | "user-full" | "unproven";

/** Limits that tests lower. */
export interface RegistryLimits {
  readonly maxPeers?: number;
  readonly maxPeersPerUser?: number;
  readonly maxBytes?: number;
}

interface Stored {
  readonly userId: string | undefined;
  readonly provenAtMs: number | undefined;
  readonly seenAt: number;
  /** The record as it is listed. */
  readonly json: string;
  readonly bytes: number;
}

/**
 * The peers that registered lately, in memory.
 *
 * Invariants: records stand in the order in which they were last seen, so expiry looks at the oldest
 * only; ages come from the monotonic clock, so a jump of the wall clock neither wipes nor keeps them; the
 * limits hold after every call; a full registry refuses newcomers and never drops a live record for them.
 */
export class Registry {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #limits: Required<RegistryLimits>;
  readonly #records = new Map<PeerId, Stored>();
  readonly #perUser = new Map<string | undefined, Map<PeerId, Stored>>();
  #bytes = 0;

  /** @throws {RangeError} if `ttlSec` is not an integer of 1 to 86400 */
  constructor(clock: Clock, ttlSec: number, limits: RegistryLimits = {}) {
    if (!Number.isInteger(ttlSec) || ttlSec < 1 || ttlSec > 86_400) {
      throw new RangeError(
        `Cannot keep peers as 'ttlSec' must be an integer of 1..86400: current value is ${ttlSec}`,
      );
    }
    this.#clock = clock;
    this.#ttlMs = ttlSec * 1_000;
    this.#limits = {
      maxPeers: MAX_PEERS,
      maxPeersPerUser: MAX_PEERS_PER_USER,
      maxBytes: MAX_REGISTRY_BYTES,
      ...limits,
    };
  }

  /** Live records. */
  get size(): number {
    this.#expire();
    return this.#records.size;
  }

  /** Stores a record in place of the peer's last one. */
  put(registration: Registration): PutResult {
    this.#expire();
    const old = this.#records.get(registration.peer);
    if (!mayReplace(old, registration.provenAtMs)) return "unproven";
    const next = this.#toStored(registration);
    const refusal = this.#roomFor(next, old);
    if (refusal) return refusal;
    this.#drop(registration.peer);
    this.#records.set(registration.peer, next);
    this.#bytes += next.bytes;
    const ofUser = this.#perUser.get(next.userId) ?? new Map<PeerId, Stored>();
    this.#perUser.set(next.userId, ofUser.set(registration.peer, next));
    return "stored";
  }

  /** Forgets a peer. `unproven` as for {@linkcode put}; `unknown` if there is no such record. */
  remove(peer: PeerId, provenAtMs: number | undefined): "removed" | "unknown" | "unproven" {
    this.#expire();
    const old = this.#records.get(peer);
    if (!old) return "unknown";
    if (!mayReplace(old, provenAtMs)) return "unproven";
    this.#drop(peer);
    return "removed";
  }

  /** The answer to a list request: all records, or those of exactly this user. */
  listJson(userId: string | undefined): string {
    this.#expire();
    const records = userId === undefined ? this.#records : this.#perUser.get(userId);
    const chosen = Array.from(records?.values() ?? [], (record) => record.json);
    return `{"peers":[${chosen.join(",")}]}`;
  }

  #toStored({ peer, addrs, meta, provenAtMs }: Registration): Stored {
    const json = JSON.stringify({
      peer_id: peer,
      addrs,
      meta,
      last_seen_unix: Math.floor(this.#clock.now() / 1_000),
    });
    return {
      userId: meta?.user_id ?? undefined,
      provenAtMs,
      seenAt: this.#clock.monotonic(),
      json,
      bytes: new TextEncoder().encode(json).length,
    };
  }

  #roomFor(next: Stored, old: Stored | undefined): "full" | "user-full" | undefined {
    const { maxPeers, maxPeersPerUser, maxBytes } = this.#limits;
    if (!old && this.#records.size >= maxPeers) return "full";
    if (this.#bytes - (old?.bytes ?? 0) + next.bytes > maxBytes) return "full";
    const sameUser = old !== undefined && old.userId === next.userId;
    const ofUser = this.#perUser.get(next.userId)?.size ?? 0;
    return !sameUser && ofUser >= maxPeersPerUser ? "user-full" : undefined;
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    for (const [peer, record] of this.#records) {
      if (now - record.seenAt <= this.#ttlMs) return;
      this.#drop(peer);
    }
  }

  #drop(peer: PeerId): void {
    const old = this.#records.get(peer);
    if (!old) return;
    this.#records.delete(peer);
    this.#bytes -= old.bytes;
    const ofUser = this.#perUser.get(old.userId)!;
    ofUser.delete(peer);
    if (ofUser.size === 0) this.#perUser.delete(old.userId);
  }
}

/** A record that its owner signed gives way only to a later signature. */
function mayReplace(old: Stored | undefined, provenAtMs: number | undefined): boolean {
  if (old?.provenAtMs === undefined) return true;
  return provenAtMs !== undefined && provenAtMs > old.provenAtMs;
}
