/** Pins over streams that the test holds the other end of. */
import assert from "node:assert/strict";
import type { ControlFrame, Pinned } from "../../src/named/frames.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import { MemoryItems } from "../fakes/memory_items.ts";
import { MemoryPins } from "../fakes/memory_pins.ts";
import { FakeStream, HELLO, PEER, started, turns } from "./_replicator.ts";

Deno.test("PinSync tells its pins behind the hello, once, and passes on at once what it is told", async () => {
  const pins = new MemoryPins();
  const pin = { id: "a".repeat(32), command: "make", atMs: 1 };
  pins.take({ on: [pin], off: [] });
  await using lab = await started(new MemoryItems(), [], undefined, pins);
  const streams = [PEER, "third" as PeerId].map((peer) =>
    new FakeStream<ControlFrame>(undefined, peer)
  );
  const controls = streams.map((stream) => lab.net.acceptor!.control(stream));
  const told = (at: number): unknown[] => streams[at]!.sent.filter(({ type }) => type === "pins");
  lab.replicator.changed();
  await turns();
  assert.deepEqual([told(0), told(1)], [[], []], "nothing counts before the other side's hello");
  for (const control of controls) control.onFrame(HELLO);
  await turns();
  const all = { type: "pins", on: [pin], off: [] };
  assert.deepEqual([told(0), told(1)], [[all], [all]]);

  const other = { id: "b".repeat(32), command: "ls", atMs: 2 };
  controls[0]!.onFrame({ type: "pins", on: [other], off: [pin.id] });
  await turns();
  assert.deepEqual(pins.ids(), { on: [other.id], off: [pin.id] });
  assert.deepEqual(told(1).slice(1), [
    { type: "pins", on: [], off: [pin.id] },
    { type: "pins", on: [other], off: [] },
  ]);
  assert.equal(told(0).length, 1, "it knows");

  streams[1]!.queued = 300 * 1024;
  pins.take({ on: [{ ...pin, id: "c".repeat(32) }], off: [] });
  lab.replicator.changed();
  await turns();
  assert.deepEqual([told(0).length, told(1).length], [2, 3]);
  streams[1]!.queued = 0;
  lab.replicator.changed();
  await turns();
  assert.deepEqual([told(0).length, told(1).length], [2, 4]);
});

Deno.test("PinSync keeps a pin whose command is not here until both have the same items, and no longer", async () => {
  const pins = new MemoryPins();
  const [early, gone] = ["a", "b"].map((id) => ({ id: id.repeat(32), command: id, atMs: 1 }));
  for (const command of ["a", "b"]) pins.missing.add(command);
  await using lab = await started(new MemoryItems(), [], undefined, pins);
  const control = lab.net.acceptor!.control(new FakeStream<ControlFrame>());
  const tick: ControlFrame = { type: "tick", floor: 0, name: lab.store.name(0), cost: 0 };
  control.onFrame(HELLO);
  control.onFrame({ type: "pins", on: [early!, gone!], off: [] });
  control.onFrame({ ...tick, name: "c".repeat(22), cost: 1 });
  await turns();
  assert.deepEqual(pins.ids().on, []);
  pins.missing.delete("a");
  control.onFrame(tick);
  await turns();
  assert.deepEqual(pins.ids().on, [early!.id]);
  pins.missing.delete("b");
  control.onFrame(tick);
  await turns();
  assert.deepEqual(pins.ids().on, [early!.id], "it was deleted here, and nothing of it is kept");
});

Deno.test("PinSync lets go of a pin that is taken away before its command is here", async () => {
  const pins = new MemoryPins();
  const pin = { id: "a".repeat(32), command: "make", atMs: 1 };
  pins.missing.add("make");
  await using lab = await started(new MemoryItems(), [], undefined, pins);
  const control = lab.net.acceptor!.control(new FakeStream<ControlFrame>());
  control.onFrame(HELLO);
  control.onFrame({ type: "pins", on: [pin], off: [] });
  control.onFrame({ type: "pins", on: [], off: [pin.id] });
  await turns();
  pins.missing.clear();
  control.onFrame({ type: "tick", floor: 0, name: lab.store.name(0), cost: 0 });
  await turns();
  assert.deepEqual(pins.ids(), { on: [], off: [pin.id] });
});

Deno.test("PinSync tells many pins in several frames, none of a very long command, and bounds what a peer tells", async () => {
  const pins = new MemoryPins();
  const ids = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(32, "0"));
  const long = (id: string, chars: number): Pinned => ({ id, command: "x".repeat(chars), atMs: 1 });
  pins.take({
    on: [...ids.slice(0, 9).map((id) => long(id, 60_000)), long(ids[9]!, 70_000)],
    off: ids.slice(10, 1_510),
  });
  await using lab = await started(new MemoryItems(), [], undefined, pins);
  const stream = new FakeStream<ControlFrame>();
  const control = lab.net.acceptor!.control(stream);
  control.onFrame(HELLO);
  await turns();
  const frames = stream.sent.filter((frame) => frame.type === "pins");
  assert.deepEqual(frames.map(({ on, off }) => [on.length, off.length]), [
    ...[[0, 1_000], [0, 500], [4, 0], [4, 0], [1, 0]],
  ]);
  for (let at = 2_000; at < 20_000; at += 4_000) {
    control.onFrame({ type: "pins", on: [], off: ids.slice(at, at + 4_000) });
  }
  await turns();
  assert.equal(pins.ids().off.length, 1_500 + 16_000, "the last 2,000 were too many");
});

Deno.test("PinSync keeps a bounded number of pins waiting, and tells nothing more on a stream with too many", async () => {
  const pins = new MemoryPins();
  pins.missing.add("make");
  await using lab = await started(new MemoryItems(), [], undefined, pins);
  const stream = new FakeStream<ControlFrame>();
  const control = lab.net.acceptor!.control(stream);
  control.onFrame(HELLO);
  const ids = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(32, "0"));
  const on = ids.slice(0, 1_500).map((id) => ({ id, command: "make", atMs: 1 }));
  control.onFrame({ type: "pins", on, off: [] });
  await turns();
  pins.missing.clear();
  control.onFrame({ type: "tick", floor: 0, name: lab.store.name(0), cost: 0 });
  await turns();
  assert.equal(pins.ids().on.length, 1_000);

  for (let at = 2_000; at < 18_000; at += 4_000) {
    control.onFrame({ type: "pins", on: [], off: ids.slice(at, at + 4_000) });
  }
  await turns();
  pins.take({ on: [], off: [ids.at(-1)!] });
  lab.replicator.changed();
  await turns();
  assert.deepEqual(stream.sent.filter(({ type }) => type === "pins"), []);
});
