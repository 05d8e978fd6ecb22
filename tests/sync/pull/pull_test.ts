import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { LinkError, type LongWriter } from "../../../src/sync/ports.ts";
import type { AppendResult } from "../../../src/swarm/log.ts";
import type { PullReply, PullRequest } from "../../../src/swarm/messages.ts";
import type { SyncReport } from "../../../src/sync/report.ts";
import { MAX_STORED_AT_ONCE } from "../../../src/sync/serve.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { drive } from "../../fakes/drive.ts";
import { makeEntries, makeEntry } from "../../fakes/entries.ts";
import { type Fault, MemoryLink } from "../../fakes/memory_link.ts";
import { Device, type DeviceOptions } from "../_device.ts";

const DAY_MS = 24 * 3_600_000;

/** A device that knows another one. */
class Pair {
  readonly near: Device;
  readonly far: Device;

  constructor(options: DeviceOptions = {}) {
    this.near = new Device("near", options);
    this.far = new Device("far", { clock: this.near.clock });
    this.near.knows(this.far);
  }

  round(): Promise<SyncReport> {
    return drive(this.near.clock, this.near.engine.runRound());
  }

  /** The pull requests over the link that is open. */
  get asked(): PullRequest[] {
    const link = this.near.dialer.links.get(this.far.peer);
    return (link?.requests ?? []).map((one) => one.request as PullRequest);
  }

  /** The far peer drops its connections and comes back, as a restarted program. */
  reconnect(): void {
    this.near.dialer.links.get(this.far.peer)?.break();
  }
}

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

Deno.test("an answer without progress is stored and ends the pull with an error", async () => {
  for (const nextCursor of [null, 0, -1]) {
    const near = new Device("near");
    const reply: PullReply = { entries: [makeEntry()], nextCursor };
    const service = new ScriptedService();
    service.pull = () => Promise.resolve(reply);
    const far = new Device("far");
    near.manual.push(far.record);
    // Not through the codec of our own server, which would never write this.
    near.dialer.reach(far.peer, () => {
      const link = new MemoryLink({ peer: far.peer, service, clock: near.clock });
      link.pull = () => Promise.resolve(reply);
      return link;
    });
    const report = await drive(near.clock, near.engine.runRound());
    assert.match(String(report.error), /next_cursor/);
    assert.equal(near.history.entries.length, 1);
    assert.equal(near.history.pullState(far.peer).cursor, 0);
  }
});

Deno.test("rejected entries are named, counted and passed, even if there is nothing else", async () => {
  const near = new Device("near");
  const far = new Device("far");
  near.manual.push(far.record);
  const good = makeEntry();
  const answers: PullReply[] = [
    {
      entries: [],
      rejected: [{ id: "bad-1", reason: "r" }],
      nextCursor: 1,
      firstId: "bad-1",
      lastId: "bad-1",
    },
    { entries: [good], rejected: [], nextCursor: 2, firstId: good.id, lastId: good.id },
    { entries: [], rejected: [], nextCursor: null },
  ];
  near.dialer.reach(far.peer, () => {
    const link = near.linkTo(far);
    link.pull = () => Promise.resolve(answers.shift()!);
    return link;
  });
  const report = await drive(near.clock, near.engine.runRound());
  assert.equal(report.error, undefined);
  assert.deepEqual(report.peers[0]?.pull, {
    received: 2,
    inserted: 1,
    ignored: 0,
    rejected: 1,
    skipped: 0,
  });
  assert.equal(near.logger.matching("Left out an entry")[0]?.fields.id, "bad-1");
});

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

Deno.test("a busy database is waited for, a broken one ends the pull", async () => {
  const pair = new Pair();
  pair.far.recordCommands(3);
  pair.near.history.failures.push(new RrError("busy", "locked"), new RrError("busy", "locked"));
  assert.equal((await pair.round()).error, undefined);
  pair.far.recordCommands(3);
  pair.near.history.failures.push(new RrError("database", "disk I/O error"));
  assert.match(String((await pair.round()).error), /disk I\/O error/);
  assert.equal(pair.near.history.entries.length, 3);
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.near.history.entries.length, 6);
});

Deno.test("the next batch is asked for before the one before is stored", async () => {
  const pair = new Pair({ sync: { limit: 10 } });
  pair.far.recordCommands(22);
  const order: string[] = [];
  const append = pair.near.history.appendPulled.bind(pair.near.history);
  pair.near.history.appendPulled = (peer, entries, state) => {
    order.push(`store ${state.cursor}`);
    return append(peer, entries, state);
  };
  pair.far.fault = (_, request) => void order.push(`ask ${(request as PullRequest).cursor}`);
  await pair.round();
  assert.deepEqual(order, [
    "ask 0",
    "ask 10",
    "store 10",
    "ask 22",
    "store 22",
  ]);
});

Deno.test("a long pull is stored by a writer, in order and whole, before the pull is over", async () => {
  const pair = new Pair({ sync: { limit: 2000 } });
  const writer = new SlowWriter(pair.near);
  pair.near.openWriter = () => Promise.resolve(writer);
  pair.far.recordCommands(20_000);
  const { peers } = await pair.round();
  assert.equal(peers[0]!.pullError, undefined);
  assert.equal(peers[0]!.pull.inserted, 20_000);
  assert.deepEqual(pair.near.history.entries, pair.far.history.entries);
  assert.ok(writer.stored.length > 1 && writer.stored[0]! > 5_000, "short pulls need none");
  assert.equal(writer.stored.at(-1), 20_000);
  assert.equal(writer.ended, true);
});

Deno.test("a writer that fails ends the pull; the next one goes on from what is stored", async () => {
  const pair = new Pair({ sync: { limit: 2000 } });
  const writer = new SlowWriter(pair.near, 12_000);
  pair.near.openWriter = () => Promise.resolve(writer);
  pair.far.recordCommands(20_000);
  assert.match(String((await pair.round()).peers[0]!.pullError), /disk full/);
  assert.equal(writer.ended, true);
  const { cursor } = pair.near.history.pullState(pair.far.peer);
  assert.equal(cursor, writer.stored.at(-1));
  assert.equal(pair.near.history.entries.length, cursor);
  // One that cannot be started is done without.
  pair.near.openWriter = () => Promise.reject(new RrError("busy", "locked"));
  assert.equal((await pair.round()).peers[0]!.pullError, undefined);
  assert.deepEqual(pair.near.history.entries, pair.far.history.entries);
  assert.equal(pair.near.logger.matching("piece by piece").length, 1);
});

/** A writer that stores when it is asked for room, one answer late. */
class SlowWriter implements LongWriter {
  readonly stored: number[] = [];
  ended = false;
  readonly #device: Device;
  readonly #failsAt: number;
  #waiting: (() => void)[] = [];

  constructor(device: Device, failsAt = Infinity) {
    this.#device = device;
    this.#failsAt = failsAt;
  }

  appendPulled(
    ...[peer, entries, state]: Parameters<LongWriter["appendPulled"]>
  ): Promise<AppendResult> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    this.#waiting.push(() => {
      if (state.cursor >= this.#failsAt) return reject(new RrError("database", "disk full"));
      this.stored.push(state.cursor);
      resolve(this.#device.history.appendPulled(peer, entries, state));
    });
    return promise;
  }

  room(): Promise<void> {
    if (this.#waiting.length > 1) this.#waiting.shift()!();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#waiting.splice(0)) store();
    this.ended = true;
    return Promise.resolve();
  }
}

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

/** Pulls from a peer that gives this answer, then has nothing more. */
function pullOnce(near: Device, reply: PullReply): Promise<SyncReport> {
  const far = new Device("far");
  near.manual.push(far.record);
  near.dialer.reach(far.peer, () => {
    const link = new MemoryLink({
      peer: far.peer,
      service: new ScriptedService(),
      clock: near.clock,
    });
    link.pull = ({ cursor }) =>
      Promise.resolve(cursor === 0 ? reply : { entries: [], nextCursor: null });
    return link;
  });
  return drive(near.clock, near.engine.runRound());
}

Deno.test("an answer that is stored in parts is asked for again if not all parts were stored", async () => {
  const near = new Device("near", { sync: { limit: 3000, request: { attempts: 1 } } });
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  far.recordCommands(2500);
  near.history.failures.push(undefined, new RrError("database", "disk full"));
  assert.ok((await drive(near.clock, near.engine.runRound())).error);
  await drive(near.clock, near.engine.runRound());
  assert.equal(near.history.entries.length, 2500);
});

Deno.test("a log that never ends ends a pull all the same", async () => {
  const near = new Device("near");
  let asked = 0;
  const service = new ScriptedService();
  const entry = makeEntry();
  service.pull = ({ cursor }): Promise<PullReply> => {
    asked++;
    return Promise.resolve({ entries: [entry], nextCursor: cursor + 1 });
  };
  const far = new Device("far", { clock: near.clock });
  near.manual.push(far.record);
  near.dialer.reach(far.peer, () => new MemoryLink({ peer: far.peer, service, clock: near.clock }));
  const report = await near.engine.runRound();
  assert.equal(report.error, undefined);
  assert.ok(asked <= 20_002, `${asked}`);
  assert.equal(near.logger.matching("very long").length, 1);
});
