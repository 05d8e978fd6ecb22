/** What two machines tell each other when they pair: a sealed JSON text. */
import * as v from "valibot";
import { toHex } from "../base/bytes.ts";

/** Largest message of a pairing, sealed: what a mailbox takes. */
export const MAX_MESSAGE_BYTES = 4_096;
/** Largest card before sealing: a message less tag, nonce and framing. */
export const MAX_CARD_BYTES = 3_840;
/** Cards are filled up to a multiple of this, so that their size says little. */
const PADDING_BYTES = 640;
/** Most addresses, trackers or relays of a card. */
const MAX_ITEMS = 32;
const KEY_BYTES = 32;

/** How the one that joined took what it was given. */
export type PairOutcome = "joined" | "already" | "declined";

/** One machine as the other has to know it. */
export interface PairCard {
  /** Version of rr, for people. */
  readonly version: string;
  readonly deviceId: string;
  readonly userId: string;
  /** Its peer id, as text. */
  readonly peer: string;
  /** Where it takes connections now, best first; as many as fit are told. */
  readonly addrs: readonly string[];
  readonly trackers: readonly string[];
  readonly trackerToken: string | undefined;
  readonly relays: readonly string[];
  /** 32 bytes, from the side that gives. */
  readonly swarmKey: Uint8Array | undefined;
  /** From the side that was given. */
  readonly outcome: PairOutcome | undefined;
  /** What it is if it is no device with a history. */
  readonly role?: "hub" | undefined;
}

const Text = v.pipe(v.string(), v.maxLength(1_024), v.regex(/^\P{Cc}*$/u));
const Texts = v.optional(v.pipe(v.array(Text), v.maxLength(MAX_ITEMS)), []);
const Shape = v.object({
  rr: Text,
  device_id: Text,
  user_id: Text,
  peer: Text,
  addrs: Texts,
  trackers: Texts,
  tracker_token: v.optional(Text),
  relays: Texts,
  swarm_key: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  outcome: v.optional(v.picklist(["joined", "already", "declined"])),
  role: v.optional(v.picklist(["hub"])),
});

/**
 * The card as bytes. Addresses that do not fit are left out, the last ones first.
 *
 * @throws {RangeError} if it does not fit even without addresses, or the key has not 32 bytes
 */
export function encodeCard(card: PairCard): Uint8Array {
  for (let count = Math.min(card.addrs.length, MAX_ITEMS); count >= 0; count--) {
    const bytes = new TextEncoder().encode(toJson(card, card.addrs.slice(0, count)));
    if (bytes.length > MAX_CARD_BYTES) continue;
    const size = Math.ceil(bytes.length / PADDING_BYTES) * PADDING_BYTES;
    const padded = new Uint8Array(size).fill(0x20);
    padded.set(bytes);
    return padded;
  }
  throw new RangeError(
    `Cannot pair as the trackers and relays of the config take more than ${MAX_CARD_BYTES} bytes`,
  );
}

/** The card that was sealed; `undefined` if it breaks a rule. Members we do not know are left out. */
export function decodeCard(bytes: Uint8Array): PairCard | undefined {
  if (bytes.length > MAX_MESSAGE_BYTES) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const result = v.safeParse(Shape, json);
  if (!result.success) return undefined;
  const it = result.output;
  return {
    version: it.rr,
    deviceId: it.device_id,
    userId: it.user_id,
    peer: it.peer,
    addrs: it.addrs,
    trackers: it.trackers,
    trackerToken: it.tracker_token,
    relays: it.relays,
    swarmKey: it.swarm_key === undefined ? undefined : fromHex(it.swarm_key),
    outcome: it.outcome,
    ...(it.role === undefined ? {} : { role: it.role }),
  };
}

function toJson(card: PairCard, addrs: readonly string[]): string {
  if (card.swarmKey !== undefined && card.swarmKey.length !== KEY_BYTES) {
    throw new RangeError(`Cannot send a swarm key of ${card.swarmKey.length} bytes: it has 32`);
  }
  return JSON.stringify({
    rr: card.version,
    device_id: card.deviceId,
    user_id: card.userId,
    peer: card.peer,
    addrs,
    trackers: card.trackers,
    tracker_token: card.trackerToken,
    relays: card.relays,
    swarm_key: card.swarmKey && toHex(card.swarmKey),
    outcome: card.outcome,
    role: card.role,
  });
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(
    { length: KEY_BYTES },
    (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
