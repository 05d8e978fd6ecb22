/** The side that is asked: finds out what each lacks, sends, and asks for its own part. */
import {
  bucketKey,
  compareBuckets,
  compareMarks,
  createComparison,
  endListing,
  listMarks,
  mayList,
  readerOf,
  type ReadMarks,
  spanOf,
  spansOf,
} from "./compare.ts";
import { Apart } from "./apart.ts";
import { type Bucket, EMPTY } from "./digest.ts";
import type { End, Ids, Refusal, Sync } from "./frames.ts";
import type { ExchangeId } from "./effects.ts";
import { UNSET_WEEK } from "./item.ts";
import { pauseAfterFailure } from "./need.ts";
import type { Marked, Seq } from "./store.ts";
import type { Exchange, Peer, Responder } from "./state.ts";
import { abort, finish, send, takeSlot } from "./transfer.ts";
import {
  distrust,
  floorWith,
  hear,
  knownBase,
  nameFor,
  shareState,
  type Turn,
  whenNamed,
} from "./turn.ts";

/** Exchanges that are served at a time. Each holds one page of items at most. */
const MOST_SERVED = 16;

/** A peer asks for what it lacks. */
export function onSync(turn: Turn, x: ExchangeId, peer: Peer, sync: Sync): void {
  const { state, store } = turn;
  if (sync.floor !== floorWith(turn, peer)) return refuse(turn, x, "floor");
  if ([...state.exchanges.values()].filter(isServed).length >= MOST_SERVED) {
    return refuse(turn, x, "busy");
  }
  // The peer has found a contradiction, so one of us has concluded something wrong.
  if (sync.level > 0 && peer.level < sync.level) {
    peer.level = sync.level;
    distrust(turn);
  }
  const past = sync.level > 0 ? undefined : whenNamed(turn, sync.current, sync.floor);
  const after = past ?? knownBase(turn, sync.level > 0 ? EMPTY : sync.base, sync.floor)?.seq;
  if (after === undefined) return refuse(turn, x, "nobase");
  const wide = sync.level > 1;
  const role: Responder = {
    kind: "responder",
    theirs: sync.current,
    mine: store.digest(sync.floor),
    compared: createComparison(wide, store.head(), tombstones(turn, after, wide)),
    asked: false,
  };
  const exchange: Exchange = {
    id: x,
    peer: peer.id,
    floor: sync.floor,
    role,
    began: undefined,
    phase: "comparing",
    after,
    upTo: store.head(),
    outbox: undefined,
    apart: new Apart(),
    gained: 0,
    sent: 0,
  };
  state.exchanges.set(x, exchange);
  peer.answerLost = false;
  peer.serving++;
  if (past !== undefined) sendAll(turn, exchange, role);
  else compare(turn, exchange, role, sync);
}

function tombstones({ store }: Turn, after: Seq, wide: boolean): Marked[] {
  const span = { kind: "week", week: UNSET_WEEK, devices: undefined, after } as const;
  return [...store.weekMarks({ ...span, upTo: store.head() }, wide).values()].flat()
    .filter(({ dead }) => dead);
}

function isServed({ role }: Exchange): boolean {
  return role.kind === "responder";
}

function refuse({ store, out }: Turn, x: ExchangeId, refusal: Refusal): void {
  const bases = refusal === "nobase" ? store.bases().map((base) => base.name) : undefined;
  const frame: End = { type: "end", name: EMPTY, sent: 0, refusal, bases };
  out.push({ type: "write", x, frame, more: false });
  out.push({ type: "close", x });
}

/** The asker is where this device was once: it gets all that came afterwards, and has nothing for us. */
function sendAll(turn: Turn, exchange: Exchange, role: Responder): void {
  const { store } = turn;
  const { after, upTo, floor } = exchange;
  role.asked = true;
  const touched = store.buckets(floor).filter((bucket) => bucket.seq > after);
  // A new device sees the newest commands first.
  const spans = after === 0
    ? spansOf(touched, after, upTo)
    : touched.length === 0
    ? []
    : [{ kind: "range", after, upTo, floor } as const];
  send(turn, exchange, spans, role.mine);
}

function compare(turn: Turn, exchange: Exchange, role: Responder, sync: Sync): void {
  const { store } = turn;
  const { compared } = role;
  const mine = store.buckets(exchange.floor);
  if (sync.marks !== undefined) {
    const read = reader(turn, exchange, sync.marks);
    compareMarks(compared, mine, sync.marks, exchange.after, read);
  } else compareBuckets(compared, mine, sync.buckets ?? [], exchange.after);
  if (compared.awaited.size === 0) return proceed(turn, exchange, role);
  const buckets = [...compared.awaited.values()].map(({ deviceId, week }) => ({ deviceId, week }));
  turn.out.push({
    type: "write",
    x: exchange.id,
    frame: { type: "need", buckets },
    more: false,
  });
}

/** Up to now: what another one has brought since the question is not to be asked for again. */
function reader(
  { store }: Turn,
  { after, role }: Exchange,
  buckets: readonly Bucket[],
): ReadMarks {
  const wide = role.kind === "responder" && role.compared.wide;
  return readerOf(store, buckets, { after, upTo: store.head() }, wide);
}

/** The marks that were needed. */
export function onIds(turn: Turn, exchange: Exchange, role: Responder, frame: Ids): void {
  const { compared } = role;
  if (!mayList(compared, frame.marks)) return breakOffList(turn, exchange);
  const buckets = [...compared.pending, ...frame.marks];
  // What goes on in the next frame is read with that: two large buckets in one step take twice as long.
  compared.pending = frame.last ? [] : buckets.splice(-1);
  const read = reader(turn, exchange, buckets);
  for (const bucket of buckets) listMarks(compared, bucket, read);
  if (!frame.last) return;
  endListing(compared);
  proceed(turn, exchange, role);
}

function breakOffList(turn: Turn, exchange: Exchange): void {
  const peer = turn.state.peers.get(exchange.peer);
  if (peer !== undefined) pauseAfterFailure(turn, peer);
  abort(turn, exchange, "It lists marks without end");
}

/** Asks for our part, if there is room for it, and sends theirs. */
function proceed(turn: Turn, exchange: Exchange, role: Responder): void {
  const { state, out } = turn;
  const { want, send: theirs } = role.compared;
  const wanted = untouched(turn, exchange, want.buckets);
  const isLeft = want.isCut || wanted.length < want.buckets.length;
  const isMissing = wanted.length > 0 || want.places.length > 0;
  if (isMissing && state.slot === undefined) {
    takeSlot(turn, exchange.id);
    const buckets = wanted.map(({ deviceId, week }) => ({ deviceId, week }));
    const frame = { type: "want", buckets, places: want.places } as const;
    out.push({ type: "write", x: exchange.id, frame, more: false });
    role.asked = !isLeft;
  } else role.asked = !isMissing && !isLeft;
  const spans = [
    ...spansOf(theirs.buckets, exchange.after, exchange.upTo),
    ...spanOf(theirs.seqs),
  ];
  send(turn, exchange, spans, role.mine);
}

/** Of buckets that are wanted whole, those of which nothing has come in from elsewhere meanwhile. */
function untouched(
  { store }: Turn,
  { floor, upTo }: Exchange,
  buckets: readonly Bucket[],
): readonly Bucket[] {
  if (store.head() === upTo) return buckets;
  const touched = store.buckets(floor).filter(({ seq }) => seq > upTo);
  const keys = new Set(touched.map(bucketKey));
  return buckets.filter((bucket) => !keys.has(bucketKey(bucket)));
}

/** The initiator has sent its part. */
export function onLastEnd(turn: Turn, exchange: Exchange, role: Responder, frame: End): void {
  const { state, out } = turn;
  const peer = state.peers.get(exchange.peer);
  if (peer !== undefined) {
    if (role.asked && !peer.answerLost) peer.contained.add(role.theirs, true);
    if (nameFor(turn, peer) === frame.name) {
      hear(turn, peer, frame.name);
      shareState(turn, [peer], exchange.floor);
      out.push({ type: "equal", peer: peer.id, name: frame.name });
    }
  }
  out.push({ type: "close", x: exchange.id });
  finish(turn, exchange, true);
}
