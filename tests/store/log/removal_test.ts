import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import type { DeviceId } from "../../../src/history/entry.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { foreign, tempFolder } from "../_open.ts";
import { daily, DAY, NOW, openAt, OWN } from "./_removal.ts";

const PEER = { addrs: [], deviceId: undefined, userId: undefined, hostname: undefined };

function idsOf(history: History): string[] {
  return history.log.entriesAfter(0, { entries: 1000, bytes: 1e9 }).entries.map((e) => e.id);
}

Deno.test("prune() deletes what is older than the cut-off, and only counts when asked to", () => {
  using history = openAt();
  history.log.append(daily(10));
  const options = { beforeUnix: NOW - 3 * DAY, deviceId: OWN };
  const counts = { matched: 6, keptForPeers: 0 };
  assert.deepEqual(history.removal.prune({ ...options, dryRun: true }), { ...counts, deleted: 0 });
  assert.equal(idsOf(history).length, 10);
  assert.deepEqual(history.removal.prune(options), { ...counts, deleted: 6 });
  assert.deepEqual(idsOf(history), daily(10).slice(6).map((e) => e.id));
  assert.throws(() => history.removal.prune({ ...options, keepRecent: -1 }), RangeError);
  assert.throws(() => history.removal.prune({ ...options, beforeUnix: 1.5 }), RangeError);
});

Deno.test("prune() does not take a clock that was not set for an age", () => {
  using history = openAt();
  const [unset, old, fresh] = daily(3).map((entry, i) => ({
    ...entry,
    startedAtMs: [60_000, (NOW - 9 * DAY) * 1000, NOW * 1000][i]!,
  }));
  history.log.append([unset!, old!]);
  const pruned = history.removal.prune({ beforeUnix: NOW - DAY, deviceId: OWN });
  assert.deepEqual(pruned, { matched: 1, deleted: 1, keptForPeers: 0 });
  assert.deepEqual(idsOf(history), [unset!.id]);
  using other = openAt();
  other.removal.prune({ beforeUnix: NOW - DAY, deviceId: OWN });
  assert.equal(other.log.append([unset!, old!, fresh!], { fromPeer: true }).inserted, 2);
});

Deno.test("prune() in portions gets to the same end", () => {
  using history = openAt();
  history.log.append(daily(10));
  const options = { beforeUnix: NOW - 3 * DAY, deviceId: OWN, maxRows: 4 };
  assert.deepEqual(history.removal.prune(options), { matched: 6, deleted: 4, keptForPeers: 0 });
  assert.deepEqual(history.removal.prune(options), { matched: 2, deleted: 2, keptForPeers: 0 });
  assert.equal(idsOf(history).length, 4);
});

Deno.test("prune() keeps the newest by time, whenever they were taken in", () => {
  using history = openAt();
  const entries = daily(10);
  history.log.append(entries.toReversed());
  const options = { beforeUnix: NOW, deviceId: OWN, keepRecent: 4 };
  assert.equal(history.removal.prune(options).deleted, 6);
  assert.deepEqual(idsOf(history), entries.slice(6).toReversed().map((e) => e.id));
  assert.equal(history.removal.prune({ ...options, keepRecent: 5 }).matched, 0);
});

Deno.test("prune() keeps own entries that an active peer does not have yet", () => {
  using history = openAt();
  const mine = daily(6);
  history.log.append([...mine.slice(0, 3), ...daily(6, "desk" as DeviceId), ...mine.slice(3)]);
  const options = { beforeUnix: NOW, deviceId: OWN, dryRun: true };
  const matched = (): number => history.removal.prune(options).matched;
  assert.equal(matched(), 10, "nobody is pushed to");
  history.peers.remember([{ ...PEER, peer: "active" as PeerId, lastSeenUnix: NOW - DAY }]);
  assert.equal(matched(), 10, "still nobody is pushed to");
  history.log.advancePushCursor("active", 3);
  assert.equal(matched(), 8, "two of ours were not pushed; foreign ones are not held back");
  history.peers.remember([{ ...PEER, peer: "never pushed to" as PeerId, lastSeenUnix: NOW }]);
  assert.equal(matched(), 5);
  assert.equal(history.removal.prune(options).keptForPeers, 5);
  history.log.advancePushCursor("never pushed to", 12);
  history.peers.remember([{ ...PEER, peer: "retired" as PeerId, lastSeenUnix: NOW - 31 * DAY }]);
  history.log.advancePushCursor("retired", 1);
  assert.equal(matched(), 8);
  history.log.advancePushCursor("active", 12);
  assert.equal(matched(), 10);
});

Deno.test("what was pruned does not come back from a peer, but by hand", () => {
  using history = openAt();
  const entries = daily(10);
  history.log.append(entries);
  history.removal.prune({ beforeUnix: NOW - 3 * DAY, deviceId: OWN });
  const state = { cursor: 10, lastId: entries[9]!.id };
  assert.deepEqual(history.log.appendPulled("p", entries, state), { inserted: 0, ignored: 10 });
  const pushed = history.log.append(entries, { fromPeer: true });
  assert.deepEqual(pushed, { inserted: 0, ignored: 10 });
  assert.deepEqual(history.log.append(entries.slice(0, 1)), { inserted: 1, ignored: 0 });
  history.removal.prune({ beforeUnix: NOW - 100 * DAY, deviceId: OWN });
  assert.equal(history.log.appendPulled("p", entries, state).inserted, 5, "a longer memory again");
});

Deno.test("prune() with keepRecent keeps nothing out that it would keep in", () => {
  using history = openAt();
  const entries = daily(10);
  history.log.append(entries.slice(6));
  history.removal.prune({ beforeUnix: NOW, deviceId: OWN, keepRecent: 8 });
  assert.equal(history.log.append(entries, { fromPeer: true }).inserted, 6);
});

Deno.test("delete() by id, by command and by search, and none of it comes back", () => {
  using history = openAt();
  const entries = daily(40).map((e, i) => ({ ...e, command: i % 4 === 0 ? "make" : `echo ${i}` }));
  history.log.append(entries.slice(0, 30));
  history.index.catchUp();
  history.log.append(entries.slice(30));
  const selections = [
    { ids: [entries[1]!.id, "nope"] },
    { command: "make" },
    { query: { words: ["ECHO", "3"], sinceMs: entries[20]!.startedAtMs } },
  ];
  assert.deepEqual(selections.map((s) => history.removal.count(s)), [1, 10, 9]);
  assert.deepEqual(selections.map((s) => history.removal.delete(s)), [1, 10, 9]);
  const left = history.search.find({ limit: 99 });
  assert.equal(left.length, 20);
  assert.ok(!left.some((e) => e.command === "make" || e.id === entries[1]!.id));
  assert.equal(history.log.has(entries[0]!.id), false);
  const again = history.log.appendPulled("p", entries, { cursor: 40, lastId: undefined });
  assert.deepEqual(again, { inserted: 0, ignored: 40 });
  assert.deepEqual(history.log.append(entries.slice(0, 1)), { inserted: 0, ignored: 1 });
  assert.equal(history.maintenance.size().deletedIds, 20);
  assert.equal(history.removal.delete({ command: "make" }), 0);
});

Deno.test("delete() of many tells how far it is, and deletes all of them or none", () => {
  using history = openAt();
  const entries = generateEntries(10_010, { seed: 9 });
  history.log.append(entries);
  const all = { query: {} };
  const count = (): number => history.search.find({ limit: 20_000 }).length;
  assert.throws(() =>
    history.removal.delete(all, "everywhere", (done) => {
      if (done > 0) throw new Error("ended between two slices");
    }), /ended between/);
  assert.deepEqual([count(), history.removal.countEverywhere()], [10_010, 0]);
  assert.equal(history.removal.scrubDue(), false);
  const told: [number, number][] = [];
  const deleted = history.removal.delete(all, "everywhere", (...args) => void told.push(args));
  assert.deepEqual([deleted, count(), history.removal.countEverywhere()], [10_010, 0, 10_010]);
  assert.deepEqual(told, [[0, 10_010], [10_000, 10_010]]);
  const steps: string[] = [];
  history.removal.scrub((step) => void steps.push(step));
  assert.deepEqual(steps, ["index", "file"]);
  assert.equal(history.log.append(entries, { fromPeer: true }).inserted, 0);
});

Deno.test("after scrub() the text of deleted entries is nowhere in the files", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = openAt(path);
  const secret = "hunter2-correct-horse";
  const entries = generateEntries(8000, { seed: 8 });
  const hidden = entries.map((e, i) =>
    i % 500 === 7 ? { ...e, command: `login --password ${secret} ${i} ${"x".repeat(i)}` } : e
  );
  // In portions, so that the text has been moved between pages, chunks and blocks.
  for (let i = 0; i < hidden.length; i += 700) {
    history.log.append(hidden.slice(i, i + 700));
    history.index.catchUp(300);
  }
  while (history.index.catchUp() > 0);
  // Another process of ours has the file open and has read the secret.
  using other = openAt(path);
  assert.equal(other.search.find({ words: [secret], limit: 99 }).length, 16);
  assert.ok(holds(path, secret), "the test can see it");
  assert.equal(history.removal.delete({ query: { words: [secret] } }), 16);
  assert.equal(history.removal.scrubDue(), true);
  history.removal.scrub();
  assert.equal(history.removal.scrubDue(), false);
  assert.ok(!holds(path, secret));
  assert.deepEqual(other.search.find({ words: [secret], limit: 99 }), []);
  assert.equal(other.search.find({ limit: 9000 }).length, 8000 - 16);
  assert.deepEqual(history.maintenance.quickCheck(), []);
});

Deno.test("scrub() says that it is not done while another process reads, and is done later", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = openAt(path);
  history.log.append(daily(5).map((e) => ({ ...e, command: "the-secret" })));
  foreign(path, (db) => {
    db.exec("BEGIN; SELECT * FROM entries");
    history.removal.delete({ command: "the-secret" });
    assert.throws(
      () => history.removal.scrub(),
      (error) => error instanceof RrError && error.code === "busy",
    );
    assert.equal(history.removal.scrubDue(), true);
    db.exec("COMMIT");
  });
  history.removal.scrub();
  assert.ok(!holds(path, "the-secret"));
});

function holds(path: string, text: string): boolean {
  return ["", "-wal"].some((end) => {
    const bytes = Deno.readFileSync(path + end);
    return new TextDecoder("latin1").decode(bytes).includes(text);
  });
}

Deno.test("prune() deletes none of the own entries that an active peer does not have yet", () => {
  using history = openAt();
  history.log.append(daily(6));
  history.peers.remember([{ ...PEER, peer: "active" as PeerId, lastSeenUnix: NOW }]);
  history.log.advancePushCursor("active", 2);
  const done = history.removal.prune({ beforeUnix: NOW + 1, deviceId: OWN });
  assert.deepEqual(done, { matched: 2, deleted: 2, keptForPeers: 4 });
  assert.deepEqual(idsOf(history), daily(6).slice(2).map((e) => e.id));
});

Deno.test("prune() with keepRecent lets peers bring what is younger than the oldest kept", () => {
  using history = openAt();
  const entries = daily(10);
  history.log.append(entries.filter((_, i) => i !== 7));
  history.removal.prune({ beforeUnix: NOW, deviceId: OWN, keepRecent: 4 });
  assert.deepEqual(history.log.append([entries[7]!], { fromPeer: true }).inserted, 1);
  assert.deepEqual(history.log.append([entries[1]!], { fromPeer: true }).inserted, 0);
});

Deno.test("delete() overwrites the rows at once, not only when the file is written anew", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  using history = openAt(path);
  const secret = "hunter2-before-the-scrub";
  history.log.append(daily(5).map((e) => ({ ...e, command: `${secret} ${"x".repeat(300)}` })));
  foreign(path, (db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  assert.ok(Deno.readTextFileSync(path).includes(secret), "the test can see it");
  history.removal.delete({ query: { words: [secret] } });
  foreign(path, (db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  assert.ok(!new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes(secret));
});

Deno.test("what was deleted on this device only can be deleted everywhere later, once", () => {
  using history = openAt();
  const { removal, log } = history;
  const entries = generateEntries(4);
  log.append(entries);
  removal.delete({ ids: entries.slice(0, 2).map(({ id }) => id) });
  removal.delete({ ids: [entries[2]!.id] }, "everywhere");
  assert.deepEqual([removal.countEarlier(), removal.countEverywhere()], [2, 1]);
  assert.equal(removal.propagateEarlier(), 2);
  assert.deepEqual([removal.countEarlier(), removal.countEverywhere()], [0, 3]);
  assert.equal(removal.propagateEarlier(), 0);
  assert.equal(log.count(), 1);
});
