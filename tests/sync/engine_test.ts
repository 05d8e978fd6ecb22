import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import type { WatchOptions } from "../../src/sync/options.ts";
import { LinkError } from "../../src/sync/ports.ts";
import type { OwnRecord } from "../../src/swarm/peer.ts";
import { drive } from "../fakes/drive.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryDirectory } from "../fakes/memory_directory.ts";
import type { MemoryLink } from "../fakes/memory_link.ts";
import { Device, type DeviceOptions } from "./_device.ts";

const MINUTE = 60_000;

/** Lets everything happen that waits for no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await yieldToLoop();
}

/** A device whose engine watches, on a clock that is wound by hand. */
class Watching {
  readonly clock: FakeClock;
  readonly stop = new AbortController();
  readonly near: Device;
  #running: Promise<void> | undefined;

  constructor(options: DeviceOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.near = new Device("near", { ...options, clock: this.clock });
  }

  peer(name: string): Device {
    const far = new Device(name, { clock: this.clock });
    this.near.knows(far);
    return far;
  }

  async start(options: Partial<WatchOptions> = {}): Promise<void> {
    this.#running = this.near.engine.watch({ intervalMs: MINUTE, ...options }, this.stop.signal);
    await settle();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settle();
  }

  /** Aborts; the watch must end without any time passing. */
  async end(): Promise<void> {
    this.stop.abort(new Error("bye"));
    await this.#running;
    assert.equal(this.clock.sleeping, 0, "nothing sleeps on");
  }

  get rounds(): number {
    return this.near.seen("round-done").length;
  }

  dials(far: Device): number {
    return this.near.dialer.dials.get(far.peer) ?? 0;
  }
}

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

Deno.test("watch() runs a round at once and then one per interval over the same connection", async () => {
  const set = new Watching();
  const far = set.peer("far");
  far.recordCommands(1);
  await set.start();
  assert.equal(set.near.history.entries.length, 1);
  far.recordCommands(1);
  await set.pass(MINUTE - 1);
  assert.equal(set.rounds, 1);
  await set.pass(1);
  assert.equal(set.rounds, 2);
  assert.equal(set.near.history.entries.length, 2);
  assert.equal(set.dials(far), 1);
  await set.end();
});

Deno.test("watch() skips the rounds that were missed", async () => {
  const set = new Watching();
  set.peer("far");
  await set.start();
  await set.pass(10 * MINUTE);
  assert.equal(set.rounds, 2);
  await set.end();
});

Deno.test("watch() waits a random while before the first round", async () => {
  const set = new Watching({ seed: 1 });
  set.peer("far");
  await set.start({ startJitterMs: 30_000 });
  const [jitter] = set.near.seen("start-jitter");
  assert.ok(jitter && jitter.ms > 0 && jitter.ms <= 30_000 && jitter.ms % 1000 === 0);
  await set.pass(jitter.ms - 1);
  assert.equal(set.rounds, 0);
  await set.pass(1);
  assert.equal(set.rounds, 1);
  await set.end();
});

Deno.test("wake() ends the wait before the first round", async () => {
  const set = new Watching({ seed: 1 });
  set.peer("far");
  await set.start({ startJitterMs: 3_600_000 });
  assert.equal(set.rounds, 0);
  set.near.engine.wake();
  await set.pass(0);
  assert.equal(set.rounds, 1);
  await set.end();
});

Deno.test("watch() with nobody to sync with waits quietly", async () => {
  const set = new Watching();
  await set.start();
  await set.pass(MINUTE);
  assert.equal(set.rounds, 2);
  assert.deepEqual(set.near.logger.events, []);
  await set.end();
});

Deno.test("watch() tries a dead peer less and less often, and does not delay the others", async () => {
  const set = new Watching();
  const dead = new Device("dead", { clock: set.clock });
  set.near.manual.push(dead.record);
  const alive = set.peer("alive");
  await set.start();
  for (let minute = 0; minute < 60; minute++) {
    alive.recordCommands(1);
    await set.pass(MINUTE);
  }
  assert.equal(set.near.history.entries.length, 60);
  assert.equal(set.rounds, 61);
  assert.ok(set.dials(dead) >= 5 && set.dials(dead) <= 12, `${set.dials(dead)}`);
  const [status] = set.near.engine.peers();
  assert.ok(status!.failures > 4 && status!.retryInMs <= 15 * MINUTE * 1.25);
  await set.end();
});

Deno.test("watch() tries a peer at once when its directory answers again, or names it again", async () => {
  const clock = new FakeClock();
  const directory = new MemoryDirectory(clock);
  const set = new Watching({ clock, directories: [directory] });
  const dead = new Device("dead", { clock });
  const own = { ...dead.record, deviceId: "dead", userId: "kim", hostname: "h", version: "1" };
  const register = (): Promise<number> => directory.register(own);
  await register();
  await set.start();
  const failures = (): number => set.near.engine.peers()[0]!.failures;
  const backOff = async (): Promise<void> => {
    for (let minute = 0; minute < 20 && failures() < 5; minute++) {
      await register();
      await set.pass(MINUTE);
    }
    assert.ok(failures() >= 5 && set.near.engine.peers()[0]!.retryInMs > 2 * MINUTE);
  };
  await backOff();
  directory.failure = new Error("down");
  await set.pass(MINUTE);
  directory.failure = undefined;
  await register();
  await set.pass(MINUTE);
  assert.equal(failures(), 1, "forgiven, tried, and failed once more");
  await backOff();
  await directory.withdraw(dead.peer);
  await set.pass(MINUTE);
  await register();
  await set.pass(MINUTE);
  assert.equal(failures(), 1);
  await set.end();
});

Deno.test("watch() leaves a slow peer to itself and goes on with the others", async () => {
  const set = new Watching();
  const slow = new Device("slow", { clock: set.clock });
  set.near.manual.push(slow.record);
  set.near.dialer.reach(slow.peer, async () => {
    await set.clock.sleep(5 * MINUTE);
    return set.near.linkTo(slow);
  });
  slow.recordCommands(1);
  const quick = set.peer("quick");
  await set.start();
  for (let minute = 0; minute < 3; minute++) {
    quick.recordCommands(1);
    await set.pass(MINUTE);
  }
  assert.equal(set.near.history.entries.length, 3);
  assert.equal(set.dials(slow), 1);
  assert.deepEqual(set.near.seen("round-done").at(-1)?.report.waiting, [slow.peer]);
  await set.pass(2 * MINUTE);
  assert.equal(set.near.history.entries.length, 4);
  await set.end();
});

Deno.test("wake() starts a round now and tries peers that failed", async () => {
  const set = new Watching();
  const far = new Device("far", { clock: set.clock });
  set.near.manual.push(far.record);
  await set.start();
  far.recordCommands(1);
  set.near.knows(far, false);
  set.near.engine.wake();
  set.near.engine.wake();
  await settle();
  assert.equal(set.near.history.entries.length, 1);
  assert.equal(set.rounds, 2);
  await set.end();
});

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

Deno.test("localChange() pushes to connected peers within a moment, coalesced", async () => {
  const set = new Watching({ sync: { push: true } });
  const [a, b] = [set.peer("a"), set.peer("b")];
  const dead = new Device("dead", { clock: set.clock });
  set.near.manual.push(dead.record);
  await set.start();
  const dials = set.dials(dead);
  for (let i = 0; i < 5; i++) {
    set.near.recordCommands(1);
    set.near.engine.localChange();
  }
  await set.pass(50);
  assert.equal(a.history.entries.length, 5);
  assert.equal(b.history.entries.length, 5);
  assert.equal(set.near.seen("push-ack").length, 2);
  assert.equal(set.dials(dead), dials);
  assert.equal(set.rounds, 1);
  await set.end();
});

Deno.test("localChange() during a push is not left for the next round", async () => {
  const set = new Watching({ sync: { push: true } });
  const far = set.peer("far");
  await set.start();
  set.near.recordCommands(1);
  set.near.engine.localChange();
  let again = true;
  far.fault = (kind) => {
    if (kind === "push" && again) {
      again = false;
      set.near.recordCommands(1);
      set.near.engine.localChange();
    }
    return undefined;
  };
  await set.pass(50);
  await set.pass(50);
  assert.equal(far.history.entries.length, 2);
  await set.end();
});

Deno.test("localChange() does nothing without a watch that pushes", async () => {
  const set = new Watching();
  const far = set.peer("far");
  set.near.engine.localChange();
  await set.start();
  set.near.recordCommands(1);
  set.near.engine.localChange();
  await set.pass(100);
  assert.equal(far.history.entries.length, 0);
  await set.end();
  set.near.engine.localChange();
  assert.equal(set.clock.sleeping, 0);
});

Deno.test("a push goes out while a long pull is under way", async () => {
  const set = new Watching({ sync: { push: true } });
  const far = set.peer("far");
  await set.start();
  far.recordCommands(1);
  far.fault = (kind) => kind === "pull" ? "silent" : undefined;
  await set.pass(MINUTE);
  set.near.recordCommands(1);
  set.near.engine.localChange();
  await set.pass(50);
  assert.equal(far.history.entries.length, 1 + 1);
  await set.end();
});

Deno.test("watch() ends at once in every phase, and nothing goes on", async () => {
  const phases: Record<string, (set: Watching, far: Device) => Promise<void>> = {
    "jitter": async (set) => await set.start({ startJitterMs: 30_000 }),
    "interval": async (set) => await set.start(),
    "dialling": async (set, far) => {
      set.near.dialer.reach(far.peer, () => new Promise<MemoryLink>(() => {}));
      await set.start();
    },
    "pulling": async (set, far) => {
      far.fault = () => "silent";
      await set.start();
    },
    "pausing between tries": async (set, far) => {
      far.fault = () => "lost";
      await set.start();
    },
    "pushing": async (set, far) => {
      far.fault = (kind) => kind === "push" ? "silent" : undefined;
      set.near.recordCommands(1);
      await set.start();
    },
    "a push of a local change": async (set, far) => {
      await set.start();
      far.fault = (kind) => kind === "push" ? "silent" : undefined;
      set.near.recordCommands(1);
      set.near.engine.localChange();
      await set.pass(50);
    },
    "coalescing": async (set) => {
      await set.start();
      set.near.engine.localChange();
    },
    "a busy database": async (set, far) => {
      far.recordCommands(1);
      set.near.history.failures.push(...new Array<Error>(50).fill(new RrError("busy", "locked")));
      await set.start();
    },
  };
  for (const [phase, reach] of Object.entries(phases)) {
    const set = new Watching({ seed: 1, sync: { push: true } });
    await reach(set, set.peer("far"));
    assert.ok(set.clock.sleeping > 0 || phase === "dialling", phase);
    const before = set.clock.monotonic();
    await set.end();
    assert.equal(set.clock.monotonic(), before, phase);
    assert.equal(
      set.near.seen("pull-failed").length + set.near.seen("push-failed").length,
      0,
      phase,
    );
  }
});

Deno.test("watch() and runRound() resolve only after everything under way has let go", async () => {
  for (const start of ["watch", "round"] as const) {
    const near = new Device("near");
    const far = new Device("far", { clock: near.clock });
    near.manual.push(far.record);
    const stop = new AbortController();
    let gone = false;
    // Gives up its connection attempt only some turns after the abort.
    near.dialer.connect = (_, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", async () => {
          await settle();
          gone = true;
          reject(signal.reason);
        });
      });
    const running = start === "watch"
      ? near.engine.watch({ intervalMs: MINUTE }, stop.signal)
      : near.engine.runRound(stop.signal);
    await settle();
    stop.abort(new Error("bye"));
    await running.catch(() => {});
    assert.ok(gone, start);
  }
});

Deno.test("watch() refuses bad options and a second watch", async () => {
  const set = new Watching();
  await assert.rejects(set.near.engine.watch({ intervalMs: 0 }, set.stop.signal), RangeError);
  await set.start();
  await assert.rejects(
    set.near.engine.watch({ intervalMs: 1 }, set.stop.signal),
    /one is under way/,
  );
  await set.end();
});

Deno.test("peers() tells how it stands with each", async () => {
  const set = new Watching();
  const far = set.peer("far");
  await set.start();
  assert.deepEqual(set.near.engine.peers(), [{
    peer: far.peer,
    deviceId: "far",
    hostname: "far",
    userId: "kim",
    route: "direct",
    busy: false,
    failures: 0,
    retryInMs: 0,
    held: [],
  }]);
  set.near.dialer.lose(far.peer);
  await set.pass(MINUTE);
  const [status] = set.near.engine.peers();
  assert.equal(status?.route, undefined);
  assert.equal(status?.failures, 1);
  await set.end();
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

Deno.test("localChange() dials a peer that has closed its idle connection, and no dead one", async () => {
  const near = new Device("near");
  const far = new Device("far", { clock: near.clock });
  const dead = new Device("dead", { clock: near.clock });
  near.knows(far);
  near.manual.push(dead.record);
  const stop = new AbortController();
  const watching = near.engine.watch({ intervalMs: 600_000, push: true }, stop.signal);
  for (let i = 0; i < 50; i++) await step(near.clock);
  const dials = (device: Device): number => near.dialer.dials.get(device.peer) ?? 0;
  const before = [dials(far), dials(dead)];
  near.dialer.links.get(far.peer)?.break();
  near.recordCommands(1);
  near.engine.localChange();
  for (let i = 0; i < 50 && far.history.entries.length === 0; i++) await step(near.clock);
  assert.equal(far.history.entries.length, 1);
  assert.deepEqual([dials(far), dials(dead)], [before[0]! + 1, before[1]]);
  stop.abort();
  await watching;
});

async function step(clock: FakeClock): Promise<void> {
  await clock.advance(100);
  await yieldToLoop();
}
