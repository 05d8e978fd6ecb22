import assert from "node:assert/strict";
import { MAX_STORED_AT_ONCE } from "../../../src/sync/serve.ts";
import { makeEntries } from "../../fakes/entries.ts";
import type { Fault } from "../../fakes/memory_link.ts";
import { Device } from "../_device.ts";
import { DAY_MS, Pair, pullOnce } from "./_pair.ts";

Deno.test("a pull follows the log to its end in batches", async () => {
  const pair = new Pair({ sync: { limit: 100 } });
  pair.far.recordCommands(1050);
  const report = await pair.round();
  assert.deepEqual(pair.near.history.entries, pair.far.history.entries);
  assert.deepEqual(report.peers[0]?.pull, {
    received: 1050,
    inserted: 1050,
    ignored: 0,
    rejected: 0,
    skipped: 0,
  });
  // Grown by a quarter each time; 400 would be the most.
  assert.deepEqual(pair.asked.map((one) => one.limit), [100, 125, 156, 195, 243, 303, 378]);
  assert.deepEqual(pair.asked.map((one) => one.cursor), [0, 100, 225, 381, 576, 819, 1050]);
  assert.deepEqual(pair.near.history.pullState(pair.far.peer), {
    cursor: 1050,
    lastId: pair.far.history.entries.at(-1)!.id,
  });
});

Deno.test("over an open connection a round with nothing new is one request", async () => {
  const pair = new Pair();
  pair.far.recordCommands(3);
  await pair.round();
  const before = pair.asked.length;
  await pair.round();
  assert.deepEqual(pair.asked.slice(before).map((one) => one.cursor), [3]);
});

Deno.test("a new connection shows the entry at the cursor again, which is not counted", async () => {
  const pair = new Pair();
  pair.far.recordCommands(3);
  await pair.round();
  pair.reconnect();
  pair.far.recordCommands(2);
  const report = await pair.round();
  assert.equal(pair.asked[0]?.cursor, 2);
  assert.deepEqual([report.peers[0]?.pull.received, report.peers[0]?.pull.ignored], [2, 0]);
  pair.reconnect();
  const nothing = await pair.round();
  assert.deepEqual(pair.asked.map((one) => one.cursor), [4, 5]);
  assert.equal(nothing.peers[0]?.pull.received, 0);
});

Deno.test("a peer whose database was recreated is read from its beginning", async () => {
  const pair = new Pair();
  pair.far.recordCommands(20);
  await pair.round();
  // Smaller than the cursor: it would look like a peer with nothing new.
  pair.far.history.recreate(makeEntries(5));
  pair.reconnect();
  await pair.round();
  assert.equal(pair.near.history.entries.length, 25);
  assert.deepEqual(pair.near.seen("log-replaced").map((one) => one.cursor), [20]);
  assert.deepEqual(pair.near.logger.events, [], "whoever is told decides what to log");
});

Deno.test("a peer whose recreated database outgrew the cursor is read from its beginning", async () => {
  const pair = new Pair();
  pair.far.recordCommands(5);
  await pair.round();
  pair.far.history.recreate(makeEntries(50));
  pair.reconnect();
  await pair.round();
  assert.equal(pair.near.history.entries.length, 55);
});

for (const kept of [0, 3]) {
  Deno.test(`a peer that lost its database but for ${kept} entries is given ours again`, async () => {
    const pair = new Pair({ sync: { push: true } });
    pair.near.recordCommands(54);
    await pair.round();
    await pair.round();
    const held = pair.far.history.entries;
    assert.equal(held.length, 54);
    for (let times = 0; times < 2; times++) {
      pair.far.history.recreate(held.slice(0, kept));
      pair.reconnect();
      await pair.round();
      assert.deepEqual(pair.far.history.ids, pair.near.history.ids);
      await pair.round();
      assert.equal(pair.near.history.pendingPush(pair.far.peer, pair.near.deviceId), 0);
    }
  });
}

Deno.test("a peer that lost all of it right after the first push is given it again by a later sync", async () => {
  const pair = new Pair({ sync: { push: true } });
  pair.near.recordCommands(54);
  await pair.round();
  pair.far.history.recreate();
  pair.near.restart();
  await pair.round();
  assert.deepEqual(pair.far.history.ids, pair.near.history.ids);
  pair.near.restart();
  assert.equal((await pair.round()).peers[0]?.push?.sent, 0);
});

Deno.test("a push that is under way when the peer's loss is found starts again", async () => {
  const pair = new Pair({ sync: { push: true, limit: 10 } });
  pair.near.recordCommands(30);
  await pair.round();
  await pair.round();
  pair.near.recordCommands(40);
  let pushes = 0;
  pair.far.fault = (kind) => {
    if (kind === "push" && ++pushes === 2) {
      pair.far.history.recreate();
      // What a pull at the same time finds out.
      pair.near.history.restartPush(pair.far.peer);
      return "lost";
    }
    return undefined;
  };
  await pair.round();
  pair.far.fault = undefined;
  await pair.round();
  assert.deepEqual(pair.far.history.ids, pair.near.history.ids);
});

Deno.test("a beginning that was interrupted is gone back to", async () => {
  const pair = new Pair({ sync: { request: { attempts: 1 } } });
  pair.far.recordCommands(5);
  await pair.round();
  pair.far.history.recreate(makeEntries(50));
  pair.reconnect();
  const faults: Fault[] = [undefined, "silent"];
  pair.far.fault = () => faults.shift();
  assert.ok((await pair.round()).error);
  pair.far.history.append(makeEntries(3));
  await pair.round();
  assert.equal(pair.near.history.entries.length, 58);
});

Deno.test("a log that is replaced again the same day is read again the next day, new ones at once", async () => {
  const pair = new Pair();
  pair.far.recordCommands(5);
  await pair.round();
  for (let i = 0; i < 2; i++) {
    pair.far.history.recreate(makeEntries(50));
    pair.reconnect();
    await pair.round();
  }
  // All 50 of the first replacement; of the second those from the old cursor on.
  assert.equal(pair.near.history.entries.length, 5 + 50 + 1);
  pair.far.history.append(makeEntries(1));
  await pair.round();
  assert.equal(pair.near.history.entries.length, 57);
  assert.equal(pair.near.seen("log-replaced").length, 1);
  await pair.near.clock.advance(DAY_MS);
  await pair.round();
  assert.equal(pair.near.history.entries.length, 5 + 50 + 51);
  assert.equal(pair.near.seen("log-replaced").length, 2);
});

Deno.test("what was pruned here comes back by no way of pulling", async () => {
  const pair = new Pair();
  pair.far.recordCommands(5);
  await pair.round();
  pair.near.history.prunedBeforeMs = Infinity;
  // The second replacement is followed on a detour.
  for (let i = 0; i < 2; i++) {
    pair.far.history.recreate(makeEntries(50));
    pair.reconnect();
    await pair.round();
  }
  assert.equal(pair.near.history.entries.length, 5);
  // An answer that says nothing of how far it goes is stored as well, and so is one in pieces.
  const services = [
    { entries: makeEntries(3), nextCursor: 0 },
    { entries: makeEntries(MAX_STORED_AT_ONCE + 1), nextCursor: MAX_STORED_AT_ONCE + 1 },
  ];
  for (const reply of services) {
    const device = new Device("near");
    device.history.prunedBeforeMs = Infinity;
    const report = await pullOnce(device, reply);
    assert.ok((report.peers[0]?.pull.received ?? 0) > 0);
    assert.equal(device.history.entries.length, 0);
  }
});

Deno.test("what was left out on such a day is not forgotten by a restart", async () => {
  const pair = new Pair();
  pair.far.recordCommands(5);
  await pair.round();
  for (let i = 0; i < 2; i++) {
    pair.far.history.recreate(makeEntries(50));
    pair.reconnect();
    await pair.round();
  }
  pair.near.restart();
  await pair.round();
  assert.equal(pair.near.history.entries.length, 105);
});

Deno.test("a database that is recreated in the middle of a pull is read from its beginning", async () => {
  const pair = new Pair({ sync: { limit: 10 } });
  pair.far.recordCommands(100);
  const fresh = makeEntries(200);
  let requests = 0;
  pair.far.fault = () => {
    if (++requests !== 4) return undefined;
    pair.far.history.recreate(fresh);
    return "lost";
  };
  assert.equal((await pair.round()).error, undefined);
  assert.ok(fresh.every((entry) => pair.near.history.has(entry.id)));
  assert.equal(pair.near.seen("log-replaced").length, 1);
});

Deno.test("after two time-outs the connection itself is not believed any more", async () => {
  const pair = new Pair();
  pair.far.fault = () => "silent";
  assert.ok((await pair.round()).error);
  assert.equal(pair.near.dialer.dials.get(pair.far.peer), 2);
});

Deno.test("a cursor left by the original is checked by what is held", async () => {
  const pair = new Pair();
  pair.far.recordCommands(10);
  const { near, far } = pair;
  near.history.append(far.history.entries.slice(0, 6));
  near.history.setPullState(far.peer, { cursor: 6, lastId: undefined });
  assert.equal((await pair.round()).peers[0]?.pull.received, 4);
  assert.equal(near.seen("log-replaced").length, 0);
  near.history.setPullState(far.peer, { cursor: 6, lastId: undefined });
  far.history.recreate(makeEntries(12));
  pair.reconnect();
  await pair.round();
  assert.equal(near.history.entries.length, 22);
  assert.equal(near.seen("log-replaced").length, 1);
});
