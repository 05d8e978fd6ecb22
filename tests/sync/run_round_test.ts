import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { drive } from "../fakes/drive.ts";
import type { MemoryLink } from "../fakes/memory_link.ts";
import { Device } from "./_device.ts";
import { settle } from "./_watching.ts";

Deno.test("runRound() syncs with all peers, each dialled once, and reports", async () => {
  const near = new Device("near", { sync: { push: true } });
  const far = ["a", "b", "c"].map((name) => new Device(name, { clock: near.clock }));
  for (const one of far) {
    one.recordCommands(5);
    near.knows(one);
  }
  near.recordCommands(2);
  const report = await drive(near.clock, near.engine.runRound());
  assert.equal(report.error, undefined);
  assert.deepEqual(report.peers.map((one) => one.route), ["direct", "direct", "direct"]);
  assert.deepEqual(report.peers.map((one) => one.pull.inserted), [5, 5, 5]);
  assert.deepEqual(report.peers.map((one) => one.push?.sent), [2, 2, 2]);
  assert.deepEqual([...near.dialer.dials.values()], [1, 1, 1]);
  assert.equal(near.history.entries.length, 17);
  assert.deepEqual(near.seen("pulled").map((one) => one.totals.received), [5, 5, 5]);
  assert.equal(near.seen("peer-done").length, 3);
  assert.equal(near.seen("round-done").length, 1);
});

Deno.test("runRound() with limit 0 is a success that does nothing", async () => {
  const near = new Device("near", { sync: { limit: 0 } });
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  const report = await near.engine.runRound();
  assert.equal(report.error, undefined);
  assert.equal(near.dialer.dials.size, 0);
});

Deno.test("runRound() without anybody is a failure with a hint", async () => {
  const near = new Device("near");
  const { error } = await near.engine.runRound();
  assert.ok(error instanceof RrError && error.code === "not-found" && error.hint);
  assert.match(error.message, /no peers found/);
});

Deno.test("a run succeeds if one pull does, but names what failed", async () => {
  const near = new Device("near");
  const [dead, alive] = [new Device("dead"), new Device("alive", { clock: near.clock })];
  near.manual.push(dead.record);
  near.knows(alive);
  alive.recordCommands(1);
  const report = await drive(near.clock, near.engine.runRound());
  assert.equal(report.error, undefined);
  const failed = report.peers.find((one) => one.peer === dead.peer);
  assert.match(String(failed?.pullError), /Cannot reach peer/);
  assert.equal(failed?.route, undefined);
  assert.equal(near.seen("pull-failed").length, 1);
});

Deno.test("a run with pending entries fails if nobody takes them", async () => {
  const near = new Device("near", { sync: { push: true } });
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  near.recordCommands(1);
  far.fault = (kind) => kind === "push" ? "nonsense" : undefined;
  const report = await drive(near.clock, near.engine.runRound());
  assert.match(String(report.error), /not one JSON value|zstd/);
  near.history.recreate();
  assert.equal((await drive(near.clock, near.engine.runRound())).error, undefined);
});

Deno.test("runRound() talks to a bounded number of peers at the same time", async () => {
  const near = new Device("near", { sync: { concurrency: 2 } });
  let [open, most] = [0, 0];
  for (let i = 0; i < 6; i++) {
    const far = new Device(`p${i}`, { clock: near.clock });
    near.manual.push(far.record);
    near.dialer.reach(far.peer, async () => {
      most = Math.max(most, ++open);
      await near.clock.sleep(100);
      open--;
      return near.linkTo(far);
    });
  }
  const report = await drive(near.clock, near.engine.runRound());
  assert.equal(report.peers.length, 6);
  assert.equal(most, 2);
});

Deno.test("runRound() rejects with the signal's reason in every phase", async () => {
  const faults = { dialling: "dial", pulling: "pull", pushing: "push" } as const;
  for (const [phase, where] of Object.entries(faults)) {
    const near = new Device("near", { sync: { push: true } });
    const far = new Device("far", { clock: near.clock });
    near.knows(far);
    near.recordCommands(1);
    if (where === "dial") near.dialer.reach(far.peer, () => new Promise<MemoryLink>(() => {}));
    far.fault = (kind) => kind === where ? "silent" : undefined;
    const stop = new AbortController();
    const round = near.engine.runRound(stop.signal);
    await settle();
    stop.abort(new Error(`stop while ${phase}`));
    await assert.rejects(round, new RegExp(`stop while ${phase}`));
    assert.equal(near.clock.sleeping, 0);
    assert.equal(near.seen("peer-done").length, 0);
  }
});

Deno.test("runRound() refuses to overlap with itself", async () => {
  const near = new Device("near");
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  far.fault = () => "silent";
  const stop = new AbortController();
  const round = near.engine.runRound(stop.signal);
  await assert.rejects(near.engine.runRound(), /one is under way/);
  stop.abort(new Error("bye"));
  await assert.rejects(round, /bye/);
});

Deno.test("a peer that answered is remembered for the days without a directory", async () => {
  const near = new Device("near");
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  await drive(near.clock, near.engine.runRound());
  const [known] = near.book.recent(0, "kim");
  const { peer, addrs, deviceId, lastSeenUnix } = far.record;
  assert.ok(known?.answered);
  assert.deepEqual(
    [known.peer, known.addrs, known.deviceId, known.lastSeenUnix],
    [peer, addrs, deviceId, lastSeenUnix],
  );
});

Deno.test("a peer that answered is remembered before a first sync that is cut off, not behind it", async () => {
  const near = new Device("near");
  const far = new Device("far", { clock: near.clock });
  near.knows(far);
  far.fault = () => "silent";
  const stop = new AbortController();
  const round = near.engine.runRound(stop.signal);
  await settle();
  stop.abort(new Error("the daemon ends"));
  await assert.rejects(round, /the daemon ends/);
  assert.deepEqual(near.book.recent(0, "kim").map(({ peer }) => peer), [far.peer]);
});

for (const answered of [true, false]) {
  Deno.test(`a one-shot with 120 dead peers in the book, ${answered ? "all" : "none"} of them met, takes one short look`, async () => {
    const near = new Device("near");
    const far = new Device("far", { clock: near.clock });
    far.recordCommands(3);
    near.knows(far, false);
    const now = Math.floor(near.clock.now() / 1000);
    near.book.remember([{ ...far.record, answered: true, lastSeenUnix: now - 86_400 }]);
    for (let i = 0; i < 120; i++) {
      const peer = `dead-${i}` as Device["peer"];
      near.dialer.reach(peer, async () => {
        await near.clock.sleep(15_000);
        throw new Error("no answer");
      });
      near.book.remember([
        { ...far.record, peer, addrs: [`/memory/${peer}`], answered, lastSeenUnix: now - i },
      ]);
    }
    const start = near.clock.monotonic();
    const report = await drive(near.clock, near.engine.runRound());
    assert.equal(near.history.entries.length, 3);
    assert.ok(report.peers.length > (answered ? 120 : 5));
    assert.ok(near.clock.monotonic() - start <= (answered ? 8_000 : 20_000));
  });
}
