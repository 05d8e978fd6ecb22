/**
 * The key that all devices of a swarm share: 32 bytes in a text file of three lines, the format of
 * `/key/swarm/psk/1.0.0/` that go-libp2p and the original read and write.
 */
import { salsa20 } from "@noble/ciphers/salsa.js";
import { shake128 } from "@noble/hashes/sha3.js";
import { toHex } from "../../base/bytes.ts";
import type { Random } from "../../base/random.ts";
import { RrError } from "../../base/rr_error.ts";
import { type KeyFileDeps, loadKeyFile, loadOrCreateKeyFile } from "./key_file.ts";

const HEADER = "/key/swarm/psk/1.0.0/";
const ENCODING = "/base16/";
const KEY_BYTES = 32;

/** What loading a swarm key gives. */
export interface LoadedSwarmKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Whether there was none and this call made it: other devices then need a copy of the file. */
  readonly created: boolean;
  /** The permission bits if others may read the file, else `undefined`. */
  readonly looseMode: number | undefined;
}

/** What making a swarm key needs. */
export interface SwarmKeyDeps extends KeyFileDeps {
  readonly random: Random;
}

/**
 * The 32 bytes in the text of a key file: two exact lines, then 64 hex digits of either case, then
 * whatever. Lines may end in CRLF; blanks after the digits do not matter.
 *
 * @throws {RrError} `key`, naming the line that breaks its rule
 */
export function parseSwarmKey(text: string, source = "the swarm key"): Uint8Array {
  const lines = text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
  const fail = (line: number, rule: string): RrError =>
    new RrError("key", `Cannot use ${source}: line ${line} must be ${rule}`, {
      hint: "Move it away; then `rr pair` on a device that has the key brings this one in again",
    });
  // Nobody sees it, and an editor may have put it there.
  if (lines[0] === `\ufeff${HEADER}`) {
    throw fail(1, `"${HEADER}" without the byte order mark before it`);
  }
  if (lines[0] !== HEADER) throw fail(1, `"${HEADER}"`);
  if (lines[1] !== ENCODING) throw fail(2, `"${ENCODING}"`);
  const hex = (lines[2] ?? "").trimEnd();
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw fail(3, "64 hexadecimal digits");
  return Uint8Array.from(
    { length: KEY_BYTES },
    (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

/** The text of the key file: three lines, each ending in LF. */
export function formatSwarmKey(key: Uint8Array): string {
  return `${HEADER}\n${ENCODING}\n${toHex(checkedKey(key))}\n`;
}

/**
 * 32 hex digits that name the key without giving it away, for comparing two devices: SHAKE-128 of the
 * first 64 bytes of the Salsa20 stream under the nonce `finprint`. The same as go-libp2p's.
 */
export function swarmKeyFingerprint(key: Uint8Array): string {
  const nonce = new TextEncoder().encode("finprint");
  const stream = salsa20(checkedKey(key), nonce, new Uint8Array(64));
  return toHex(shake128(stream, { dkLen: 16 }));
}

/**
 * Reads a swarm key; `undefined` if there is no such file.
 *
 * @throws {RrError} `key`, if the file is empty or not a swarm key; `io`, if it cannot be read
 */
export async function loadSwarmKey(
  path: string,
  deps: KeyFileDeps,
): Promise<LoadedSwarmKey | undefined> {
  const file = await loadKeyFile(path, deps);
  return file && { ...file, key: parseSwarmKey(decode(file.bytes), `the swarm key "${path}"`) };
}

/**
 * Reads a swarm key, or makes one if there is no such file. An empty or broken file is an error and
 * never overwritten.
 *
 * @throws {RrError} `key`, if the file is empty or not a swarm key; `io`, if it cannot be read or
 * written
 */
export async function loadOrCreateSwarmKey(
  path: string,
  deps: SwarmKeyDeps,
): Promise<LoadedSwarmKey> {
  const make = (): Promise<string> => Promise.resolve(formatSwarmKey(deps.random.bytes(KEY_BYTES)));
  const file = await loadOrCreateKeyFile(path, make, deps);
  return { ...file, key: parseSwarmKey(decode(file.bytes), `the swarm key "${path}"`) };
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key.length === KEY_BYTES) return key;
  throw new RangeError(`Cannot use a swarm key as it must have 32 bytes: it has ${key.length}`);
}

// A byte order mark must stay, to be refused as line 1.
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
