import assert from "node:assert/strict";
import { LinkError } from "../../../src/sync/ports.ts";
import type { PullRequest } from "../../../src/swarm/messages.ts";
import { makeEntries } from "../../fakes/entries.ts";
import type { Fault } from "../../fakes/memory_link.ts";
import { Device } from "../_device.ts";
import { Pair, pullOnce } from "./_pair.ts";

Deno.test("a batch that the peer drops is halved until it goes through, then grows back", async () => {
  const pair = new Pair({ sync: { limit: 100 } });
  pair.far.recordCommands(300);
  pair.far.fault = (_, request) =>
    (request as PullRequest).cursor < 60 && (request as PullRequest).limit > 20
      ? "refused"
      : undefined;
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(pair.near.history.entries.length, 300);
  const limits = pair.asked.map((one) => one.limit);
  assert.deepEqual(limits.slice(0, 4), [100, 50, 25, 12]);
  assert.ok(Math.max(...limits.slice(6)) > 30, limits.join());
});

Deno.test("too-large is halved at once, without using up a try", async () => {
  const pair = new Pair({ sync: { limit: 64, request: { attempts: 1 } } });
  pair.far.recordCommands(10);
  pair.far.fault = (_, request) => (request as PullRequest).limit > 1 ? "too-large" : undefined;
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.near.history.entries.length, 10);
});

Deno.test("a time-out makes the next batch smaller and is tried again with more patience", async () => {
  const pair = new Pair();
  pair.far.recordCommands(100);
  pair.far.fault = (_, request) => (request as PullRequest).limit > 100 ? "silent" : undefined;
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.near.history.entries.length, 100);
  // 5 s and 10 s of patience, two short pauses.
  assert.ok(pair.near.clock.monotonic() >= 15_000, `${pair.near.clock.monotonic()}`);
  assert.ok(pair.near.clock.monotonic() < 17_000, `${pair.near.clock.monotonic()}`);
});

Deno.test("what went through stays the batch size for the next round", async () => {
  const pair = new Pair({ sync: { request: { attempts: 2 } } });
  pair.far.recordCommands(10);
  pair.far.fault = (_, request) => (request as PullRequest).limit > 100 ? "silent" : undefined;
  assert.match(String((await pair.round()).error), /no answer/);
  assert.equal((await pair.round()).error, undefined);
});

Deno.test("a broken connection is made anew, and what was stored is not asked for again", async () => {
  const pair = new Pair({ sync: { limit: 10 } });
  pair.far.recordCommands(100);
  let requests = 0;
  pair.far.fault = () => ++requests % 4 === 0 ? "cut" : undefined;
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(report.peers[0]?.pull.inserted, 100);
  assert.equal(report.peers[0]?.pull.ignored, 0);
  assert.ok(pair.near.dialer.dials.get(pair.far.peer)! > 2);
});

Deno.test("a peer that only ever breaks is given up after the allowed tries", async () => {
  const pair = new Pair({ sync: { request: { attempts: 4 } } });
  pair.far.fault = () => "lost";
  const report = await pair.round();
  assert.ok(report.error instanceof LinkError && report.error.code === "closed");
  assert.equal(pair.near.dialer.dials.get(pair.far.peer), 4);
});

Deno.test("one entry that the peer cannot answer for is passed over after three pulls", async () => {
  const pair = new Pair({ sync: { limit: 8 } });
  pair.far.recordCommands(20);
  pair.far.fault = (_, request) => {
    const { cursor, limit } = request as PullRequest;
    return cursor < 10 && cursor + limit >= 10 ? "refused" : undefined;
  };
  for (let i = 0; i < 2; i++) {
    const stuck = await pair.round();
    assert.match(String(stuck.error), /past 9: it answers not even for one entry/);
  }
  assert.equal(pair.near.history.entries.length, 9);
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(report.peers[0]?.pull.skipped, 1);
  assert.equal(pair.near.history.entries.length, 19);
  assert.deepEqual(pair.near.logger.matching("Passed over")[0]?.fields.upTo, 10);
});

Deno.test("a place that can be had after all is not passed over", async () => {
  const pair = new Pair({ sync: { limit: 1, request: { attempts: 1 } } });
  pair.far.recordCommands(3);
  // In the third pull: refused, then the probe behind it works, then the place itself too.
  const faults: Fault[] = ["refused", "refused", "refused"];
  pair.far.fault = () => faults.shift();
  await pair.round();
  await pair.round();
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(report.peers[0]?.pull.skipped, 0);
  assert.equal(pair.near.history.entries.length, 3);
});

Deno.test("batches grow to four times the limit, over a relay to the limit", async () => {
  for (const [route, most] of [["direct", 40], ["relayed", 10]] as const) {
    const pair = new Pair({ sync: { limit: 10 } });
    pair.near.dialer.reach(pair.far.peer, () => pair.near.linkTo(pair.far, route));
    pair.far.recordCommands(500);
    await pair.round();
    assert.equal(Math.max(...pair.asked.map((one) => one.limit)), most);
  }
});

Deno.test("over a relay the first batch is small", async () => {
  const pair = new Pair();
  pair.near.dialer.reach(pair.far.peer, () => pair.near.linkTo(pair.far, "relayed"));
  await pair.round();
  assert.equal(pair.asked[0]?.limit, 250);
});

Deno.test("a pull stores less at a time where storing takes long", async () => {
  const device = new Device("near");
  const sizes: number[] = [];
  const append = device.history.append.bind(device.history);
  device.history.append = (entries, options) => {
    sizes.push(entries.length);
    void device.clock.advance(entries.length * 30 / 250);
    return append(entries, options);
  };
  await pullOnce(device, { entries: makeEntries(3000), nextCursor: 3000 });
  assert.deepEqual(sizes, [1000, ...Array(8).fill(250)]);
  assert.equal(device.history.entries.length, 3000);
});
