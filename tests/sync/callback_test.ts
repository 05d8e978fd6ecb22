import assert from "node:assert/strict";
import { LinkError } from "../../src/sync/ports.ts";
import type { OwnRecord } from "../../src/swarm/peer.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryDirectory } from "../fakes/memory_directory.ts";
import type { MemoryLink } from "../fakes/memory_link.ts";
import { Device } from "./_device.ts";
import { MINUTE, settle, Watching } from "./_watching.ts";

Deno.test("peerConnected() syncs at once with a peer that is back", async () => {
  const set = new Watching();
  const far = new Device("far", { clock: set.clock });
  set.near.manual.push(far.record);
  await set.start();
  await set.pass(5 * MINUTE);
  const rounds = set.rounds;
  far.recordCommands(1);
  set.near.knows(far, false);
  set.near.engine.peerConnected(far.peer);
  await set.pass(1_000);
  assert.equal(set.near.history.entries.length, 1);
  assert.equal(set.rounds, rounds);
  await set.end();
});

Deno.test("peerConnected() while the peer's old address is dialled leads to a sync after that", async () => {
  const set = new Watching();
  const far = new Device("far", { clock: set.clock });
  set.near.manual.push(far.record);
  const dial = Promise.withResolvers<MemoryLink>();
  set.near.dialer.reach(far.peer, () => dial.promise);
  far.recordCommands(1);
  await set.start();
  set.near.engine.peerConnected(far.peer);
  set.near.knows(far, false);
  dial.reject(new LinkError("unreachable", "no route"));
  await settle();
  await set.pass(1_000);
  assert.equal(set.near.history.entries.length, 1);
  assert.equal(set.rounds, 1);
  await set.end();
});

Deno.test("peerConnected() asks nobody who was not named, and nobody over and over", async () => {
  const set = new Watching();
  const far = set.peer("far");
  const stranger = new Device("stranger", { clock: set.clock });
  set.near.knows(stranger, false);
  await set.start();
  const requests = (): number => set.near.dialer.links.get(far.peer)!.requests.length;
  const before = requests();
  set.near.engine.peerConnected(stranger.peer);
  for (let i = 0; i < 5; i++) set.near.engine.peerConnected(far.peer);
  await settle();
  assert.equal(set.dials(stranger), 0);
  assert.equal(requests(), before);
  await set.pass(1_000);
  assert.equal(requests(), before + 1);
  await set.pass(10_000);
  assert.equal(requests(), before + 1);
  await set.end();
});

Deno.test("peerConnected() by a new device of the user leads to a sync as soon as a directory knows it", async () => {
  const set = new Watching();
  const fresh = new Device("fresh", { clock: set.clock });
  fresh.recordCommands(1);
  await set.start();
  await set.pass(MINUTE / 2);
  const rounds = set.rounds;
  set.near.knows(fresh);
  set.near.engine.peerConnected(fresh.peer);
  await settle();
  assert.equal(set.near.history.entries.length, 1);
  assert.equal(set.rounds, rounds);
  await set.end();
});

Deno.test("peerConnected() by strangers over and over makes few questions to the directories", async () => {
  const clock = new FakeClock();
  const directory = new MemoryDirectory(clock);
  const set = new Watching({ clock, directories: [directory] });
  await set.start();
  const before = directory.calls.length;
  for (let i = 0; i < 100; i++) {
    set.near.engine.peerConnected(new Device(`stranger-${i}`, { clock: set.clock }).peer);
    await settle();
  }
  assert.equal(directory.calls.length, before + 1);
  await set.pass(2_000);
  assert.equal(directory.calls.length, before + 2, "once more for those that came meanwhile");
  await set.pass(10_000);
  assert.equal(directory.calls.length, before + 2);
  await set.end();
});

Deno.test("a peer that connects and fails each time is not tried over and over", async () => {
  const set = new Watching();
  const far = set.peer("far");
  // As a node does that tells of every connection, those of our own making too.
  set.near.dialer.reach(far.peer, () => {
    set.near.engine.peerConnected(far.peer);
    return set.near.linkTo(far);
  });
  far.fault = () => "lost";
  await set.start();
  for (let minute = 0; minute < 60; minute++) {
    for (let second = 0; second < 60; second++) await set.pass(1_000);
  }
  const syncs = set.near.seen("pull-failed").length;
  assert.ok(syncs >= 3 + 5 && syncs <= 3 + 12, `${syncs}`);
  far.fault = undefined;
  far.recordCommands(1);
  set.near.engine.wake();
  await settle();
  assert.equal(set.near.history.entries.length, 1);
  await set.end();
});

Deno.test("a new address makes a failing peer worth a try", async () => {
  const clock = new FakeClock();
  const directory = new MemoryDirectory(clock);
  directory.ttlSeconds = 1e9;
  const set = new Watching({ clock, directories: [directory] });
  const far = new Device("far", { clock });
  const own = (addr: string): OwnRecord => ({
    ...far.self,
    addrs: [addr],
    hostname: "far",
    version: "0.1.0",
  });
  await directory.register(own("/old"));
  const stop = new AbortController();
  const running = set.near.engine.watch({ intervalMs: MINUTE }, stop.signal);
  await settle();
  for (let minute = 0; minute < 10; minute++) {
    await clock.advance(MINUTE);
    await settle();
  }
  const dials = set.dials(far);
  assert.ok(dials < 8);
  await directory.register(own("/new"));
  await clock.advance(MINUTE);
  await settle();
  assert.equal(set.dials(far), dials + 1);
  stop.abort(new Error("bye"));
  await running;
});
