/**
 * The four messages of a pairing, without any transport. See PROTOCOL.md.
 *
 *     host (shows the code)                    guest (types it)
 *     hello   sid, point            ------->
 *                                   <-------   answer  point, tag
 *     offer   tag, sealed card      ------->
 *                                   <-------   reply   sealed card
 *
 * Invariants: a side that has seen one wrong message says so once and takes nothing more, so a code is
 * good for one guess; nothing sealed leaves before the other side has confirmed the key.
 */
import { isSameSecret, joinBytes } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import type { PairCard } from "./card.ts";
import { decodeCard, encodeCard } from "./card.ts";
import { formatCode, type PairCode } from "./code.ts";
import {
  cpaceGenerator,
  cpaceKey,
  cpacePoint,
  cpaceScalar,
  type CpaceShare,
  cpaceShared,
  cpaceTag,
  POINT_BYTES,
  SCALAR_SEED_BYTES,
  TAG_BYTES,
} from "./cpace.ts";
import { deriveKey, NONCE_BYTES, open, seal } from "./seal.ts";

/** How long a code is good, in milliseconds. */
export const CODE_LIFE_MS = 10 * 60_000;
/** The version of these messages: the first byte of each. */
const PAIR_VERSION = 1;

const SID_BYTES = 16;
const HELLO_BYTES = 2 + SID_BYTES + POINT_BYTES;
const ANSWER_BYTES = 1 + POINT_BYTES + TAG_BYTES;
/** Second byte of an offer or reply: what it is. */
const BURNT = 0;
const SEALED = 1;
/** Second byte of a hello: which side gives the swarm key. */
const HOST_GIVES = 0;
const GUEST_GIVES = 1;

/** Why a pairing has failed. */
export type PairFailure =
  | "wrong-code" // the other side typed another code, or somebody changed a message
  | "burnt" // the other side says that our code is wrong
  | "other-version"; // the other side pairs in a way we do not know

/** The rest of a run, for whoever waits for it. */
export type Taken<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: PairFailure; readonly send: Uint8Array | undefined };

/** The side that shows the code. */
export interface HostStart {
  /** To be sent to whoever asks. */
  readonly hello: Uint8Array;
  /** Takes the one answer. */
  answer(bytes: Uint8Array): Taken<HostConfirmed>;
}

/** The other side has shown that it knows the code. */
export interface HostConfirmed {
  /** What to send, with our card inside. */
  offer(card: PairCard): Uint8Array;
  /** Takes the one reply. */
  reply(bytes: Uint8Array): Taken<PairCard>;
}

/** The side that typed the code, once it has a hello. */
export interface GuestStart {
  readonly answer: Uint8Array;
  /** Which side gives its swarm key. */
  readonly gives: "host" | "guest";
  /** Takes the one offer. */
  offer(bytes: Uint8Array): Taken<GuestConfirmed>;
}

/** The host has shown that it knows the code. */
export interface GuestConfirmed {
  readonly card: PairCard;
  /** What to send, with our card inside. */
  reply(card: PairCard): Uint8Array;
}

/** What both sides have to seal with. */
interface Sealing {
  readonly key: Uint8Array;
  readonly sid: Uint8Array;
  readonly context: Uint8Array;
}

/** Begins as the one that shows `code`; a hub asks the guest for the key. */
export function startHost(
  code: PairCode,
  random: Random,
  gives: "host" | "guest" = "host",
): HostStart {
  const sid = random.bytes(SID_BYTES);
  const scalar = cpaceScalar(random.bytes(SCALAR_SEED_BYTES));
  const point = cpacePoint(generatorFor(code, sid), scalar);
  const flag = gives === "host" ? HOST_GIVES : GUEST_GIVES;
  const hello = joinBytes([Uint8Array.of(PAIR_VERSION, flag), sid, point]);
  const ours = hostShare(point, flag);
  const answer = once((bytes: Uint8Array): Taken<HostConfirmed> => {
    if (bytes[0] !== PAIR_VERSION) return failed("other-version");
    if (bytes.length !== ANSWER_BYTES) return failed("wrong-code");
    const theirs = guestShare(bytes.subarray(1, 1 + POINT_BYTES));
    const shared = cpaceShared(scalar, theirs.point);
    if (shared === undefined) return failed("wrong-code");
    const key = cpaceKey(sid, shared, ours, theirs);
    const tag = bytes.subarray(1 + POINT_BYTES);
    if (!isSameSecret(tag, cpaceTag(sid, key, theirs))) return failed("wrong-code");
    const sealing = { key, sid, context: joinBytes([hello, bytes]) };
    return { ok: true, value: hostConfirmed(sealing, cpaceTag(sid, key, ours), random) };
  });
  return { hello, answer };
}

/** Answers a hello as the one that typed `code`. */
export function startGuest(
  code: PairCode,
  hello: Uint8Array,
  random: Random,
): Taken<GuestStart> {
  if (hello[0] !== PAIR_VERSION) return failed("other-version");
  const flag = hello[1];
  if (hello.length !== HELLO_BYTES || flag === undefined || flag > GUEST_GIVES) {
    return failed("wrong-code");
  }
  const sid = hello.slice(2, 2 + SID_BYTES);
  const theirs = hostShare(hello.slice(2 + SID_BYTES), flag);
  const scalar = cpaceScalar(random.bytes(SCALAR_SEED_BYTES));
  const shared = cpaceShared(scalar, theirs.point);
  if (shared === undefined) return failed("wrong-code");
  const ours = guestShare(cpacePoint(generatorFor(code, sid), scalar));
  const key = cpaceKey(sid, shared, theirs, ours);
  const answer = joinBytes([Uint8Array.of(PAIR_VERSION), ours.point, cpaceTag(sid, key, ours)]);
  const sealing = { key, sid, context: joinBytes([hello, answer]) };
  const tag = cpaceTag(sid, key, theirs);
  const offer = once((bytes: Uint8Array) => takeOffer(bytes, tag, sealing, random));
  return {
    ok: true,
    value: { answer, gives: flag === HOST_GIVES ? "host" : "guest", offer },
  };
}

function hostConfirmed(sealing: Sealing, tag: Uint8Array, random: Random): HostConfirmed {
  return {
    offer: (card) => {
      const sealed = sealCard(card, sealing, "host", random);
      return joinBytes([Uint8Array.of(PAIR_VERSION, SEALED), tag, sealed]);
    },
    reply: once((bytes): Taken<PairCard> => {
      if (bytes[0] !== PAIR_VERSION) return failed("other-version");
      if (bytes[1] === BURNT) return { ok: false, why: "burnt", send: undefined };
      const card = bytes[1] === SEALED ? openCard(bytes.subarray(2), sealing, "guest") : undefined;
      return card ? { ok: true, value: card } : failed("wrong-code");
    }),
  };
}

function takeOffer(
  bytes: Uint8Array,
  tag: Uint8Array,
  sealing: Sealing,
  random: Random,
): Taken<GuestConfirmed> {
  if (bytes[0] !== PAIR_VERSION) return failed("other-version");
  if (bytes[1] === BURNT && bytes.length === 2) {
    return { ok: false, why: "burnt", send: undefined };
  }
  const theirs = bytes.subarray(2, 2 + TAG_BYTES);
  if (bytes[1] !== SEALED || !isSameSecret(theirs, tag)) return failed("wrong-code");
  const card = openCard(bytes.subarray(2 + TAG_BYTES), sealing, "host");
  if (card === undefined) return failed("wrong-code");
  const reply = (own: PairCard): Uint8Array =>
    joinBytes([Uint8Array.of(PAIR_VERSION, SEALED), sealCard(own, sealing, "guest", random)]);
  return { ok: true, value: { card, reply } };
}

function sealCard(card: PairCard, sealing: Sealing, side: Side, random: Random): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  return seal(sealKey(sealing, side), nonce, sealing.context, encodeCard(card));
}

function openCard(sealed: Uint8Array, sealing: Sealing, side: Side): PairCard | undefined {
  const text = open(sealKey(sealing, side), sealing.context, sealed);
  return text && decodeCard(text);
}

type Side = "host" | "guest";

function sealKey({ key, sid }: Sealing, side: Side): Uint8Array {
  return deriveKey(key, sid, `rustory-pair-1 ${side} seals`);
}

function generatorFor(code: PairCode, sid: Uint8Array): Uint8Array {
  const utf8 = new TextEncoder();
  const password = utf8.encode(formatCode(code));
  return cpaceGenerator({ password, channel: utf8.encode("rustory-pair-1"), sid });
}

function hostShare(point: Uint8Array, flag: number): CpaceShare {
  return { point, data: Uint8Array.of(PAIR_VERSION, 0x68, flag) };
}

function guestShare(point: Uint8Array): CpaceShare {
  return { point, data: Uint8Array.of(PAIR_VERSION, 0x67) };
}

/** The end of a run; the other side is told, so that nobody waits for it. */
function failed(why: "wrong-code" | "other-version"): Taken<never> {
  return { ok: false, why, send: Uint8Array.of(PAIR_VERSION, BURNT) };
}

/** A second message would be a second guess. */
function once<T>(take: (bytes: Uint8Array) => Taken<T>): (bytes: Uint8Array) => Taken<T> {
  let taken = false;
  return (bytes) => {
    if (taken) return { ok: false, why: "wrong-code", send: undefined };
    taken = true;
    return take(bytes);
  };
}
