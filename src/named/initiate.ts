/** The side that begins an exchange: asks, says what it has, takes in, and sends what is wanted. */
import { Apart } from "./apart.ts";
import { contradict } from "./contradict.ts";
import { type Bucket, EMPTY } from "./digest.ts";
import { bucketKey, byWeek, readerOf, spanOf, spansOf } from "./compare.ts";
import type { BucketMarks, BucketState, End, Need, Want } from "./frames.ts";
import { FEW_ITEMS, hello, pauseAfterFailure } from "./need.ts";
import type { Exchange, Initiator, Peer } from "./state.ts";
import type { Base } from "./store.ts";
import { abort, awaitComparison, finish, free, send, takeSlot } from "./transfer.ts";
import { commonBase, floorWith, hear, knownBase, nameFor, shareState, type Turn } from "./turn.ts";

/** Marks in one frame: some 350 kB. */
const MARKS_IN_FRAME = 32_000;
/** A peer that serves too many is asked again after this long. */
const BUSY_MS = 5_000;

/** Begins an exchange with the peer. */
export function begin(turn: Turn, peer: Peer): void {
  const { state, store } = turn;
  const floor = floorWith(turn, peer);
  const began = `${nameFor(turn, peer)} ${peer.heard}`;
  // It got all that it lacked in just these states, so what is compared is not all.
  if (peer.parted === began) contradict(turn, peer);
  const base = peer.level > 0 ? knownBase(turn, EMPTY, floor)! : commonBase(turn, peer);
  const role: Initiator = {
    kind: "initiator",
    base: base.name,
    places: [],
    asked: undefined,
    rest: undefined,
    wanted: undefined,
  };
  const exchange: Exchange = {
    id: state.nextExchange++,
    peer: peer.id,
    floor,
    role,
    began,
    phase: "comparing",
    after: base.seq,
    upTo: store.head(),
    outbox: undefined,
    apart: new Apart(),
    gained: 0,
    sent: 0,
  };
  peer.answerLost = false;
  state.exchanges.set(exchange.id, exchange);
  takeSlot(turn, exchange.id);
  const gained = gainedSince(turn, exchange, base, peer.level > 1);
  const current = nameFor(turn, peer);
  const frame = { type: "sync", floor, current, base: base.name, level: peer.level, ...gained };
  turn.out.push({
    type: "open",
    x: exchange.id,
    peer: peer.id,
    frame: frame as typeof frame & { type: "sync" },
  });
}

/** What was gained since the base: every item if there are few, else the buckets that were touched. */
function gainedSince(
  { store }: Turn,
  { floor, upTo, role }: Exchange,
  { seq }: Base,
  wide: boolean,
): { readonly marks: BucketMarks[] } | { readonly buckets: BucketState[] } {
  const touched = store.buckets(floor).filter((bucket) => bucket.seq > seq);
  if (store.countSince(seq, floor) > FEW_ITEMS) {
    return { buckets: touched.map(({ deviceId, week, mark }) => ({ deviceId, week, mark })) };
  }
  const read = readerOf(store, touched, { after: seq, upTo }, wide);
  const marks = touched.map((bucket) => {
    const own = read(bucket);
    (role as Initiator).places.push(...own.map((one) => one.seq));
    return { deviceId: bucket.deviceId, week: bucket.week, marks: own.map((one) => one.mark) };
  });
  return { marks };
}

/** The responder needs our marks in these buckets. */
export function onNeed(turn: Turn, exchange: Exchange, role: Initiator, frame: Need): void {
  // Each of them is listed as a whole, so that a list of some bytes could have us list for ever.
  if (new Set(frame.buckets.map(bucketKey)).size < frame.buckets.length) {
    return abort(turn, exchange, "It needs a bucket twice");
  }
  role.asked = frame.buckets.toSorted((a, b) => byWeek(a.week, b.week));
  sendMarks(turn, exchange, role, role.asked);
}

/** Sends as many marks of the buckets asked for as one frame takes, and strikes off those that are done. */
export function sendMarks(
  turn: Turn,
  exchange: Exchange,
  role: Initiator,
  asked: Bucket[],
): void {
  const { store } = turn;
  const { after, upTo } = exchange;
  const wide = (turn.state.peers.get(exchange.peer)?.level ?? 0) > 1;
  const read = readerOf(store, asked, { after, upTo }, wide);
  const marks: BucketMarks[] = [];
  let room = MARKS_IN_FRAME;
  while (asked.length > 0 && room > 0) {
    const bucket = asked[0]!;
    const own = role.rest ?? read(bucket);
    const sent = own.slice(0, room);
    for (const { seq } of sent) role.places.push(seq);
    marks.push({ ...bucket, marks: sent.map((one) => one.mark) });
    room -= sent.length;
    role.rest = sent.length < own.length ? own.slice(sent.length) : undefined;
    if (role.rest === undefined) asked.shift();
  }
  const last = asked.length === 0;
  if (last) awaitComparison(turn, exchange.id);
  turn.out.push({
    type: "write",
    x: exchange.id,
    frame: { type: "ids", marks, last },
    more: !last,
  });
}

/** The responder lacks this; it gets it once it has sent its own part. */
export function onWant(turn: Turn, exchange: Exchange, role: Initiator, frame: Want): void {
  const seqs = frame.places.map((place) => role.places[place]);
  if (seqs.includes(undefined)) {
    const why = "It wants a mark that was never sent";
    turn.out.push({ type: "refused", peer: exchange.peer, why });
    return abort(turn, exchange, "Unlisted marks");
  }
  role.wanted = [
    ...spansOf(frame.buckets, exchange.after, exchange.upTo),
    ...spanOf(seqs as number[]),
  ];
}

/** The responder has sent all. */
export function onEnd(turn: Turn, exchange: Exchange, role: Initiator, frame: End): void {
  const { state } = turn;
  const peer = state.peers.get(exchange.peer);
  if (peer === undefined) return;
  if (frame.refusal !== undefined) return onRefusal(turn, exchange, peer, role, frame);
  // With an answer lost, the peer must send again what it answered.
  if (!peer.answerLost) peer.contained.add(frame.name, true);
  // What comes after our question is told by ticks, which may be later or earlier than this.
  if (nameFor(turn, peer) === frame.name) {
    hear(turn, peer, frame.name);
    shareState(turn, [peer], exchange.floor);
    turn.out.push({ type: "equal", peer: peer.id, name: frame.name });
  }
  free(turn, exchange.id);
  send(turn, exchange, role.wanted ?? [], undefined);
}

function onRefusal(
  turn: Turn,
  exchange: Exchange,
  peer: Peer,
  role: Initiator,
  frame: End,
): void {
  if (frame.refusal === "nobase") {
    peer.bases.clear();
    for (const name of frame.bases ?? []) peer.bases.add(name);
    // Whatever it says: with this one it would refuse again, at once and for ever.
    peer.bases.delete(role.base);
  } else if (frame.refusal === "floor") {
    hello(turn, peer);
    pauseAfterFailure(turn, peer);
  } else if (frame.refusal === "busy") {
    peer.notBefore = turn.now + BUSY_MS;
  } else pauseAfterFailure(turn, peer);
  turn.out.push({ type: "close", x: exchange.id });
  finish(turn, exchange, undefined);
}
