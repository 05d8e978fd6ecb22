/** The replicator over streams that the test holds the other end of. */
import assert from "node:assert/strict";
import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import { RrError } from "../../src/base/rr_error.ts";
import type { Note } from "../../src/named/effects.ts";
import type { ControlFrame } from "../../src/named/frames.ts";
import type { Item } from "../../src/named/item.ts";
import type { Applied } from "../../src/named/store.ts";
import type { BatchWriter, FrameStreamEvents, ReceivedFrame } from "../../src/sync/ports.ts";
import { makeEntries } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";
import { LateWriter, packed } from "./_late_writer.ts";
import { FakeStream, HELLO, PEER, SELF, type Started, started, turns } from "./_replicator.ts";

Deno.test("Replicator takes nothing of an exchange for complete of which a batch could not be stored", async () => {
  const store = new FullOnce();
  await using asking = await askingForFour(store);
  const { items, name, notes, control, exchange } = asking;

  // All of it has arrived before a part of it cannot be stored.
  for (const item of items) exchange.onFrame({ type: "batch", items: [item] });
  exchange.onFrame({ type: "end", name, sent: 4 });
  await turns();
  assert.ok(store.parts >= 2);
  // The peer has all that is here, and what it has is not: that is a need, and nobody has lied.
  control.onFrame({ type: "tick", floor: 0, name, ack: store.name(0), cost: 4 });
  await turns();
  assert.deepEqual(notes.filter(({ type }) => type === "contradiction"), []);
});

Deno.test("Replicator has a long exchange stored beside it, and nothing else happens before that is in the file", async () => {
  const store = new MemoryItems();
  const writer = new LateWriter(store);
  await using asking = await askingForFour(store, () => Promise.resolve(writer));
  const { items, name, notes, exchange } = asking;

  for (const item of items) exchange.onFrame(packed(item, 100_000));
  exchange.onFrame({ type: "end", name, sent: 4 });
  await turns();
  assert.equal(store.digest(0).count, 1, "the first one came before it was known to be a long one");
  assert.equal(writer.waiting, 3);
  assert.deepEqual(notes.filter(({ type }) => type === "equal"), []);
  assert.ok(writer.isFlushed, "its end waits");
  writer.write();
  await turns();
  assert.equal(store.digest(0).count, 4);
  const received = notes.filter((note) => note.type === "received");
  assert.deepEqual(received.map(({ gained }) => gained.length), [1, 1, 1, 1]);
  assert.deepEqual(notes.filter(({ type }) => type === "equal").length, 1);
});

Deno.test("Replicator takes a large batch in by parts, between which others have their turn, and its end after them", async () => {
  const store = new MemoryItems();
  await using asking = await askingForFour(store);
  const { name, notes, exchange } = asking;
  const entries = makeEntries(600);
  const items = [...asking.items, ...entries.slice(4).map((entry) => ({ entry }))];
  const bytes = new Uint8Array(1);

  exchange.onFrame({ type: "packed", bytes, unpack: () => ({ type: "batch", items }) });
  exchange.onFrame({ type: "end", name, sent: 600 });
  await turns();
  assert.equal(store.digest(0).count, 600);
  const came = notes.flatMap((note) => note.type === "received" ? note.received : []);
  assert.deepEqual(came, [250, 250, 100]);
  const kinds = notes.map(({ type }) => type);
  assert.ok(kinds.indexOf("exchanged") > kinds.lastIndexOf("received"), kinds.join());
});

const doors: readonly [string, (store: MemoryItems) => void][] = [
  ["a command", (store) => void store.record({ entry: makeEntries(9)[8]! })],
  ["a prune", (store) => store.setFloor(1)],
];
for (const [what, come] of doors) {
  Deno.test(`Replicator hurries the writer of a long exchange for ${what} by another door, not for its own writing`, async () => {
    const store = new MemoryItems();
    const writer = new LateWriter(store);
    await using asking = await askingForFour(store, () => Promise.resolve(writer));
    for (const item of asking.items) asking.exchange.onFrame(packed(item, 100_000));
    await turns();
    assert.equal(writer.waiting, 3);

    asking.replicator.changed();
    await turns();
    assert.ok(!writer.isFlushed);
    come(store);
    asking.replicator.changed();
    await turns();
    assert.ok(writer.isFlushed);
    writer.write();
  });
}

Deno.test("Replicator takes nothing of a long exchange for complete that was not stored, and begins anew", async () => {
  const store = new MemoryItems();
  const writer = new LateWriter(store);
  await using asking = await askingForFour(store, () => Promise.resolve(writer));
  const { net, clock, items, name, notes, control, exchange } = asking;

  for (const item of items) exchange.onFrame(packed(item, 100_000));
  exchange.onFrame({ type: "end", name, sent: 4 });
  await turns();
  writer.write(1);
  await turns();
  control.onFrame({ type: "tick", floor: 0, name, ack: store.name(0), cost: 4 });
  await turns();
  assert.deepEqual(notes.filter(({ type }) => type === "contradiction" || type === "equal"), []);
  for (let i = 0; i < 600 && net.exchange === exchange; i++) {
    await clock.advance(100);
    // Between two of its events the replicator lets the loop turn, which no clock of a test moves.
    await yieldToLoop();
  }
  assert.notEqual(net.exchange, exchange);
});

/** A replicator that has asked a peer for the four items that it lacks. */
async function askingForFour(
  store: MemoryItems,
  openWriter?: () => Promise<BatchWriter>,
): Promise<Asking> {
  const theirs = new MemoryItems();
  const items = makeEntries(4).map((entry) => ({ entry }));
  theirs.apply(items);
  const name = theirs.name(0);
  const notes: Note[] = [];
  const lab = await started(store, notes, openWriter);
  const control = lab.net.acceptor!.control(new FakeStream<ControlFrame>());
  control.onFrame(HELLO);
  control.onFrame({ type: "tick", floor: 0, name, cost: 4 });
  while (lab.net.exchange === undefined) {
    await lab.clock.advance(100);
    await yieldToLoop();
  }
  return { ...lab, items, name, notes, control, exchange: lab.net.exchange };
}

interface Asking extends Started {
  readonly items: readonly Item[];
  readonly name: string;
  readonly notes: readonly Note[];
  readonly control: FrameStreamEvents<ControlFrame>;
  readonly exchange: FrameStreamEvents<ReceivedFrame>;
}

Deno.test("Replicator leaves out what is live to a peer that is slow, and tells it by a tick", async () => {
  await using lab = await started();
  const stream = new FakeStream<ControlFrame>();
  const control = lab.net.acceptor!.control(stream);
  control.onFrame(HELLO);
  control.onFrame({ type: "tick", floor: 0, name: lab.store.name(0), cost: 0 });
  await lab.clock.advance(1_000);
  for (const isSlow of [false, true]) {
    stream.queued = isSlow ? 300 * 1024 : 0;
    stream.sent.length = 0;
    lab.store.record({ entry: makeEntries(2)[isSlow ? 1 : 0]! });
    lab.replicator.changed();
    await lab.clock.advance(1_000);
    assert.equal(stream.sent.some(({ type }) => type === "live"), !isSlow);
    if (isSlow) assert.equal(stream.sent.some(({ type }) => type === "tick"), true);
  }
});

Deno.test("Replicator keeps the control stream that the lower of two ids has opened", async () => {
  await using lab = await started();
  lab.replicator.peerConnected(PEER);
  const theirs = new FakeStream<ControlFrame>();
  lab.net.acceptor!.control(theirs);
  await turns();
  assert.ok(PEER < SELF);
  assert.equal(theirs.isClosed, false);
  assert.equal(lab.net.opened?.isClosed, true);
});

/** Has no room for the second part that is to be taken in. */
class FullOnce extends MemoryItems {
  parts = 0;

  override apply(items: readonly Item[]): Applied {
    if (++this.parts === 2) throw new RrError("database", "the disk is full");
    return super.apply(items);
  }
}
