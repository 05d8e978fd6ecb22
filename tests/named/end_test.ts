/** What the end of an exchange proves to either side, given to the machine event by event. */
import assert from "node:assert/strict";
import type { EntryId } from "../../src/history/entry.ts";
import { EMPTY } from "../../src/named/digest.ts";
import type { Effect, Event } from "../../src/named/effects.ts";
import type { ExchangeFrame, Hello } from "../../src/named/frames.ts";
import { HASH_NAME } from "../../src/named/hash.ts";
import { react } from "../../src/named/react.ts";
import { createReplica, type Peer } from "../../src/named/state.ts";
import { makeEntry } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";

const PEER = "peer";
/** Of an exchange that the peer begins, and of one that is begun here. */
const ASKED = -1;
const BEGUN = 1;
const PAGE_ITEMS = 2;
const MINUTE_MS = 60_000;

Deno.test("the end of an exchange names the state that was asked for, not what came in meanwhile", () => {
  const lab = new Lab();
  lab.record(0, 6);
  const asked = lab.items.name(0);
  const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame: syncFrom(EMPTY) });
  lab.record(6, 1);
  sent.push(...lab.writable(ASKED));
  const end = sent.find((frame) => frame.type === "end");
  assert.equal(end?.name, asked);
  assert.equal(end?.sent, 6);
  const ids = sent.flatMap((frame) => frame.type === "batch" ? frame.items : [])
    .map(({ entry }) => entry?.id);
  assert.equal(ids.includes(idOf(6)), false);
});

Deno.test("who asked contains the state that the end names", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(lab.peer.contained.has(theirs), true);
});

Deno.test("who asked contains nothing if an answer of its own was lost meanwhile", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "dropped", peer: PEER });
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(lab.peer.contained.has(theirs), false);
});

Deno.test("a lost answer makes what was contained count no more", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  lab.on({ type: "dropped", peer: PEER });
  assert.equal(lab.peer.contained.has(theirs), false);
});

for (const lost of [false, true]) {
  const what = lost ? "not contain it if an answer was lost" : "contain it";
  Deno.test(`who was asked and got all that it lacked of the other's state must ${what}`, () => {
    const lab = new Lab();
    lab.record(0, 1);
    const other = otherItems(3);
    const theirs = other.name(0);
    const items = [...other.data.records.values()].map(({ item }) => item!);
    const frame = { ...syncFrom(theirs), buckets: other.buckets(0) };
    const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
    sent.push(...lab.writable(ASKED));
    assert.deepEqual(sent.map(({ type }) => type), ["want", "batch", "end"]);
    lab.on({ type: "exchange", x: ASKED, frame: { type: "batch", items } });
    if (lost) lab.on({ type: "dropped", peer: PEER });
    lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: theirs, sent: 3 } });
    assert.equal(lab.peer.contained.has(theirs), !lost);
  });
}

/** One device, and a peer that has said hello. */
class Lab {
  readonly items = new MemoryItems(PAGE_ITEMS);
  readonly #state = createReplica({ self: "self", store: "s", user: "u", app: "a", seed: 1 });
  #now = 0;

  constructor() {
    this.on({ type: "up", peer: PEER });
    const hello: Hello = {
      type: "hello",
      store: "p",
      floor: 0,
      bases: [],
      hash: HASH_NAME,
      user: "u",
      app: "b",
    };
    this.on({ type: "frame", peer: PEER, frame: hello });
  }

  get peer(): Peer {
    return this.#state.peers.get(PEER)!;
  }

  /** The frames of exchanges that come of an event. */
  on(event: Event): ExchangeFrame[] {
    return this.#effects(event).flatMap((effect) => effect.type === "write" ? effect.frame : []);
  }

  record(from: number, count: number): void {
    const items = Array.from({ length: count }, (_, i) => ({ entry: entryOf(from + i) }));
    for (const item of items) this.items.record(item);
    const { items: absorbed } = this.items.absorb();
    this.on({ type: "changed", items: absorbed, shrank: false });
  }

  /** Lets an exchange send until it has said all. */
  writable(x: number): ExchangeFrame[] {
    const sent: ExchangeFrame[] = [];
    for (let more = 1; more > 0;) {
      const frames = this.on({ type: "writable", x });
      more = frames.filter(({ type }) => type === "batch").length;
      sent.push(...frames);
    }
    return sent;
  }

  /** Has the device ask the peer, whose state it gives. */
  begin(): string {
    const name = otherItems(2).name(0);
    this.on({ type: "frame", peer: PEER, frame: { type: "tick", floor: 0, name, cost: 9 } });
    this.#now += MINUTE_MS;
    const begun = this.#effects({ type: "time" }).find(({ type }) => type === "open");
    assert.equal(begun?.type === "open" && begun.x, BEGUN);
    return name;
  }

  #effects(event: Event): readonly Effect[] {
    return react(this.#state, event, { store: this.items, now: this.#now });
  }
}

function syncFrom(current: string): Extract<ExchangeFrame, { type: "sync" }> {
  return { type: "sync", floor: 0, current, base: EMPTY, level: 0, buckets: [] };
}

function otherItems(count: number): MemoryItems {
  const items = new MemoryItems(PAGE_ITEMS);
  for (let n = 0; n < count; n++) items.record({ entry: entryOf(100 + n, 1.75e12) });
  items.absorb();
  return items;
}

function entryOf(n: number, startedAtMs = 1.7e12): ReturnType<typeof makeEntry> {
  return makeEntry({ id: idOf(n), startedAtMs });
}

function idOf(n: number): EntryId {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as EntryId;
}
