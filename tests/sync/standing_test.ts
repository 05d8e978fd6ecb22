import assert from "node:assert/strict";
import type { Entry } from "../../src/history/entry.ts";
import { factsOf, type Item } from "../../src/named/item.ts";
import { react } from "../../src/named/react.ts";
import { createReplica, type Replica } from "../../src/named/state.ts";
import { HASH_NAME } from "../../src/named/hash.ts";
import { Standing } from "../../src/sync/replica/standing.ts";
import { makeEntries } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";

const PEER = "peer";

function connected(items: readonly Item[]): {
  state: Replica;
  store: MemoryItems;
  standing: Standing;
} {
  const store = new MemoryItems();
  store.apply(items);
  const state = createReplica({ self: "self", store: "s", user: "kim", app: "rr", seed: 1 });
  const hello = { type: "hello", store: "t", floor: 0, bases: [], hash: HASH_NAME } as const;
  react(state, { type: "up", peer: PEER }, { store, now: 0 });
  const frame = { ...hello, user: "kim", app: "rr" };
  react(state, { type: "frame", peer: PEER, frame }, { store, now: 0 });
  return { state, store, standing: new Standing(state, store) };
}

function items(count: number): Item[] {
  return makeEntries(count).map((entry) => ({ entry: entry as Entry }));
}

Deno.test("Standing.gap() counts down what is to come, and takes what came for nothing to send", () => {
  const { state, store, standing } = connected([]);
  assert.equal(standing.gap(PEER), undefined, "it has not told yet");
  const tick = { type: "tick", floor: 0, name: "f".repeat(32), cost: 100 } as const;
  react(state, { type: "frame", peer: PEER, frame: tick }, { store, now: 0 });
  assert.deepEqual(standing.gap(PEER), { behind: 100, arrived: 0, ahead: 0, given: 0 });
  const some = items(40);
  store.apply(some);
  standing.note({
    type: "received",
    peer: PEER,
    received: 40,
    gained: some.map(factsOf),
    live: false,
  });
  assert.deepEqual(standing.gap(PEER), { behind: 60, arrived: 40, ahead: 0, given: 0 });
  // A link that breaks takes nothing of it back.
  react(state, { type: "down", peer: PEER }, { store, now: 0 });
  assert.equal(standing.gap(PEER), undefined);
  standing.note({ type: "equal", peer: PEER, name: "" });
});

Deno.test("Standing.gap() tells what the peer lacks, and nothing once it has said to have it", () => {
  const { state, store, standing } = connected(items(30));
  const mine = store.name(0);
  const tick = { type: "tick", floor: 0, name: "f".repeat(32), cost: 5 } as const;
  react(state, { type: "frame", peer: PEER, frame: tick }, { store, now: 0 });
  assert.deepEqual(standing.gap(PEER), { behind: 5, arrived: 0, ahead: 30, given: 0 });
  const knows = { ...tick, ack: mine };
  react(state, { type: "frame", peer: PEER, frame: knows }, { store, now: 0 });
  assert.deepEqual(standing.gap(PEER), { behind: 5, arrived: 0, ahead: 0, given: 0 });
  const same = { ...tick, name: mine };
  react(state, { type: "frame", peer: PEER, frame: same }, { store, now: 0 });
  assert.deepEqual(standing.gap(PEER), { behind: 0, arrived: 0, ahead: 0, given: 0 });
});

Deno.test("Standing.gap() takes what was sent at once for there, until the peer tells another state", () => {
  const all = items(32);
  const { state, store, standing } = connected(all.slice(0, 30));
  const same = { type: "tick", floor: 0, name: store.name(0), cost: 0 } as const;
  react(state, { type: "frame", peer: PEER, frame: same }, { store, now: 0 });
  store.apply(all.slice(30));
  assert.equal(standing.gap(PEER)!.ahead, 2, "only what is new since it had the same");
  standing.sentLive(PEER, 2);
  assert.equal(standing.gap(PEER)!.ahead, 0);
  // What it tells then counts more.
  react(state, { type: "frame", peer: PEER, frame: { ...same, name: "f".repeat(32), cost: 1 } }, {
    store,
    now: 0,
  });
  assert.ok(standing.gap(PEER)!.ahead > 0);
});
