import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryDirectory } from "../fakes/memory_directory.ts";
import { Device } from "./_device.ts";
import { MINUTE, settle, Watching } from "./_watching.ts";

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

Deno.test("watch() asks the peers in each round again once a full disk has room, however long it was full", async () => {
  const set = new Watching();
  const far = set.peer("far");
  far.recordCommands(1);
  const { history } = set.near;
  const append = history.append.bind(history);
  const appendPulled = history.appendPulled.bind(history);
  history.append = history.appendPulled = () => {
    throw new RrError("io", "the disk is full");
  };
  await set.start();
  for (let minute = 0; minute < 60; minute++) await set.pass(MINUTE);
  assert.ok(set.near.engine.peers()[0]!.failures > 50, "it is tried in every round");
  Object.assign(history, { append, appendPulled });
  await set.pass(MINUTE);
  assert.equal(history.entries.length, 1);
  await set.end();
});

Deno.test("watch() gives a peer its entries soon once a full disk can note again what was given", async () => {
  const set = new Watching({ sync: { push: true } });
  const far = set.peer("far");
  set.near.recordCommands(1);
  const { history } = set.near;
  const advance = history.advancePushCursor.bind(history);
  history.advancePushCursor = () => {
    throw new RrError("io", "the disk is full");
  };
  await set.start();
  for (let minute = 0; minute < 60; minute++) await set.pass(MINUTE);
  history.advancePushCursor = advance;
  set.near.recordCommands(1);
  await set.pass(MINUTE);
  assert.equal(history.pushCursor(far.peer), 2);
  assert.equal(far.history.entries.length, 2);
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

Deno.test("watch() asks a directory that went silent again soon, and then no more often than its rounds", async () => {
  const clock = new FakeClock();
  const directory = new MemoryDirectory(clock);
  const set = new Watching({ clock, directories: [directory] });
  directory.failure = new Error("the network is not there yet");
  await set.start();
  assert.deepEqual(set.near.seen("directory-answered"), []);
  await set.pass(2_500);
  assert.equal(set.rounds, 2);
  directory.failure = undefined;
  await set.pass(5_000);
  assert.equal(set.rounds, 3);
  assert.equal(set.near.seen("directory-recovered").length, 1);
  assert.equal(set.near.seen("directory-answered").length, 1);
  directory.failure = new Error("down");
  for (let minute = 0; minute < 10; minute++) {
    for (let second = 0; second < 60; second++) await set.pass(1_000);
  }
  assert.ok(set.rounds >= 3 + 10 && set.rounds <= 3 + 10 + 5, `${set.rounds} rounds`);
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
