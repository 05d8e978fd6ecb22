/** Peer ids as text, checked without libp2p, which the tracker has no other use for. */
import type { PeerId } from "./peer.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DIGITS = new Map([...ALPHABET].map((char, value) => [char, value]));

/** An Ed25519 id has 52 characters, the older kind 46. */
const MAX_PEER_ID_CHARS = 52;

/** Identity multihash of 36 bytes, which are a protobuf: key type Ed25519, 32 bytes of key. */
const ED25519_PREFIX = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
/** SHA-256 multihash of a longer key (RSA): 32 bytes. */
const SHA256_PREFIX = [0x12, 0x20];
const DIGEST_BYTES = 32;

/**
 * The peer id in canonical form (`12D3KooW...`, or `Qm...` for old RSA keys), surrounding blanks
 * removed; `undefined` if it is none.
 */
export function parsePeerIdText(text: string): PeerId | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PEER_ID_CHARS) return undefined;
  const bytes = decodeBase58(trimmed);
  if (!bytes) return undefined;
  const known = [ED25519_PREFIX, SHA256_PREFIX].some((prefix) =>
    bytes.length === prefix.length + DIGEST_BYTES && prefix.every((byte, i) => bytes[i] === byte)
  );
  // Base58 has one text for every byte string, so what decodes is canonical already.
  return known ? trimmed as PeerId : undefined;
}

/** Bytes of a base58btc text; `undefined` if a character is not of its alphabet. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const bytes: number[] = []; // little end first
  for (const char of text) {
    let carry = DIGITS.get(char);
    if (carry === undefined) return undefined;
    for (let i = 0; i < bytes.length; i++) {
      carry += bytes[i]! * 58;
      bytes[i] = carry & 0xff;
      carry >>= 8;
    }
    if (carry > 0) bytes.push(carry);
  }
  for (let i = 0; text[i] === ALPHABET[0]; i++) bytes.push(0);
  return Uint8Array.from(bytes.reverse());
}
