/** A device's record as it lies at a tracker: sealed, under an id that names nobody. */
import { toHex } from "../base/bytes.ts";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import * as v from "valibot";
import { deriveKey, NONCE_BYTES, open, seal } from "../pair/seal.ts";
import type { OwnRecord, PeerId, PeerRecord } from "../swarm/peer.ts";
import { parsePeerIdText } from "../swarm/peer_id.ts";
import { MAX_ADDR_CHARS, MAX_PEER_ADDRS } from "../swarm/peer_addrs.ts";
import { MAX_META_CHARS } from "./messages.ts";
import { MAX_RECORD_BYTES } from "./server/swarm_registry.ts";

/** Records are filled up to a multiple of this, so that their size says little. */
const PADDING_BYTES = 512;
/** The sealed record less nonce and tag. */
const MAX_TEXT_BYTES = MAX_RECORD_BYTES - NONCE_BYTES - 16;

const Meta = v.nullish(v.pipe(v.string(), v.maxLength(MAX_META_CHARS), v.regex(/^\P{Cc}*$/u)));
const Addr = v.pipe(v.string(), v.maxLength(MAX_ADDR_CHARS), v.regex(/^[^\p{C}\p{Z}]+$/u));
const Shape = v.object({
  peer_id: v.string(),
  addrs: v.pipe(v.array(Addr), v.maxLength(MAX_PEER_ADDRS)),
  device_id: Meta,
  user_id: Meta,
  hostname: Meta,
});

/** Tells with a list how many devices of other swarms the tracker knows, at most 16. */
export const OTHERS_HEADER = "rustory-others";

/** The keys for the records of a swarm. */
export interface RecordKeys {
  readonly seal: Uint8Array;
  readonly name: Uint8Array;
}

/** Both keys, from the swarm key. */
export function recordKeys(swarmKey: Uint8Array): RecordKeys {
  const salt = new Uint8Array();
  return {
    seal: deriveKey(swarmKey, salt, "rustory tracker record 1"),
    name: deriveKey(swarmKey, salt, "rustory tracker record id 1"),
  };
}

/** The id of a peer's record: 32 hex digits that only key holders can tell from others. */
export function recordId(keys: RecordKeys, peer: PeerId): string {
  return toHex(hmac(sha256, keys.name, new TextEncoder().encode(peer)).subarray(0, 16));
}

/** Seals a record; addresses that do not fit are left out, the last ones first. */
export function sealRecord(own: OwnRecord, keys: RecordKeys, nonce: Uint8Array): Uint8Array {
  for (let count = Math.min(own.addrs.length, MAX_PEER_ADDRS);; count--) {
    const text = new TextEncoder().encode(JSON.stringify({
      peer_id: own.peer,
      addrs: own.addrs.slice(0, count),
      device_id: own.deviceId,
      user_id: own.userId,
      hostname: own.hostname,
      version: own.version,
    }));
    if (text.length > MAX_TEXT_BYTES && count > 0) continue;
    const size = Math.min(Math.ceil(text.length / PADDING_BYTES) * PADDING_BYTES, MAX_TEXT_BYTES);
    const padded = new Uint8Array(Math.max(size, text.length)).fill(0x20);
    padded.set(text);
    return seal(keys.seal, nonce, contextOf(recordId(keys, own.peer)), padded);
  }
}

/** The record that was sealed under this id; `undefined` if it was not by a key holder. */
export function openRecord(
  sealed: Uint8Array,
  id: string,
  keys: RecordKeys,
  nowUnix: number,
): PeerRecord | undefined {
  const text = open(keys.seal, contextOf(id), sealed);
  if (text === undefined) return undefined;
  const result = v.safeParse(Shape, parseJson(text));
  const peer = result.success ? parsePeerIdText(result.output.peer_id) : undefined;
  if (!result.success || peer === undefined || recordId(keys, peer) !== id) return undefined;
  const { addrs, device_id, hostname } = result.output;
  return {
    peer,
    addrs,
    deviceId: device_id ?? undefined,
    // Whatever it calls its user: the key says that it belongs to us.
    userId: undefined,
    hostname: hostname ?? undefined,
    lastSeenUnix: nowUnix,
  };
}

function contextOf(id: string): Uint8Array {
  return new TextEncoder().encode(`rustory-tracker-record-1 ${id}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
