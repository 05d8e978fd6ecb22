/**
 * The hash over items, `m3-128`: Murmur3 for 128 bits on 32-bit lanes. It is additive in use: a digest
 * is the lane-wise sum of the hashes of a set, whatever the order.
 *
 * Not a cryptographic hash. Who could forge a collision holds the swarm key and may delete anything.
 */
import { sha256 } from "@noble/hashes/sha2.js";

/** Four 32-bit lanes; those of a hash are unsigned. */
export type Lanes = readonly [number, number, number, number];

/** How devices name the algorithm to each other. */
export const HASH_NAME = "m3-128";

const UTF8 = new TextEncoder();
const UUID_CHARS = 36;
const HYPHEN = 0x2d;

/**
 * The sixteen bytes that stand for an id, four to a word with the lowest first: those of a UUID in the usual
 * form, else the start of its SHA-256.
 */
export function keyOf(id: string): Lanes {
  return uuidWords(id) ?? wordsOf(sha256(UTF8.encode(id)));
}

function wordsOf(bytes: Uint8Array): Lanes {
  return [word(bytes, 0), word(bytes, 4), word(bytes, 8), word(bytes, 12)];
}

// By character codes, and without the bytes in between: a million ids are many.
function uuidWords(id: string): Lanes | undefined {
  if (id.length !== UUID_CHARS || !hasHyphens(id)) return undefined;
  const a = halfWord(id, 0), b = halfWord(id, 4), c = halfWord(id, 9), d = halfWord(id, 14);
  const e = halfWord(id, 19), f = halfWord(id, 24), g = halfWord(id, 28), h = halfWord(id, 32);
  if ((a | b | c | d | e | f | g | h) < 0) return undefined;
  return [a | b << 16, c | d << 16, e | f << 16, g | h << 16];
}

function hasHyphens(id: string): boolean {
  return id.charCodeAt(8) === HYPHEN && id.charCodeAt(13) === HYPHEN &&
    id.charCodeAt(18) === HYPHEN && id.charCodeAt(23) === HYPHEN;
}

/** Two bytes in four hex digits; negative if one is none. */
function halfWord(id: string, at: number): number {
  const first = nibble(id.charCodeAt(at)) << 4 | nibble(id.charCodeAt(at + 1));
  return first | (nibble(id.charCodeAt(at + 2)) << 4 | nibble(id.charCodeAt(at + 3))) << 8;
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
  /** See {@linkcode keyOf}. */
  readonly key: Lanes;
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
  return finish(mixBlock(key, [d1 ^ state, d2 ^ week, d3, d4]), KEY_BYTES);
}

/** The hash of any bytes. */
export function hashBytes(bytes: Uint8Array): Lanes {
  let mixed: Lanes = [0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at += KEY_BYTES) {
    mixed = mixBlock(wordsOf(bytes.subarray(at, at + KEY_BYTES)), mixed);
  }
  return finish(mixed, bytes.length);
}

/** Bytes of a block, which a key is one of. */
const KEY_BYTES = 16;
const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

// MurmurHash3_x86_128 with a seed for each lane; the last block is filled up with zeros, which the
// length, mixed in at the end, tells from real ones.
function mixBlock([k1, k2, k3, k4]: Lanes, [s1, s2, s3, s4]: Lanes): Lanes {
  const h1 = mixLane(s1 ^ Math.imul(rotate(Math.imul(k1, C1), 15), C2), 19, s2, 0x561ccd1b);
  const h2 = mixLane(s2 ^ Math.imul(rotate(Math.imul(k2, C2), 16), C3), 17, s3, 0x0bcaa747);
  const h3 = mixLane(s3 ^ Math.imul(rotate(Math.imul(k3, C3), 17), C4), 15, s4, 0x96cd1c35);
  const h4 = mixLane(s4 ^ Math.imul(rotate(Math.imul(k4, C4), 18), C1), 13, h1, 0x32ac3b17);
  return [h1, h2, h3, h4];
}

function mixLane(lane: number, by: number, next: number, add: number): number {
  return (Math.imul((rotate(lane, by) + next) | 0, 5) + add) | 0;
}

function finish([m1, m2, m3, m4]: Lanes, length: number): Lanes {
  const a = m1 ^ length, b = m2 ^ length, c = m3 ^ length, d = m4 ^ length;
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
