/** The digests of {@linkcode import("./memory_items.ts").MemoryItems}, and the names of states that they give. */
import {
  bucketMark,
  type Digest,
  EMPTY_DIGEST,
  hashOf,
  type Name,
  nameOf,
  union,
  withItem,
} from "../../src/named/digest.ts";
import { type Facts, isAbove, weekOf } from "../../src/named/item.ts";
import type { Seq, StoredBucket } from "../../src/named/store.ts";

/** The digest of one device and week. */
export interface StoredDigest {
  readonly deviceId: string;
  readonly week: number;
  digest: Digest;
  seq: Seq;
}

/** Hashes of facts, which never change: the simulator asks for each of them a thousand times. */
const hashes = new WeakMap<Facts, ReturnType<typeof hashOf>>();
const twins = new WeakMap<Facts, Facts>();

/** The hash of facts. */
export function cachedHash(facts: Facts): ReturnType<typeof hashOf> {
  let hash = hashes.get(facts);
  if (hash === undefined) hashes.set(facts, hash = hashOf(facts));
  return hash;
}

/** The same facts, of an item that is dead if they are of one that lives. */
export function twinOf(facts: Facts): Facts {
  let twin = twins.get(facts);
  if (twin === undefined) twins.set(facts, twin = { ...facts, dead: !facts.dead });
  return twin;
}

/** The digests of a device, by week and device. */
export class MemoryDigests {
  readonly #stored: () => Map<string, StoredDigest>;
  readonly #names = new Map<number, Name>();

  /** `stored` is asked each time: a device that is restored has others. */
  constructor(stored: () => Map<string, StoredDigest>) {
    this.#stored = stored;
  }

  name(floor: number): Name {
    const known = this.#names.get(floor);
    if (known !== undefined) return known;
    const name = nameOf(this.digest(floor), floor);
    this.#names.set(floor, name);
    return name;
  }

  digest(floor: number): Digest {
    let all = EMPTY_DIGEST;
    for (const { week, digest } of this.#stored().values()) {
      if (isAbove(week, floor)) all = union(all, digest);
    }
    return all;
  }

  buckets(floor: number): StoredBucket[] {
    return [...this.#stored().values()].filter(({ week }) => isAbove(week, floor))
      .sort((a, b) => b.week - a.week)
      .map(({ deviceId, week, digest, seq }) => ({
        deviceId,
        week,
        seq,
        mark: bucketMark(digest),
      }));
  }

  /** Counts facts in, or out again. */
  count(facts: Facts, sign: 1 | -1, seq: Seq): void {
    this.#names.clear();
    const week = weekOf(facts);
    const key = `${week} ${facts.deviceId}`;
    let stored = this.#stored().get(key);
    if (stored === undefined) {
      stored = { deviceId: facts.deviceId, week, digest: EMPTY_DIGEST, seq };
      this.#stored().set(key, stored);
    }
    stored.digest = withItem(stored.digest, cachedHash(facts), sign);
    stored.seq = Math.max(stored.seq, seq);
  }

  /** Keeps only those above. */
  dropBelow(floor: number): void {
    for (const [key, { week }] of this.#stored()) {
      if (!isAbove(week, floor)) this.#stored().delete(key);
    }
    this.forgetNames();
  }

  /** Forgets all of them. */
  clear(): void {
    this.#stored().clear();
    this.forgetNames();
  }

  /** They are others now. */
  forgetNames(): void {
    this.#names.clear();
  }
}
