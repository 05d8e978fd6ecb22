/** The one datagram of the local network: 100 bytes that mean something to key holders only. */
import { deriveKey, NONCE_BYTES, open, seal } from "../pair/seal.ts";
import { joinBytes } from "../base/bytes.ts";
import { formatIp, parseIp } from "./ip.ts";

/** Size of every beacon. */
export const BEACON_BYTES = 100;
const TAG_BYTES = 16;
const TEXT_BYTES = BEACON_BYTES - NONCE_BYTES - TAG_BYTES;
/** Bytes that name who sends: an Ed25519 public key, or random ones. */
export const SUBJECT_BYTES = 32;

/**
 * What a beacon says: `hello` asks all to answer, `here` answers or is a heartbeat, `bye` takes it back.
 */
export type BeaconKind = "hello" | "here" | "bye";
const KINDS: readonly BeaconKind[] = ["hello", "here", "bye"];

/** A beacon in the clear. */
export interface Beacon {
  readonly kind: BeaconKind;
  /** When it was made, in ms since the Unix epoch by the sender's clock. */
  readonly atMs: number;
  /** Who sends it. */
  readonly subject: Uint8Array;
  /** Where the sender takes connections, as an IP address. */
  readonly address: string;
  /** TCP port there; 0 if it takes none. */
  readonly port: number;
}

const LABEL = new TextEncoder().encode("rustory-lan-1");

/** The key of all devices of a swarm. */
export function swarmBeaconKey(swarmKey: Uint8Array): Uint8Array {
  return deriveKey(swarmKey, new Uint8Array(), "rustory lan beacon 1");
}

/** The key by which the two machines of a pairing find each other; no secret, as the number is none. */
export function pairBeaconKey(number: number): Uint8Array {
  const secret = new TextEncoder().encode(String(number));
  return deriveKey(secret, new Uint8Array(), "rustory lan pairing 1");
}

/**
 * Seals a beacon for sending from `source`; from any other address it cannot be opened.
 *
 * @param nonce {@linkcode NONCE_BYTES} random bytes
 * @throws {RangeError} if an address is no IP address or the subject has another size
 */
export function sealBeacon(
  beacon: Beacon,
  key: Uint8Array,
  source: string,
  nonce: Uint8Array,
): Uint8Array {
  if (beacon.subject.length !== SUBJECT_BYTES) {
    throw new RangeError(`Cannot send a beacon: its subject has ${beacon.subject.length} bytes`);
  }
  const text = new Uint8Array(TEXT_BYTES);
  const view = new DataView(text.buffer);
  view.setUint8(0, KINDS.indexOf(beacon.kind) + 1);
  view.setUint16(1, Math.floor(beacon.atMs / 2 ** 32));
  view.setUint32(3, beacon.atMs % 2 ** 32);
  text.set(requiredIp(beacon.address), 7);
  view.setUint16(23, beacon.port);
  text.set(beacon.subject, 25);
  return seal(key, nonce, contextOf(requiredIp(source)), text);
}

/** The beacon in a datagram that came from `source`; `undefined` if it is not one of this key's. */
export function openBeacon(
  datagram: Uint8Array,
  key: Uint8Array,
  source: string,
): Beacon | undefined {
  const ip = parseIp(source);
  if (datagram.length !== BEACON_BYTES || ip === undefined) return undefined;
  const text = open(key, contextOf(ip), datagram);
  if (text === undefined) return undefined;
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  const kind = KINDS[view.getUint8(0) - 1];
  if (kind === undefined) return undefined; // of a later version
  return {
    kind,
    atMs: view.getUint16(1) * 2 ** 32 + view.getUint32(3),
    address: formatIp(text.subarray(7, 23)),
    port: view.getUint16(23),
    subject: text.slice(25, 25 + SUBJECT_BYTES),
  };
}

function contextOf(source: Uint8Array): Uint8Array {
  return joinBytes([LABEL, source]);
}

function requiredIp(address: string): Uint8Array {
  const ip = parseIp(address);
  if (ip === undefined) throw new RangeError(`Cannot send a beacon: "${address}" is no IP address`);
  return ip;
}
