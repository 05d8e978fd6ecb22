/** Sealing what the two sides tell each other once both have confirmed the key. */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { joinBytes } from "../base/bytes.ts";

/** Bytes of a nonce; random ones of this size do not repeat. */
export const NONCE_BYTES = 24;
const KEY_BYTES = 32;

/** A key for one purpose, from a session or swarm key. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, purpose: string): Uint8Array {
  return hkdf(sha512, secret, salt, new TextEncoder().encode(purpose), KEY_BYTES);
}

/** The nonce and the sealed text; only the holder of the key opens it, and only with this `context`. */
export function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  context: Uint8Array,
  text: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return joinBytes([nonce, xchacha20poly1305(key, nonce, context).encrypt(text)]);
}

/** The text that was sealed; `undefined` if it was not by this key, for this context, or was changed. */
export function open(
  key: Uint8Array,
  context: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  try {
    return xchacha20poly1305(key, nonce, context).decrypt(sealed.subarray(NONCE_BYTES));
  } catch {
    return undefined;
  }
}
