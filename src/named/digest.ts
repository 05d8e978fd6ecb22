/** Digests of sets of items, and the names of whole states. */
import { hashBytes, hashItem, keyOf, type Lanes } from "./hash.ts";
import { type Facts, type Week, weekOf } from "./item.ts";

/** The items of one device in one week. */
export interface Bucket {
  readonly deviceId: string;
  readonly week: Week;
}

/** How many items a set has, and the sum of their hashes. */
export interface Digest {
  readonly count: number;
  readonly sum: Lanes;
}

/** The digest of no items. */
export const EMPTY_DIGEST: Digest = { count: 0, sum: [0, 0, 0, 0] };

/** Names the state of a store above a floor: 22 characters of base64url. Equal names, equal sets. */
export type Name = string;
/** The name of the state without items, whatever the floor. */
export const EMPTY: Name = "A".repeat(22);
/** Characters of a {@linkcode Name}. */
export const NAME_CHARS = 22;

/** Names one item in comparisons: the first 8 bytes of its hash in hex, all 16 when asked for. */
export type Mark = string;

/** Characters of a {@linkcode Mark}, and of one that is told from all others for certain. */
export const MARK_CHARS = 16;
/** See {@linkcode MARK_CHARS}. */
export const WIDE_MARK_CHARS = 32;

/** `h(item)`. */
export function hashOf(facts: Facts): Lanes {
  const { id, deviceId, dead } = facts;
  return hashItem({ key: keyOf(id), deviceId, week: weekOf(facts), dead });
}

/** The digest with one item more (`sign` 1) or less (`sign` -1). */
export function withItem(digest: Digest, hash: Lanes, sign: 1 | -1): Digest {
  const { count, sum: [a, b, c, d] } = digest;
  const [e, f, g, h] = hash;
  return {
    count: count + sign,
    sum: [(a + sign * e) >>> 0, (b + sign * f) >>> 0, (c + sign * g) >>> 0, (d + sign * h) >>> 0],
  };
}

/** The digest of two sets without a common item. */
export function union(one: Digest, other: Digest): Digest {
  const [a, b, c, d] = one.sum;
  const [e, f, g, h] = other.sum;
  return {
    count: one.count + other.count,
    sum: [(a + e) >>> 0, (b + f) >>> 0, (c + g) >>> 0, (d + h) >>> 0],
  };
}

/** Names the set of this digest, compared above `floor`. */
export function nameOf({ count, sum }: Digest, floor: Week): Name {
  if (count === 0) return EMPTY;
  const view = new DataView(new ArrayBuffer(28));
  view.setUint32(0, floor, true);
  view.setFloat64(4, count, true);
  sum.forEach((lane, i) => view.setUint32(12 + 4 * i, lane, true));
  return toBase64Url(hashBytes(new Uint8Array(view.buffer)));
}

/** What stands for a bucket's content in a comparison: half of its sum, in hex. */
export function bucketMark({ sum }: Digest): Mark {
  return hex(sum[0]) + hex(sum[1]);
}

/** The mark of an item with this hash. */
export function markOf(hash: Lanes, wide: boolean): Mark {
  const short = hex(hash[0]) + hex(hash[1]);
  return wide ? short + hex(hash[2]) + hex(hash[3]) : short;
}

/** Four bytes that stand for a device in a list of those who have something. */
export function tagOf(text: string): number {
  return hashBytes(new TextEncoder().encode(text))[0];
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, "0");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64Url(lanes: Lanes): string {
  const bytes = lanes.flatMap((
    lane,
  ) => [lane >>> 24, lane >>> 16 & 255, lane >>> 8 & 255, lane & 255]);
  let out = "";
  for (let at = 0; at < 16; at += 3) {
    const bits = bytes[at]! << 16 | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) out += ALPHABET[bits >>> shift & 63];
  }
  return out.slice(0, NAME_CHARS);
}
