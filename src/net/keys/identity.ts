/**
 * The key that makes a device itself: 68 bytes, the libp2p `PrivateKey` protobuf of an Ed25519 key.
 * Read with the platform's own cryptography, since `rr doctor` and `rr init` want the peer id without
 * loading libp2p.
 */
import { fromBase64Url, joinBytes } from "../../base/bytes.ts";
import { RrError } from "../../base/rr_error.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { type KeyFileDeps, loadKeyFile, loadOrCreateKeyFile } from "./key_file.ts";
import { peerIdOf } from "../../swarm/peer_id.ts";

/** A key pair and the peer id that follows from it. */
export interface Identity {
  readonly peer: PeerId;
  /** 68 bytes: `08 01 12 40`, the seed (32), the public key (32). Secret. */
  readonly protobuf: Uint8Array;
}

/** What loading an identity gives. */
export interface LoadedIdentity extends Identity {
  /** Whether there was none and this call made it. */
  readonly created: boolean;
  /** The permission bits if others may read the file, else `undefined`. */
  readonly looseMode: number | undefined;
}

/** Key type Ed25519, then a data field of 64 bytes. */
const PREFIX = Uint8Array.of(0x08, 0x01, 0x12, 0x40);
const SEED_BYTES = 32;
const FILE_BYTES = PREFIX.length + 2 * SEED_BYTES;
/** RFC 8410: what PKCS #8 puts before the seed of an Ed25519 key. */
const PKCS8_PREFIX = Uint8Array.of(
  ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04],
  0x20,
);

/** A new key pair that is stored nowhere, for a process that serves nobody. */
export async function createIdentity(): Promise<Identity> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { privateKey } = pair as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return await identityFromSeed(pkcs8.slice(-SEED_BYTES));
}

/** The identity of a seed of 32 random bytes. */
export async function identityFromSeed(seed: Uint8Array): Promise<Identity> {
  const publicKey = await publicKeyOf(seed);
  const protobuf = joinBytes([PREFIX, seed, publicKey]);
  return { peer: peerIdOf(publicKey), protobuf };
}

/**
 * Reads the bytes of a key file.
 *
 * @throws {RrError} `key`, if they are not an Ed25519 key pair whose halves belong together
 */
export async function parseIdentity(bytes: Uint8Array, source = "the identity"): Promise<Identity> {
  const fail = (why: string): RrError =>
    new RrError("key", `Cannot use ${source}: ${why}`, {
      hint: "Restore it from a backup; removing it gives this device a new identity",
    });
  if (bytes.length !== FILE_BYTES) {
    throw fail(`expected ${FILE_BYTES} bytes of an Ed25519 key, found ${bytes.length}`);
  }
  if (PREFIX.some((byte, i) => bytes[i] !== byte)) throw fail("it is not an Ed25519 key");
  const own = await identityFromSeed(bytes.slice(PREFIX.length, PREFIX.length + SEED_BYTES));
  if (own.protobuf.some((byte, i) => bytes[i] !== byte)) {
    throw fail("its public half does not belong to its private half");
  }
  return own;
}

/**
 * Reads an identity; `undefined` if there is no such file.
 *
 * @throws {RrError} `key`, if the file is empty or not an identity; `io`, if it cannot be read
 */
export async function loadIdentity(
  path: string,
  deps: KeyFileDeps,
): Promise<LoadedIdentity | undefined> {
  const file = await loadKeyFile(path, deps);
  if (!file) return undefined;
  const { created, looseMode } = file;
  return { ...await parseIdentity(file.bytes, `the identity "${path}"`), created, looseMode };
}

/**
 * Reads an identity, or makes one if there is no such file. An empty or broken file is an error and
 * never overwritten: that would silently make this another device.
 *
 * @throws {RrError} `key`, if the file is empty or not an identity; `io`, if it cannot be read or
 * written
 */
export async function loadOrCreateIdentity(
  path: string,
  deps: KeyFileDeps,
): Promise<LoadedIdentity> {
  const make = async (): Promise<Uint8Array> => (await createIdentity()).protobuf;
  const { bytes, created, looseMode } = await loadOrCreateKeyFile(path, make, deps);
  return { ...await parseIdentity(bytes, `the identity "${path}"`), created, looseMode };
}

/** Signs data with the identity (Ed25519, 64 bytes). */
export async function signWith(
  identity: Identity,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const seed = identity.protobuf.subarray(PREFIX.length, PREFIX.length + SEED_BYTES);
  return new Uint8Array(await crypto.subtle.sign("Ed25519", await importSeed(seed), data));
}

function importSeed(seed: Uint8Array): Promise<CryptoKey> {
  const pkcs8 = joinBytes([PKCS8_PREFIX, seed]);
  return crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
}

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  const key = await importSeed(seed);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  return fromBase64Url(x!);
}
