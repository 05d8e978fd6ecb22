import assert from "node:assert/strict";
import type { DeviceId } from "../../../src/history/entry.ts";
import { MAX_PEER_ADDRS } from "../../../src/swarm/peer_addrs.ts";
import {
  Discovery,
  type FoundPeer,
  MAX_PEERS,
  mergeRecords,
} from "../../../src/sync/peers/discover.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import type { Directory } from "../../../src/sync/ports.ts";
import type { PeerId, PeerRecord } from "../../../src/swarm/peer.ts";
import { drive } from "../../fakes/drive.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { MemoryBook } from "../../fakes/memory_book.ts";
import { MemoryDirectory } from "../../fakes/memory_directory.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const NEVER = new AbortController().signal;
const DAY_S = 24 * 3600;

class Setting {
  readonly clock = new FakeClock();
  readonly book = new MemoryBook();
  readonly logger = new RecordingLogger();
  readonly events: SyncEvent[] = [];
  readonly first = new MemoryDirectory(this.clock, "http://first.example");
  readonly second = new MemoryDirectory(this.clock, "http://second.example");
  readonly manual: PeerRecord[] = [];
  readonly discovery = new Discovery({
    self: { peer: "me" as PeerId, deviceId: "laptop" as DeviceId, userId: "kim" },
    directories: [this.first, this.second],
    book: this.book,
    manual: this.manual,
    clock: this.clock,
    logger: this.logger,
    onEvent: (event) => void this.events.push(event),
  });

  get now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  find(signal = NEVER): Promise<readonly FoundPeer[]> {
    return drive(this.clock, this.discovery.find(5000, signal));
  }

  async names(): Promise<string[]> {
    return (await this.find()).map((one) => one.peer).sort();
  }
}

Deno.test("find() merges the directories, the book and the named peers", async () => {
  const set = new Setting();
  await register(set.first, "a", ["/addr/1"]);
  await register(set.second, "a", ["/addr/2"]);
  await register(set.second, "b");
  set.book.remember([record("c", ["/addr/c"], set.now - DAY_S)]);
  set.manual.push(record("d", ["/addr/d"]));
  const found = await set.find();
  assert.deepEqual(found.map((one) => one.peer), ["d", "a", "b", "c"]);
  assert.deepEqual(found[1]?.addrs, ["/addr/1", "/addr/2"]);
});

Deno.test("find() leaves this device out by its key, not by its name", async () => {
  const set = new Setting();
  await register(set.first, "me");
  await register(set.first, "twin", ["/addr/t"], "laptop");
  assert.deepEqual(await set.names(), ["twin"]);
});

Deno.test("two peers with one device id are reported, once", async () => {
  const set = new Setting();
  await register(set.first, "me", ["/addr/m"], "laptop");
  await register(set.first, "twin", ["/addr/t"], "laptop");
  await register(set.first, "x", ["/addr/x"], "desk");
  await register(set.first, "y", ["/addr/y"], "desk");
  await set.find();
  await set.find();
  const reported = set.events.filter((event) => event.type === "same-device-id");
  assert.deepEqual(reported, [
    { type: "same-device-id", deviceId: "laptop", peers: ["me", "twin"] },
    { type: "same-device-id", deviceId: "desk", peers: ["x", "y"] },
  ]);
  assert.deepEqual(set.logger.events, [], "whoever is told decides what to log");
});

Deno.test("a key that a device has given up is no second device", async () => {
  const set = new Setting();
  await register(set.first, "new-key", ["/addr/n"], "desk");
  set.book.remember([record("old-key", ["/addr/o"], set.now - 60, "desk")]);
  await set.find();
  assert.deepEqual(set.events.filter(({ type }) => type === "same-device-id"), []);
});

Deno.test("a peer that was synced with and that a directory names is remembered as there now", async () => {
  const set = new Setting();
  set.book.remember([{ ...record("a", ["/addr/a"], set.now - 60), answered: true }]);
  // Its clock stands in 1970.
  set.first.list = () => Promise.resolve([record("a", ["/addr/b"], 12), record("never", ["/c"])]);
  await set.find();
  assert.deepEqual(set.book.recent(set.now, "kim").map((one) => one.peer), ["a"]);
  assert.deepEqual(set.book.recent(0, "kim").map((one) => one.peer), ["a"]);
});

Deno.test("a peer is tried from the book for seven days, for one if it never answered", async () => {
  const set = new Setting();
  set.book.remember([
    { ...record("fresh", ["/a"], set.now - 7 * DAY_S), answered: true },
    { ...record("stale", ["/b"], set.now - 7 * DAY_S - 1), answered: true },
    record("never", ["/c"], set.now - DAY_S),
    record("never and old", ["/d"], set.now - DAY_S - 1),
  ]);
  assert.deepEqual(await set.names(), ["fresh", "never"]);
});

Deno.test("peers that answered come first, and each directory gets its share", async () => {
  const set = new Setting();
  const ghosts = Array.from({ length: 300 }, (_, i) => record(`ghost${i}`, [`/g/${i}`]));
  set.first.list = () => Promise.resolve(ghosts);
  await register(set.second, "new");
  await register(set.second, "known");
  set.book.remember([
    { ...record("known", ["/k"], set.now - 60), answered: true },
    { ...record("away", ["/w"], set.now - 60), answered: true },
    ...ghosts.slice(0, 20).map((one) => ({ ...one, lastSeenUnix: set.now })),
  ]);
  const found = await set.find();
  assert.deepEqual(found.slice(0, 4).map((one) => one.peer), ["known", "away", "ghost0", "new"]);
  assert.deepEqual(found.slice(0, 4).map((one) => one.standing), [
    "named",
    "remembered",
    "named",
    "named",
  ]);
  assert.equal(found.filter((one) => one.source === set.first.name).length, 64);
});

Deno.test("a directory that fails costs nothing but its peers, and is reported per change", async () => {
  const set = new Setting();
  await register(set.second, "b");
  for (let round = 0; round < 3; round++) {
    set.first.failure = new Error("connection refused");
    assert.deepEqual(await set.names(), ["b"]);
  }
  set.first.failure = undefined;
  await set.find();
  await set.find();
  set.first.failure = new Error("again");
  await set.find();
  const told = set.events.filter((event) => "name" in event && event.name === set.first.name);
  assert.deepEqual(told.map((event) => event.type), [
    "directory-failed",
    "directory-recovered",
    "directory-answered",
    "directory-failed",
  ]);
});

Deno.test("a directory that never answers is waited for until the deadline only", async () => {
  const set = new Setting();
  set.first.silent = true;
  await register(set.second, "b");
  assert.deepEqual(await set.names(), ["b"]);
  assert.equal(set.clock.monotonic(), 5000);
  assert.equal(set.clock.sleeping, 0);
});

Deno.test("find() rejects with the signal's reason while it waits", async () => {
  const set = new Setting();
  set.first.silent = true;
  const stop = new AbortController();
  const finding = set.discovery.find(5000, stop.signal);
  stop.abort(new Error("bye"));
  await assert.rejects(finding, /bye/);
  assert.deepEqual(set.events, []);
});

Deno.test("a book that cannot be read or written does not stop anything", async () => {
  const set = new Setting();
  await register(set.first, "a");
  set.book.recent = () => [{ ...record("a", ["/addr"], set.now), answered: true }];
  set.book.remember = () => {
    throw new Error("disk");
  };
  assert.deepEqual(await set.names(), ["a"]);
  set.book.recent = () => {
    throw new Error("disk");
  };
  assert.deepEqual(await set.names(), ["a"]);
  assert.equal(set.logger.matching("peer book").length, 2);
});

Deno.test("mergeRecords() bounds peers and addresses", () => {
  const many = Array.from({ length: MAX_PEERS + 50 }, (_, i) => record(`p${i}`, ["/a"]));
  assert.equal(mergeRecords(many, "me" as PeerId).length, MAX_PEERS);
  const addrs = Array.from({ length: 100 }, (_, i) => `/addr/${i}`);
  const [one] = mergeRecords([record("a", ["x".repeat(5000), ...addrs])], "me" as PeerId);
  assert.equal(one?.addrs.length, MAX_PEER_ADDRS);
  assert.equal(one.addrs[0], "/addr/0");
});

Deno.test("mergeRecords() fills gaps from later records", () => {
  const manual = { ...record("a", ["/1"], 0), deviceId: undefined, hostname: undefined };
  const [one] = mergeRecords([manual, record("a", ["/1", "/2"], 50)], "me" as PeerId);
  assert.deepEqual(one, { ...record("a", ["/1", "/2"], 50), answered: false });
});

function record(peer: string, addrs: string[], lastSeenUnix = 0, deviceId = peer): PeerRecord {
  const base = { peer: peer as PeerId, addrs, lastSeenUnix };
  return { ...base, deviceId, userId: "kim", hostname: "host" };
}

function register(
  directory: Directory,
  peer: string,
  addrs: string[] = ["/addr"],
  deviceId: string = peer,
): Promise<number> {
  const base = { peer: peer as PeerId, addrs, deviceId };
  return directory.register({ ...base, userId: "kim", hostname: "host", version: "0.1.0" });
}
