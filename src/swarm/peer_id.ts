/**
 * The text of a peer id, without libp2p: base58btc of `00 24 08 01 12 20` and the 32 bytes of an
 * Ed25519 public key (an identity multihash around its protobuf). Only Ed25519 is in use: the
 * original compiles in nothing else.
 */
import type { PeerId } from "./peer.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const KEY_BYTES = 32;
/** What 38 bytes with that prefix come to; checked before any arithmetic on foreign text. */
const TEXT_CHARS = 52;

/** The id of the peer that holds this Ed25519 public key (32 bytes). */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== KEY_BYTES) {
    throw new RangeError(
      `Cannot name a peer as its public key must have 32 bytes: it has ${publicKey.length}`,
    );
  }
  let value = 0n;
  for (const byte of PREFIX) value = value << 8n | BigInt(byte);
  for (const byte of publicKey) value = value << 8n | BigInt(byte);
  let text = "";
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  // The first byte is 0, which base58 writes as its first digit.
  return `1${text}` as PeerId;
}

/** The peer id of the 38 bytes that libp2p messages carry; `undefined` if they are none. */
export function peerIdOfMultihash(bytes: Uint8Array): PeerId | undefined {
  const fits = bytes.length === PREFIX.length + KEY_BYTES &&
    PREFIX.every((byte, i) => bytes[i] === byte);
  return fits ? peerIdOf(bytes.subarray(PREFIX.length)) : undefined;
}

/** The peer id that `text` is, or `undefined` if it is none (blanks around it included). */
export function parsePeerId(text: string): PeerId | undefined {
  if (text.length !== TEXT_CHARS || text[0] !== "1") return undefined;
  let value = 0n;
  for (const char of text.slice(1)) {
    const digit = ALPHABET.indexOf(char);
    if (digit === -1) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const keyBits = BigInt(KEY_BYTES * 8);
  let prefix = 0n;
  for (const byte of PREFIX) prefix = prefix << 8n | BigInt(byte);
  return value >> keyBits === prefix ? text as PeerId : undefined;
}
