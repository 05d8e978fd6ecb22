/**
 * The hash over items, `m3-128`: Murmur3 for 128 bits on 32-bit lanes. It is additive in use: a digest
 * is the lane-wise sum of the hashes of a set, whatever the order.
 *
 * Not a cryptographic hash. Who could forge a collision holds the swarm key and may delete anything.
 */
import { sha256 } from "@noble/hashes/sha2.js";

/** Four unsigned 32-bit lanes. */
export type Lanes = readonly [number, number, number, number];

/** How devices name the algorithm to each other. */
export const HASH_NAME = "m3-128";

const UTF8 = new TextEncoder();
const UUID_CHARS = 36;

/**
 * The sixteen bytes that stand for an id: those of a UUID in the usual form, else the start of its
 * SHA-256.
 */
export function keyOf(id: string): Uint8Array {
  return uuidBytes(id) ?? sha256(UTF8.encode(id)).subarray(0, 16);
}

// By character codes: an expression and `parseInt` take four times as long, and a million ids are many.
function uuidBytes(id: string): Uint8Array | undefined {
  if (id.length !== UUID_CHARS) return undefined;
  const bytes = new Uint8Array(16);
  for (let at = 0, from = 0; at < 16; at++, from += 2) {
    if (from === 8 || from === 13 || from === 18 || from === 23) {
      if (id.charCodeAt(from++) !== 0x2d) return undefined;
    }
    const high = nibble(id.charCodeAt(from));
    const low = nibble(id.charCodeAt(from + 1));
    if (high < 0 || low < 0) return undefined;
    bytes[at] = high << 4 | low;
  }
  return bytes;
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

const devices = new Map<string, Lanes>();
/** Devices whose hash is remembered; a person has a handful, a hostile peer invents them. */
const MOST_DEVICES = 1024;

/** The hash of a device's label. */
function deviceLanes(deviceId: string): Lanes {
  const known = devices.get(deviceId);
  if (known !== undefined) return known;
  const lanes = hashBytes(UTF8.encode(deviceId));
  if (devices.size >= MOST_DEVICES) devices.clear();
  devices.set(deviceId, lanes);
  return lanes;
}

/** What of an item is hashed. */
export interface Hashed {
  readonly key: Uint8Array;
  readonly deviceId: string;
  readonly week: number;
  readonly dead: boolean;
}

/**
 * `h(item)`: over key, device, week and state, and nothing else of the body, so that a v1 hop, which
 * cuts the time to seconds, changes no hash.
 */
export function hashItem({ key, deviceId, week, dead }: Hashed): Lanes {
  const [d1, d2, d3, d4] = deviceLanes(deviceId);
  const state = dead ? 2 : 1;
  return mixBlocks(key, [d1 ^ state, d2 ^ week, d3, d4]);
}

/** The hash of any bytes. */
export function hashBytes(bytes: Uint8Array): Lanes {
  return mixBlocks(bytes, [0, 0, 0, 0]);
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

// MurmurHash3_x86_128 with a seed for each lane; the last block is filled up with zeros, which the
// length, mixed in at the end, tells from real ones.
function mixBlocks(bytes: Uint8Array, [s1, s2, s3, s4]: Lanes): Lanes {
  let h1 = s1, h2 = s2, h3 = s3, h4 = s4;
  for (let at = 0; at < bytes.length; at += 16) {
    h1 ^= Math.imul(rotate(Math.imul(word(bytes, at), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(word(bytes, at + 4), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(word(bytes, at + 8), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(word(bytes, at + 12), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  return finish(h1 ^ bytes.length, h2 ^ bytes.length, h3 ^ bytes.length, h4 ^ bytes.length);
}

function finish(a: number, b: number, c: number, d: number): Lanes {
  const sum = (a + b + c + d) | 0;
  const h1 = avalanche(sum);
  const h2 = avalanche((b + sum) | 0);
  const h3 = avalanche((c + sum) | 0);
  const h4 = avalanche((d + sum) | 0);
  const all = (h1 + h2 + h3 + h4) | 0;
  return [all >>> 0, (h2 + all) >>> 0, (h3 + all) >>> 0, (h4 + all) >>> 0];
}

function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 |
    (bytes[at + 3] ?? 0) << 24;
}
