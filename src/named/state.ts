/** All that the machine remembers between two events. All of it may be lost: it is told anew. */
import { Apart } from "./apart.ts";
import type { BucketMarks, Hello } from "./frames.ts";
import { type Bucket, type Digest, type Mark, type Name, tagOf } from "./digest.ts";
import type { ExchangeId } from "./effects.ts";
import type { Week } from "./item.ts";
import { Recent } from "./recent.ts";
import type { Marked, Place, Seq, Span } from "./store.ts";

/** Own past states that are recognized: an hour of typing on ten devices. */
export const RING_NAMES = 4096;
/** States of a peer that this device is known to contain. */
export const CONTAINED_NAMES = 64;

/** One connected peer. */
export interface Peer {
  readonly id: string;
  readonly tag: number;
  /** What it said of itself; nothing is compared before. */
  hello: Hello | undefined;
  /** Names of bases that it has. */
  readonly bases: Set<Name>;
  /** Its state, as heard or presumed last. */
  heard: Name | undefined;
  /** Our state that it said to contain last. */
  ack: Name | undefined;
  /** What it said that its part of an exchange would be. */
  cost: number;
  /** Our state, as it knows or is presumed to know it. */
  told: Name | undefined;
  /** States of it whose items we have. */
  readonly contained: Recent<Name, true>;
  /** Whether a live frame to it was lost since the last exchange with it began. */
  answerLost: boolean;
  /** What the two of us have differently for good, and leave out of our names for each other. */
  readonly apart: Apart;
  /** When to send the next tick. */
  tickAt: number;
  /** When to begin an exchange, if there is a need. */
  startAt: number | undefined;
  /** Exchanges in a row that brought nothing. */
  failures: number;
  /** No exchange begins before. */
  notBefore: number;
  /** How much is not trusted: see `Sync.level`. */
  level: number;
  /** Exchanges of it that are served. */
  serving: number;
  /** The two states between which items went last that a complete exchange found missing. */
  parted: string | undefined;
}

/** What is still to be sent in an exchange. */
export interface Outbox {
  readonly spans: Span[];
  /** Where the first span goes on. */
  place: Place | undefined;
  /** What the closing frame names; `undefined` for the state when that is written. */
  readonly digest: Digest | undefined;
}

/** What the beginner of an exchange remembers of it. */
export interface Initiator {
  readonly kind: "initiator";
  /** The base that it named. */
  readonly base: Name;
  /** The items behind the marks it has sent, in the order of the marks. */
  readonly places: Seq[];
  /** Buckets whose marks are still to be sent; `undefined` until the other side has asked for any. */
  asked: Bucket[] | undefined;
  /** Marks of the first of these that did not fit into the last frame. */
  rest: readonly Marked[] | undefined;
  /** What the other side lacks; `undefined` if it asked for nothing, which it may lack all the same. */
  wanted: Span[] | undefined;
}

/** What the other side of an exchange remembers of it. */
export interface Responder {
  readonly kind: "responder";
  /** The state of the initiator when it asked. */
  readonly theirs: Name;
  /** Our own state then: it is what is compared and sent, whatever comes in meanwhile. */
  readonly mine: Digest;
  readonly compared: Comparison;
  /** Whether everything missing here was asked for. */
  asked: boolean;
}

/** What we have in a bucket, compared with their marks as they come: theirs are not kept. */
export interface Listing {
  readonly key: string;
  readonly own: readonly Marked[];
  /** Our marks that they have not listed so far. */
  readonly unlisted: Set<Mark>;
}

/** How far a comparison is, and what it has found. */
export interface Comparison {
  readonly wide: boolean;
  /** The newest of our items that is compared; what came in since is not wanted, and not sent. */
  readonly upTo: Seq;
  /** Buckets whose marks are still awaited. */
  readonly awaited: Map<string, Bucket>;
  /** The last bucket of a frame, as far as it was in that. */
  pending: BucketMarks[];
  /** The bucket whose marks are being listed; it may go on in the next frame. */
  listing: Listing | undefined;
  /** How much was listed: marks, and one for each bucket and frame. */
  listed: number;
  /** Marks seen so far, which is the place of the next one. */
  places: number;
  /** Their tombstones, as far as listed, and not more than are worth keeping. */
  readonly dead: Set<Mark>;
  /** What our tombstones have replaced. */
  readonly gone: ReadonlySet<Mark>;
  /** What this side lacks. */
  readonly want: { readonly buckets: Bucket[]; readonly places: number[]; isCut: boolean };
  /** What the other side lacks: all of some buckets, and single items. */
  readonly send: { readonly buckets: Bucket[]; readonly seqs: Seq[] };
}

/** One exchange. */
export interface Exchange {
  readonly id: ExchangeId;
  readonly peer: string;
  readonly floor: Week;
  readonly role: Initiator | Responder;
  /** The states of the two when it was begun here. */
  readonly began: string | undefined;
  /** What this side does. */
  phase: "comparing" | "sending" | "waiting";
  /** Everything gained after this may be missing at the other side, ... */
  readonly after: Seq;
  /** ... up to this, where our part ends. */
  readonly upTo: Seq;
  outbox: Outbox | undefined;
  /** What the other side lacks and cannot be sent. */
  readonly apart: Apart;
  /** Items that changed something here. */
  gained: number;
  /** Items that we sent. */
  sent: number;
}

/** The exchange whose items are taken in; there is one at a time, so that each item arrives once. */
export interface Slot {
  readonly x: ExchangeId;
  /** When it is given up, unless something comes of it. */
  until: number;
}

/** The whole state of the machine. */
export interface Replica {
  readonly self: string;
  readonly tag: number;
  readonly hello: Pick<Hello, "store" | "user" | "app" | "device">;
  readonly peers: Map<string, Peer>;
  readonly exchanges: Map<ExchangeId, Exchange>;
  /** Own past states, and the newest item of each. */
  readonly ring: Recent<Name, Seq>;
  slot: Slot | undefined;
  nextExchange: ExchangeId;
  /** State of the random generator. */
  random: number;
}

/** What {@linkcode createReplica} takes. */
export interface ReplicaOptions {
  /** Our PeerId. */
  readonly self: string;
  readonly store: string;
  readonly user: string;
  readonly app: string;
  /** The name of this device, for people. @default {not told} */
  readonly device?: string | undefined;
  /** Spreads the waits of devices. */
  readonly seed: number;
}

/** The state of a device without connections. */
export function createReplica({ self, store, user, app, device, seed }: ReplicaOptions): Replica {
  return {
    self,
    tag: tagOf(self),
    hello: { store, user, app, device },
    peers: new Map(),
    exchanges: new Map(),
    ring: new Recent(RING_NAMES),
    slot: undefined,
    nextExchange: 1,
    random: seed >>> 0,
  };
}

/** A peer that has just connected. */
export function createPeer(id: string): Peer {
  return {
    id,
    tag: tagOf(id),
    hello: undefined,
    bases: new Set(),
    heard: undefined,
    ack: undefined,
    cost: 0,
    told: undefined,
    answerLost: false,
    contained: new Recent(CONTAINED_NAMES),
    apart: new Apart(),
    tickAt: Infinity,
    startAt: undefined,
    failures: 0,
    notBefore: 0,
    level: 0,
    serving: 0,
    parted: undefined,
  };
}

/** The next number in [0, 1) (mulberry32). */
export function random(state: Replica): number {
  state.random = (state.random + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state.random ^ (state.random >>> 15), state.random | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
