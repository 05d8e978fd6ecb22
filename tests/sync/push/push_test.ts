import assert from "node:assert/strict";
import type { DeviceId, Entry } from "../../../src/history/entry.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { resolveOptions } from "../../../src/sync/options.ts";
import { Pusher } from "../../../src/sync/push/pusher.ts";
import type { SyncReport } from "../../../src/sync/report.ts";
import { drive } from "../../fakes/drive.ts";
import { makeEntries, makeEntry } from "../../fakes/entries.ts";
import type { MemoryLink } from "../../fakes/memory_link.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";
import { Device, type DeviceOptions } from "../_device.ts";

class Pair {
  readonly near: Device;
  readonly far: Device;

  constructor(options: DeviceOptions = {}) {
    this.near = new Device("near", { ...options, sync: { push: true, ...options.sync } });
    this.far = new Device("far", { clock: this.near.clock });
    this.near.knows(this.far);
  }

  round(): Promise<SyncReport> {
    return drive(this.near.clock, this.near.engine.runRound());
  }

  get sent(): number[] {
    const requests = this.near.dialer.links.get(this.far.peer)?.requests ?? [];
    return requests.filter((one) => one.kind === "push")
      .map((one) => (one.request as readonly Entry[]).length);
  }
}

Deno.test("a push sends what this device recorded, in batches, and nothing else", async () => {
  const pair = new Pair({ sync: { limit: 10 } });
  pair.near.history.append(makeEntries(4, { deviceId: "other" as DeviceId }));
  pair.near.recordCommands(25);
  const report = await pair.round();
  assert.deepEqual(pair.sent, [10, 10, 5]);
  assert.equal(pair.far.history.entries.length, 25);
  assert.deepEqual(report.peers[0]?.push, {
    pending: true,
    sent: 25,
    inserted: 25,
    ignored: 0,
    skipped: 0,
  });
  assert.equal(pair.near.history.pendingPush(pair.far.peer, pair.near.deviceId), 0);
  assert.equal(pair.near.seen("push-ack").length, 3);
  assert.equal(pair.near.seen("pushed").length, 1);
});

Deno.test("what a peer acknowledged is not sent again", async () => {
  const pair = new Pair();
  pair.near.recordCommands(3);
  await pair.round();
  const report = await pair.round();
  assert.deepEqual(pair.sent, [3]);
  assert.equal(report.peers[0]?.push?.pending, false);
  assert.equal(pair.near.seen("pushed").length, 1);
});

Deno.test("an acknowledgement that was lost leads to entries that the peer ignores", async () => {
  const pair = new Pair();
  pair.near.recordCommands(3);
  let first = true;
  pair.far.fault = (kind) => {
    if (kind === "pull" || !first) return undefined;
    first = false;
    return "cut";
  };
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(pair.far.history.entries.length, 3);
  assert.equal(report.peers[0]?.push?.ignored, 3);
});

Deno.test("a push that is too large is halved, a single entry that is passed over and named", async () => {
  const pair = new Pair({ sync: { limit: 8 } });
  pair.near.recordCommands(3);
  const huge = makeEntry({ deviceId: pair.near.deviceId, command: "huge" });
  pair.near.history.append([huge]);
  pair.near.recordCommands(3);
  pair.far.fault = (kind, request) =>
    kind === "push" && (request as readonly Entry[]).some((entry) => entry.id === huge.id)
      ? "too-large"
      : undefined;
  const report = await pair.round();
  assert.equal(report.error, undefined);
  assert.equal(pair.far.history.entries.length, 6);
  assert.equal(report.peers[0]?.push?.skipped, 1);
  assert.equal(pair.near.logger.matching("Did not send")[0]?.fields.id, huge.id);
});

Deno.test("an entry that breaks a rule is passed over: the original would refuse them all", async () => {
  const pair = new Pair();
  const bad = makeEntry({ deviceId: pair.near.deviceId, exitCode: 2 ** 31 });
  pair.near.history.append([bad]);
  pair.near.recordCommands(2);
  const report = await pair.round();
  assert.equal(report.peers[0]?.push?.skipped, 1);
  assert.equal(pair.far.history.entries.length, 2);
});

Deno.test("a refusal by the peer's database is an error that is not tried again at once", async () => {
  const pair = new Pair();
  pair.near.recordCommands(2);
  const append = pair.far.history.append.bind(pair.far.history);
  pair.far.history.append = () => {
    throw new RrError("database", "disk is full");
  };
  const report = await pair.round();
  assert.match(String(report.error), /p2p push rejected/);
  assert.deepEqual(pair.sent, [2]);
  assert.equal(report.peers[0]?.pullError, undefined);
  pair.far.history.append = append;
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.far.history.entries.length, 2);
});

Deno.test("a slow line gets smaller pushes, a dead one is given up after the allowed tries", async () => {
  const slow = new Pair();
  slow.near.recordCommands(400);
  slow.far.fault = (kind, request) =>
    kind === "push" && (request as readonly Entry[]).length > 100 ? "silent" : undefined;
  assert.equal((await slow.round()).error, undefined);
  assert.equal(slow.far.history.entries.length, 400);
  const dead = new Pair({ sync: { request: { attempts: 2 } } });
  dead.near.recordCommands(1);
  dead.far.fault = (kind) => kind === "push" ? "silent" : undefined;
  assert.match(String((await dead.round()).error), /no answer/);
  assert.equal(dead.near.seen("push-failed").length, 1);
});

Deno.test("failures count in a row only: a long push may fail now and then", async () => {
  const pair = new Pair({ sync: { limit: 4, request: { attempts: 2 } } });
  pair.near.recordCommands(40);
  let pushes = 0;
  pair.far.fault = (kind) => kind === "push" && ++pushes % 2 === 1 ? "silent" : undefined;
  assert.equal((await pair.round()).error, undefined);
  assert.equal(pair.far.history.entries.length, 40);
});

Deno.test("an entry recorded while a push is ending is not left for the next one", async () => {
  const { near, far } = new Pair();
  const link = near.linkTo(far);
  const pusher = new Pusher({
    deviceId: near.deviceId,
    clock: near.clock,
    logger: near.logger,
    log: near.history,
    random: seededRandom(),
    peer: far.peer,
    connect: () => Promise.resolve(link),
    onEvent: () => {},
  }, { limit: 10, request: resolveOptions().request });
  const { signal } = new AbortController();
  const read = near.history.entriesAfter.bind(near.history);
  let late = true;
  near.history.entriesAfter = (...args) => {
    const batch = read(...args);
    if (batch.lastSeq === undefined && late) {
      late = false;
      near.recordCommands(1);
      void pusher.push(signal);
    }
    return batch;
  };
  near.recordCommands(1);
  const { totals } = await pusher.push(signal);
  assert.equal(totals.sent, 2);
  assert.equal(far.history.entries.length, 2);
});

Deno.test("a push is tried even if the pull failed", async () => {
  const pair = new Pair();
  pair.near.recordCommands(2);
  pair.far.fault = (kind) => kind === "pull" ? "nonsense" : undefined;
  const report = await pair.round();
  assert.ok(report.peers[0]?.pullError);
  assert.equal(pair.far.history.entries.length, 2);
});

/** A pair that meets over a limited connection, which cannot carry commands of 1,000 letters. */
class LimitedPair extends Pair {
  constructor() {
    super();
    const open = (): MemoryLink => this.near.linkTo(this.far, "relayed", 100_000);
    this.near.dialer.reach(this.far.peer, open);
    this.far.fault = (kind, request) =>
      kind === "push" && (request as readonly Entry[]).some((one) => one.command.length >= 1000)
        ? "too-large-here"
        : undefined;
  }

  record(command: string): Entry {
    const entry = makeEntry({ command, deviceId: this.near.deviceId });
    this.near.history.append([entry]);
    return entry;
  }

  get missing(): string[] {
    const has = new Set(this.far.history.ids);
    return this.near.history.entries.filter((one) => !has.has(one.id)).map((one) => one.id);
  }

  get held(): readonly string[] {
    return this.near.engine.peers()[0]!.held;
  }
}

Deno.test("an entry that a limited connection cannot carry waits for another, and holds up no other", async () => {
  const pair = new LimitedPair();
  pair.record("before");
  const large = pair.record("x".repeat(1000));
  for (const command of ["after", "later"]) pair.record(command);
  assert.equal((await pair.round()).error, undefined);
  assert.deepEqual(pair.missing, [large.id]);
  assert.deepEqual(pair.held, [large.id]);
  assert.deepEqual(pair.near.seen("push-held").map((one) => one.id), [large.id]);
  // Meanwhile it costs nothing, and what is recorded goes its way.
  const before = pair.sent.length;
  await pair.round();
  assert.equal(pair.sent.length, before);
  pair.record("new");
  await pair.round();
  assert.deepEqual(pair.sent.slice(before), [1]);
  assert.deepEqual(pair.missing, [large.id]);
  assert.equal(pair.near.seen("push-held").length, 1);
  // A direct connection comes.
  pair.near.dialer.links.get(pair.far.peer)?.break();
  pair.far.fault = undefined;
  pair.near.dialer.reach(pair.far.peer, () => pair.near.linkTo(pair.far));
  await pair.round();
  assert.deepEqual(pair.missing, []);
  assert.deepEqual(pair.held, []);
  assert.equal(pair.near.history.pendingPush(pair.far.peer, pair.near.deviceId), 0);
});

Deno.test("an entry that waits is still to be sent after a restart", async () => {
  const pair = new LimitedPair();
  const large = pair.record("x".repeat(1000));
  pair.record("after");
  await pair.round();
  pair.near.restart();
  await pair.round();
  assert.deepEqual(pair.held, [large.id]);
  pair.far.fault = undefined;
  pair.near.restart();
  pair.near.dialer.reach(pair.far.peer, () => pair.near.linkTo(pair.far));
  await pair.round();
  assert.deepEqual(pair.missing, []);
});

Deno.test("a push that fails is not tried with every command and in every round", async () => {
  const pair = new Pair({ sync: { request: { attempts: 1 } } });
  const { clock } = pair.near;
  const stop = new AbortController();
  let pushes = 0;
  pair.far.fault = (kind) => kind === "push" ? (pushes++, "lost") : undefined;
  const watching = pair.near.engine.watch({ intervalMs: 1000, push: true }, stop.signal);
  pair.near.recordCommands(1);
  for (let second = 0; second < 60; second++) {
    pair.near.recordCommands(1);
    pair.near.engine.localChange();
    await clock.advance(1000);
  }
  assert.ok(pushes >= 3 && pushes <= 8, `${pushes} pushes in a minute`);
  stop.abort();
  await drive(clock, watching);
  // Whoever asks for a sync gets one.
  pair.far.fault = undefined;
  await pair.round();
  assert.equal(pair.near.history.pendingPush(pair.far.peer, pair.near.deviceId), 0);
});
