/**
 * The text of a peer id, without libp2p: base58btc of the multihash of a public key. Of an Ed25519 key,
 * which is all that we and the original make, that is `00 24 08 01 12 20` and its 32 bytes (an
 * identity multihash around its protobuf). Of the older, longer kind (RSA) it is `12 20` and a SHA-256
 * digest; a tracker of the original lists such ids, so ours does too.
 */
import { decodeBase58, encodeBase58 } from "../base/base58.ts";
import { joinBytes } from "../base/bytes.ts";
import type { PeerId } from "./peer.ts";

const ED25519_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const SHA256_PREFIX = Uint8Array.of(0x12, 0x20);
const KEY_BYTES = 32;
/** An Ed25519 id has 52 characters, the older kind 46; checked before any arithmetic on foreign text. */
const TEXT_CHARS = 52;

/** The id of the peer that holds this Ed25519 public key (32 bytes). */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== KEY_BYTES) {
    throw new RangeError(
      `Cannot name a peer as its public key must have 32 bytes: it has ${publicKey.length}`,
    );
  }
  return encodeBase58(joinBytes([ED25519_PREFIX, publicKey])) as PeerId;
}

/** The peer id of the 38 bytes that libp2p messages carry; `undefined` if they are none. */
export function peerIdOfMultihash(bytes: Uint8Array): PeerId | undefined {
  const key = afterPrefix(bytes, ED25519_PREFIX);
  return key && peerIdOf(key);
}

/** The peer id that `text` is, or `undefined` if it is none (blanks around it included). */
export function parsePeerId(text: string): PeerId | undefined {
  return ed25519KeyOf(text) === undefined ? undefined : text as PeerId;
}

/** The public key (32 bytes) that an Ed25519 id holds; `undefined` if the text is no such id. */
export function ed25519KeyOf(text: string): Uint8Array | undefined {
  if (text.length !== TEXT_CHARS || text[0] !== "1") return undefined;
  const bytes = decodeBase58(text);
  return bytes && afterPrefix(bytes, ED25519_PREFIX);
}

/**
 * The peer id in canonical form (`12D3KooW...`, or `Qm...` for old RSA keys), surrounding blanks
 * removed; `undefined` if it is none.
 */
export function parsePeerIdText(text: string): PeerId | undefined {
  const trimmed = text.trim();
  if (trimmed.length > TEXT_CHARS) return undefined;
  const bytes = decodeBase58(trimmed);
  // Base58 has one text for every byte string, so what decodes is canonical already.
  const known = bytes &&
    (afterPrefix(bytes, ED25519_PREFIX) ?? afterPrefix(bytes, SHA256_PREFIX));
  return known && trimmed as PeerId;
}

function afterPrefix(bytes: Uint8Array, prefix: Uint8Array): Uint8Array | undefined {
  const fits = bytes.length === prefix.length + KEY_BYTES &&
    prefix.every((byte, i) => bytes[i] === byte);
  return fits ? bytes.subarray(prefix.length) : undefined;
}
