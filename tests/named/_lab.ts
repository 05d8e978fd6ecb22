/** One device of protocol 2, given events one by one. */
import assert from "node:assert/strict";
import type { Entry, EntryId } from "../../src/history/entry.ts";
import { EMPTY } from "../../src/named/digest.ts";
import type { Effect, Event } from "../../src/named/effects.ts";
import type { ControlFrame, ExchangeFrame, Hello } from "../../src/named/frames.ts";
import { HASH_NAME } from "../../src/named/hash.ts";
import { react } from "../../src/named/react.ts";
import { createReplica, type Peer, type Replica } from "../../src/named/state.ts";
import { makeEntry } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";

/** The peer of a {@linkcode Lab}. */
export const PEER = "peer";
/** Another one, if a test has it meet. */
export const OTHER = "other";
/** What a peer says of itself. */
export const HELLO: Hello = {
  type: "hello",
  store: "p",
  floor: 0,
  bases: [],
  hash: HASH_NAME,
  user: "u",
  app: "b",
};
/** The exchange that is begun here first. */
export const BEGUN = 1;
const PAGE_ITEMS = 2;
const MINUTE_MS = 60_000;

/** One device, and a peer that has said hello. */
export class Lab {
  readonly items = new MemoryItems(PAGE_ITEMS);
  readonly #state: Replica;
  #now = 0;

  /** @param bases what the peer says that it has */
  constructor(bases: readonly string[] = [], self = "self") {
    this.#state = createReplica({ self, store: "s", user: "u", app: "a", seed: 1 });
    this.meet({ bases });
  }

  /** A peer connects and says hello. */
  meet(says: Partial<Hello> = {}, peer: string = PEER): void {
    this.effects({ type: "up", peer });
    this.hears({ ...HELLO, ...says }, peer);
  }

  get peer(): Peer {
    return this.peerOf(PEER);
  }

  peerOf(id: string): Peer {
    return this.#state.peers.get(id)!;
  }

  /** What comes of a frame that a peer sends on its control stream. */
  hears(frame: ControlFrame, peer: string = PEER): readonly Effect[] {
    return this.effects({ type: "frame", peer, frame });
  }

  /** The frames of exchanges that come of an event. */
  on(event: Event): ExchangeFrame[] {
    return this.effects(event).flatMap((effect) => effect.type === "write" ? effect.frame : []);
  }

  record(from: number, count: number, unlike: Partial<Entry> = {}): void {
    const items = Array.from(
      { length: count },
      (_, i) => ({ entry: { ...entryOf(from + i), ...unlike } }),
    );
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
    this.tick(name);
    assert.equal(this.opened()?.x, BEGUN);
    return name;
  }

  /** The peer tells its state, and which of ours it says to contain. */
  tick(name: string, ack?: string): readonly Effect[] {
    return this.hears({ type: "tick", floor: 0, name, ack, cost: 9 });
  }

  /** The exchange that is begun once a minute has gone by. */
  opened(): Extract<Effect, { type: "open" }> | undefined {
    return this.after(MINUTE_MS).find((effect) => effect.type === "open");
  }

  /** What comes of it that so much time has gone by. */
  after(ms: number): readonly Effect[] {
    this.#now += ms;
    return this.effects({ type: "time" });
  }

  effects(event: Event): readonly Effect[] {
    return react(this.#state, event, { store: this.items, now: this.#now });
  }
}

/** The control frames that are sent to a peer. */
export function sentTo(effects: readonly Effect[], peer: string = PEER): ControlFrame[] {
  return effects.flatMap((effect) =>
    effect.type === "send" && effect.peer === peer ? effect.frame : []
  );
}

export function syncFrom(current: string): Extract<ExchangeFrame, { type: "sync" }> {
  return { type: "sync", floor: 0, current, base: EMPTY, level: 0, buckets: [] };
}

export function otherItems(count: number): MemoryItems {
  const items = new MemoryItems(PAGE_ITEMS);
  for (let n = 0; n < count; n++) items.record({ entry: entryOf(100 + n, 1.75e12) });
  items.absorb();
  return items;
}

function entryOf(n: number, startedAtMs = 1.7e12): ReturnType<typeof makeEntry> {
  return makeEntry({ id: idOf(n), startedAtMs });
}

export function idOf(n: number): EntryId {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as EntryId;
}
