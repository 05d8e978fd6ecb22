/** Sealed records of swarms: listed to and written by key holders only, and opaque to the tracker. */
import type { Clock } from "../../base/clock.ts";

/** Records of one swarm; a person has a handful, and only key holders can add to them. */
export const MAX_RECORDS_PER_SWARM = 512;
/** Records of all swarms. */
export const MAX_SWARM_RECORDS = 120_000;
/** Largest sealed record: 32 addresses of 100 characters, and names. */
export const MAX_RECORD_BYTES = 6_144;
/** All records together, as they are listed. */
const MAX_SWARM_BYTES = 96 * 1_024 * 1_024;

/**
 * Devices of other swarms that are told of. On a person's own tracker they are devices with another
 * key by mistake; how many a public one serves is nobody's business.
 */
const MOST_OTHERS = 16;

/** What became of a record; `older`: one that was signed later is there. */
export type SwarmPut = "stored" | "full" | "swarm-full" | "older";

/** Limits that tests lower. */
export interface SwarmLimits {
  readonly maxRecords?: number;
  readonly maxPerSwarm?: number;
  readonly maxBytes?: number;
}

interface Stored {
  readonly swarm: string;
  readonly id: string;
  readonly signedAtMs: number;
  readonly seenAt: number;
  readonly json: string;
}

interface Swarm {
  readonly records: Map<string, Stored>;
  /** The answer to a list request; made when it is asked for and kept until something changes. */
  list: string | undefined;
}

/**
 * Invariants: records stand in the order in which they were last seen, so expiry looks at the oldest
 * only; listing looks at one swarm, however many there are; a full registry keeps who is there.
 */
export class SwarmRegistry {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #limits: Required<SwarmLimits>;
  readonly #swarms = new Map<string, Swarm>();
  readonly #order = new Map<string, Stored>();
  #bytes = 0;

  /** `ttlSec` was checked before. */
  constructor(clock: Clock, ttlSec: number, limits: SwarmLimits = {}) {
    this.#clock = clock;
    this.#ttlMs = ttlSec * 1_000;
    this.#limits = {
      maxRecords: MAX_SWARM_RECORDS,
      maxPerSwarm: MAX_RECORDS_PER_SWARM,
      maxBytes: MAX_SWARM_BYTES,
      ...limits,
    };
  }

  /** Live records. */
  get size(): number {
    this.#expire();
    return this.#order.size;
  }

  /** Stores a record in place of the last one of this id; `sealed` is base64. */
  put(swarm: string, id: string, sealed: string, signedAtMs: number): SwarmPut {
    this.#expire();
    const old = this.#order.get(keyOf(swarm, id));
    if (old !== undefined && signedAtMs <= old.signedAtMs) return "older";
    const json = JSON.stringify([id, sealed]);
    const { maxRecords, maxPerSwarm, maxBytes } = this.#limits;
    if (this.#bytes - (old?.json.length ?? 0) + json.length > maxBytes) return "full";
    if (!old) {
      if (this.#order.size >= maxRecords) return "full";
      if ((this.#swarms.get(swarm)?.records.size ?? 0) >= maxPerSwarm) return "swarm-full";
    } else {
      this.#drop(old);
    }
    this.#keep({ swarm, id, signedAtMs, seenAt: this.#clock.monotonic(), json });
    return "stored";
  }

  /** Forgets a record, unless a later one has taken its place. */
  remove(swarm: string, id: string, signedAtMs: number): boolean {
    this.#expire();
    const old = this.#order.get(keyOf(swarm, id));
    if (old === undefined || signedAtMs <= old.signedAtMs) return false;
    this.#drop(old);
    return true;
  }

  /** The answer to a list request. */
  listJson(swarm: string): string {
    this.#expire();
    const found = this.#swarms.get(swarm);
    if (found === undefined) return '{"records":[]}';
    found.list ??= `{"records":[${[...found.records.values()].map((one) => one.json).join(",")}]}`;
    return found.list;
  }

  /** Devices of other swarms, counted up to {@linkcode MOST_OTHERS}. */
  others(swarm: string): number {
    const own = this.#swarms.get(swarm)?.records.size ?? 0;
    return Math.min(MOST_OTHERS, this.size - own);
  }

  #keep(record: Stored): void {
    const swarm = this.#swarms.get(record.swarm) ?? { records: new Map(), list: undefined };
    this.#swarms.set(record.swarm, swarm);
    swarm.records.set(record.id, record);
    swarm.list = undefined;
    this.#order.set(keyOf(record.swarm, record.id), record);
    this.#bytes += record.json.length;
  }

  #drop(record: Stored): void {
    const swarm = this.#swarms.get(record.swarm)!;
    swarm.records.delete(record.id);
    swarm.list = undefined;
    if (swarm.records.size === 0) this.#swarms.delete(record.swarm);
    this.#order.delete(keyOf(record.swarm, record.id));
    this.#bytes -= record.json.length;
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    for (const record of this.#order.values()) {
      if (now - record.seenAt <= this.#ttlMs) return;
      this.#drop(record);
    }
  }
}

function keyOf(swarm: string, id: string): string {
  return `${swarm} ${id}`;
}
