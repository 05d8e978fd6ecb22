import assert from "node:assert/strict";
import type { DeviceId } from "../../../src/history/entry.ts";
import type { PeerId, PeerRecord } from "../../../src/swarm/peer.ts";
import type { HistoryLog, PeerBook } from "../../../src/sync/ports.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, open, tempFolder } from "../_open.ts";

const NOW = 1_700_000_000;
const DEVICE = "laptop" as DeviceId;

Deno.test("History satisfies the ports of the sync engine by shape", () => {
  using history = open(":memory:");
  const log: HistoryLog = history.log;
  const book: PeerBook = history.peers;
  assert.equal(log.has("x"), false);
  assert.deepEqual(book.recent(0, "ana"), []);
});

Deno.test("remember() does not overwrite what is known by nothing", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  const full = peer("p1", { deviceId: "desk", userId: "ana", hostname: "desk.local" });
  history.peers.remember([full]);
  history.peers.remember([peer("p1", { addrs: [], lastSeenUnix: NOW - 50 })]);
  assert.deepEqual(history.peers.recent(0, "ana"), [full]);
  history.peers.remember([peer("p1", { addrs: ["/ip4/10.0.0.9/tcp/1"], deviceId: "desk2" })]);
  assert.deepEqual(history.peers.recent(0, "ana"), [
    { ...full, addrs: ["/ip4/10.0.0.9/tcp/1"], deviceId: "desk2" },
  ]);
});

Deno.test("remember() believes no directory that a peer was seen in the future", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  history.peers.remember([peer("p1", { lastSeenUnix: NOW + 1e9 })]);
  assert.equal(history.peers.recent(0, "ana")[0]!.lastSeenUnix, NOW);
});

Deno.test("remember() bounds what a directory claims of a peer", () => {
  using history = open(":memory:");
  const addrs = [
    "x".repeat(5000),
    ...Array.from({ length: 500 }, (_, i) => `/ip4/10.0.0.1/tcp/${i}`),
  ];
  history.peers.remember([peer("p1", { addrs })]);
  assert.deepEqual(history.peers.recent(0, "ana")[0]!.addrs, addrs.slice(1, 65));
});

Deno.test("remember() keeps the newest peers, however many are named", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  const crowd = (from: number, count: number): ReturnType<typeof peer>[] =>
    Array.from(
      { length: count },
      (_, i) => peer(`p${from + i}`, { lastSeenUnix: NOW - 10_000 + from + i, hostname: "h" }),
    );
  for (let from = 0; from < 5_000; from += 500) history.peers.remember(crowd(from, 500));
  const states = history.peers.states("desk" as DeviceId).map((state) => state.peer);
  assert.equal(states.length, 2_000);
  assert.ok(states.includes("p4999") && states.includes("p3000") && !states.includes("p2999"));
});

Deno.test("peers that were synced with come first, and are kept before those that were only named", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  history.peers.remember([peer("pulled", { lastSeenUnix: NOW - 900 })]);
  history.peers.remember([peer("pushed", { lastSeenUnix: NOW - 800 })]);
  history.log.appendPulled("pulled", [], { cursor: 1, lastId: undefined });
  history.log.advancePushCursor("pushed", 1);
  for (let from = 0; from < 3000; from += 500) {
    history.peers.remember(Array.from({ length: 500 }, (_, i) => peer(`ghost${from + i}`)));
  }
  const found = history.peers.recent(0, "ana");
  assert.deepEqual(found.slice(0, 2).map((one) => [one.peer, one.answered]), [
    ["pushed", true],
    ["pulled", true],
  ]);
  assert.equal(found[2]!.answered, undefined);
});

Deno.test("recent() gives peers of the user or of nobody, newest first, at most 1000", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  history.peers.remember([
    peer("old", { userId: "ana", lastSeenUnix: NOW - 100 }),
    peer("new", { userId: "ana", lastSeenUnix: NOW - 1 }),
    peer("unknown", { lastSeenUnix: NOW - 50 }),
    peer("other", { userId: "bob" }),
    peer("gone", { userId: "ana", lastSeenUnix: NOW - 101 }),
  ]);
  const names = history.peers.recent(NOW - 100, "ana").map((p) => p.peer);
  assert.deepEqual(names, ["new", "unknown", "old"]);
  history.peers.remember(
    Array.from({ length: 1200 }, (_, i) => peer(`many-${i}`, { lastSeenUnix: NOW })),
  );
  assert.equal(history.peers.recent(0, "ana").length, 1000);
});

Deno.test("recent() survives rows that another program broke", () => {
  using folder = tempFolder();
  using history = open(folder.file("h.db"));
  history.peers.remember([peer("p1"), peer("p2"), peer("p3"), peer("p4")]);
  foreign(folder.file("h.db"), (db) =>
    db.exec(`
    UPDATE peer_book SET addrs_json = '{"no":1}' WHERE peer_id = 'p1';
    UPDATE peer_book SET addrs_json = x'00' WHERE peer_id = 'p2';
    UPDATE peer_book SET addrs_json = '[1, "/ip4/1.2.3.4/tcp/5", null', device_id = x'01'
      WHERE peer_id = 'p3';
    UPDATE peer_book SET addrs_json = '[1, "/ip4/1.2.3.4/tcp/5", null]' WHERE peer_id = 'p4'`));
  const addrs = history.peers.recent(0, "ana").map((p) => p.addrs);
  assert.deepEqual(addrs, [[], [], [], ["/ip4/1.2.3.4/tcp/5"]]);
});

Deno.test("states() names every peer of every table, forget() removes one from all", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  const entries = generateEntries(10).map((entry) => ({ ...entry, deviceId: DEVICE }));
  history.log.append(entries);
  history.log.appendPulled("b-pulled", [], { cursor: 5, lastId: "x" });
  history.log.advancePushCursor("c-pushed", 4);
  history.peers.remember([peer("a-known")]);
  const none = { pullCursor: 0, pushCursor: 0, lastSeenUnix: undefined, pendingPush: 10 };
  assert.deepEqual(history.peers.states(DEVICE), [
    { ...none, peer: "a-known", lastSeenUnix: NOW },
    { ...none, peer: "b-pulled", pullCursor: 5 },
    { ...none, peer: "c-pushed", pushCursor: 4, pendingPush: 6 },
  ]);
  assert.equal(history.peers.forget("b-pulled"), true);
  assert.equal(history.peers.forget("b-pulled"), false);
  assert.deepEqual(history.log.pullState("b-pulled"), { cursor: 0, lastId: undefined });
  assert.equal(history.peers.states(DEVICE).length, 2);
});

Deno.test("forget() leaves no row in which a peer is named", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = open(path);
  const named = (): string[] =>
    foreign(path, (db) => {
      const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
      return tables.map(({ name }) => String(name)).filter((name) =>
        JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all()).includes("peer-to-forget")
      );
    });
  const { log, peers } = history;
  const peer = "peer-to-forget";
  log.append(generateEntries(2));
  log.appendPulled(peer, generateEntries(1), { cursor: 7, lastId: "x" });
  const record = { addrs: ["/ip4/10.0.0.1/tcp/1"], deviceId: undefined, userId: undefined };
  peers.remember([{ ...record, peer: peer as PeerId, hostname: "desk", lastSeenUnix: 1 }]);
  peers.giveName(peer, "work");
  assert.ok(named().length >= 4, named().join());
  peers.forget(peer);
  assert.deepEqual(named(), []);
});

Deno.test("adoptLegacyKey() copies cursors of a multiaddr once and never over newer ones", () => {
  using history = open(":memory:");
  history.log.appendPulled("/ip4/10.0.0.1/tcp/1/p2p/p1", [], { cursor: 5, lastId: undefined });
  history.log.advancePushCursor("/ip4/10.0.0.1/tcp/1/p2p/p1", 6);
  history.peers.adoptLegacyKey("p1", "/ip4/10.0.0.1/tcp/1/p2p/p1");
  assert.equal(history.log.pullState("p1").cursor, 5);
  assert.equal(history.log.pushCursor("p1"), 6);
  history.log.appendPulled("p1", [], { cursor: 9, lastId: undefined });
  history.peers.adoptLegacyKey("p1", "/ip4/10.0.0.1/tcp/1/p2p/p1");
  assert.equal(history.log.pullState("p1").cursor, 9);
});

function peer(id: string, known: Partial<PeerRecord> = {}): PeerRecord {
  return {
    peer: id as PeerId,
    addrs: ["/ip4/10.0.0.1/tcp/8845"],
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: NOW,
    ...known,
  };
}
