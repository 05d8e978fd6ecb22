/**
 * CPace (draft-irtf-cfrg-cpace) over ristretto255 and SHA-512: two sides that share a few bits agree
 * on a strong key, and whoever does not know those bits can try one guess per run.
 */
import { joinBytes } from "../base/bytes.ts";
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();
const DSI = utf8.encode("CPaceRistretto255");
const DSI_ISK = utf8.encode("CPaceRistretto255_ISK");
const MAC_LABEL = utf8.encode("CPaceMac");
/** Block size of SHA-512, which the password and its padding fill. */
const BLOCK_BYTES = 128;
/** Bytes of an encoded point. */
export const POINT_BYTES = 32;
/** Random bytes that a scalar is reduced from: twice its size, so that none is likelier. */
export const SCALAR_SEED_BYTES = 64;
/** Bytes of a key confirmation. */
export const TAG_BYTES = 64;

/** What both sides know before they speak. */
export interface CpaceInput {
  /** The secret of few bits. */
  readonly password: Uint8Array;
  /** What the run is about. */
  readonly channel: Uint8Array;
  /** The session id, chosen by the one who speaks first. */
  readonly sid: Uint8Array;
}

/** A public message and what was sent with it. */
export interface CpaceShare {
  readonly point: Uint8Array;
  readonly data: Uint8Array;
}

/** The generator of a run, as an encoded point. */
export function cpaceGenerator(input: CpaceInput): Uint8Array {
  return ristretto255_hasher.deriveToCurve!(sha512(generatorString(input))).toBytes();
}

/** A secret scalar from {@linkcode SCALAR_SEED_BYTES} random bytes. */
export function cpaceScalar(seed: Uint8Array): bigint {
  if (seed.length !== SCALAR_SEED_BYTES) {
    throw new RangeError(`Cannot make a scalar of ${seed.length} bytes: it takes 64`);
  }
  let value = 0n;
  for (const byte of seed.toReversed()) value = value << 8n | BigInt(byte);
  return 1n + value % (ristretto255.Point.Fn.ORDER - 1n);
}

/** The point to send: the generator times the secret scalar. */
export function cpacePoint(generator: Uint8Array, scalar: bigint): Uint8Array {
  return ristretto255.Point.fromBytes(generator).multiply(scalar).toBytes();
}

/**
 * The secret point; `undefined` if the other side's is none or the neutral one, and the run must end.
 */
export function cpaceShared(scalar: bigint, theirs: Uint8Array): Uint8Array | undefined {
  try {
    const point = ristretto255.Point.fromBytes(theirs);
    return point.is0() ? undefined : point.multiply(scalar).toBytes();
  } catch {
    return undefined; // not an encoding of a point
  }
}

/** The session key (64 bytes), where `first` spoke before `second`. */
export function cpaceKey(
  sid: Uint8Array,
  shared: Uint8Array,
  first: CpaceShare,
  second: CpaceShare,
): Uint8Array {
  return sha512(joinBytes([
    joinWithLengths([DSI_ISK, sid, shared]),
    joinWithLengths([first.point, first.data, second.point, second.data]),
  ]));
}

/** The tag with which the one that sent `share` confirms that it has the session key. */
export function cpaceTag(sid: Uint8Array, key: Uint8Array, share: CpaceShare): Uint8Array {
  const macKey = sha512(joinBytes([MAC_LABEL, sid, key]));
  return hmac(sha512, macKey, joinWithLengths([share.point, share.data]));
}

/** The string that the generator is derived from. */
export function generatorString({ password, channel, sid }: CpaceInput): Uint8Array {
  const head = joinWithLengths([DSI]).length + joinWithLengths([password]).length;
  const padding = new Uint8Array(Math.max(0, BLOCK_BYTES - 1 - head));
  return joinWithLengths([DSI, password, padding, channel, sid]);
}

/** Each part with its length in front (LEB128), one after the other. */
function joinWithLengths(parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts.flatMap((part) => [leb128(part.length), part]));
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value;; left >>>= 7) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push(left & 127 | 128);
  }
}
