/** The digests of the items, in memory and in the file. */
import {
  bucketMark,
  type Digest,
  EMPTY_DIGEST,
  hashOf,
  type Name,
  nameOf,
  union,
  withItem,
} from "../../named/digest.ts";
import { type Facts, isAbove, type Week, weekOf } from "../../named/item.ts";
import type { Seq, StoredBucket } from "../../named/store.ts";
import type { Database } from "../file/database.ts";

interface Stored {
  readonly deviceId: string;
  readonly week: Week;
  digest: Digest;
  seq: Seq;
  changed: boolean;
}

const WRITE = `INSERT INTO rr_digest (device_id, week, n, d, seq) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (device_id, week) DO UPDATE SET n = excluded.n, d = excluded.d, seq = excluded.seq`;

/**
 * All digests: some 2,600 for ten devices in five years. Changes are held back until
 * {@linkcode Digests.write}, which belongs into the transaction of the rows that they describe.
 */
export class Digests {
  readonly #db: Database;
  readonly #names = new Map<Week, Name>();
  #buckets = new Map<string, Stored>();
  /** The bucket of the item before: most follow each other. */
  #last: Stored | undefined;

  /** Nothing is read before {@linkcode Digests.load}. */
  constructor(db: Database) {
    this.#db = db;
  }

  /** Reads them from the file, forgetting what was not written. */
  load(): void {
    this.#names.clear();
    this.#buckets = new Map();
    this.#last = undefined;
    for (
      const [deviceId, week, n, d, seq] of this.#db.rows(
        "SELECT device_id, week, n, d, seq FROM rr_digest",
      )
    ) {
      const stored = {
        deviceId: String(deviceId),
        week: Number(week),
        digest: { count: Number(n), sum: fromBlob(d) },
        seq: Number(seq),
        changed: false,
      };
      this.#buckets.set(keyOf(stored), stored);
    }
  }

  /** The name of everything above the floor. */
  name(floor: Week): Name {
    let name = this.#names.get(floor);
    if (name === undefined) this.#names.set(floor, name = nameOf(this.digest(floor), floor));
    return name;
  }

  /** The digest of everything above the floor. */
  digest(floor: Week): Digest {
    let all = EMPTY_DIGEST;
    for (const { week, digest } of this.#buckets.values()) {
      if (isAbove(week, floor)) all = union(all, digest);
    }
    return all;
  }

  /** Items above the floor. */
  count(floor: Week): number {
    let count = 0;
    for (const { week, digest } of this.#buckets.values()) {
      if (isAbove(week, floor)) count += digest.count;
    }
    return count;
  }

  /** All buckets above the floor, newest week first. */
  list(floor: Week): StoredBucket[] {
    return [...this.#buckets.values()].filter(({ week }) => isAbove(week, floor))
      .sort((a, b) => b.week - a.week)
      .map(({ deviceId, week, digest, seq }) => ({
        deviceId,
        week,
        seq,
        mark: bucketMark(digest),
      }));
  }

  /** Adds an item (`sign` 1) or takes it out (-1), as the change `seq`. */
  add(facts: Facts, sign: 1 | -1, seq: Seq): void {
    this.#names.clear();
    const stored = this.#bucketOf(facts.deviceId, weekOf(facts));
    stored.digest = withItem(stored.digest, hashOf(facts), sign);
    stored.seq = Math.max(stored.seq, seq);
    stored.changed = true;
  }

  #bucketOf(deviceId: string, week: Week): Stored {
    if (this.#last?.week === week && this.#last.deviceId === deviceId) return this.#last;
    const key = keyOf({ deviceId, week });
    let stored = this.#buckets.get(key);
    if (stored === undefined) {
      stored = { deviceId, week, digest: EMPTY_DIGEST, seq: 0, changed: true };
      this.#buckets.set(key, stored);
    }
    return this.#last = stored;
  }

  /** Starts a week over; its buckets keep the number of their last change. */
  clearWeek(week: Week): void {
    this.#names.clear();
    for (const stored of this.#buckets.values()) {
      if (stored.week !== week) continue;
      stored.digest = EMPTY_DIGEST;
      stored.changed = true;
    }
  }

  /** Weeks with a digest. */
  weeks(): Set<Week> {
    return new Set([...this.#buckets.values()].map(({ week }) => week));
  }

  /** Writes what has changed. */
  write(): void {
    for (const stored of this.#buckets.values()) {
      if (!stored.changed) continue;
      const { deviceId, week, digest, seq } = stored;
      this.#db.run(WRITE, deviceId, week, digest.count, toBlob(digest), seq);
      stored.changed = false;
    }
  }
}

function keyOf({ deviceId, week }: Pick<Stored, "deviceId" | "week">): string {
  return `${week} ${deviceId}`;
}

function toBlob({ sum }: Digest): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  sum.forEach((lane, i) => view.setUint32(4 * i, lane));
  return new Uint8Array(view.buffer);
}

function fromBlob(value: unknown): Digest["sum"] {
  if (!(value instanceof Uint8Array) || value.length !== 16) return EMPTY_DIGEST.sum;
  const view = new DataView(value.buffer, value.byteOffset);
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
}
