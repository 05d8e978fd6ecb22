import assert from "node:assert/strict";
import { IndexKeeper, keepPruned } from "../../src/app/housekeeping.ts";
import { RrError } from "../../src/base/rr_error.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { makeEntry } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

const DAY_MS = 86_400_000;

Deno.test("IndexKeeper takes in slice after slice, then waits for a change", async () => {
  const clock = new FakeClock();
  const left = [2, 1, 0, 0];
  const stop = new AbortController();
  const keeper = new IndexKeeper({
    clock,
    logger: new RecordingLogger(),
    catchUp: () => left.shift()!,
  });
  const running = keeper.run(stop.signal);
  for (let slices = 2; slices > 0; slices--) {
    await clock.untilSleeping();
    await clock.advance(20);
  }
  await clock.untilSleeping();
  assert.deepEqual(left, [0]);
  keeper.changed();
  await clock.untilSleeping();
  await clock.advance(500);
  await clock.untilSleeping();
  assert.deepEqual(left, []);
  stop.abort();
  await running;
});

Deno.test("IndexKeeper waits for a busy database without a word, and names any other trouble", async () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const failures = [new RrError("busy", "held"), new RrError("database", "disk full")];
  const catchUp = (): number => {
    const failure = failures.shift();
    if (failure) throw failure;
    return 0;
  };
  const stop = new AbortController();
  const running = new IndexKeeper({ clock, logger, catchUp }).run(stop.signal);
  await clock.untilSleeping();
  assert.equal(logger.events.length, 0);
  await clock.advance(5_000);
  await clock.untilSleeping();
  assert.deepEqual(logger.events.map((event) => event.fields.error), ["disk full"]);
  stop.abort();
  await running;
});

Deno.test("keepPruned() removes old entries when it is due, and again a day later", async () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  const logger = new RecordingLogger();
  const old = (days: number) => makeEntry({ startedAtMs: world.clock.now() - days * DAY_MS });
  history.log.append([old(200), old(179.5), old(1)]);
  const settings = {
    autoPrune: true,
    autoPruneDays: 180,
    autoPruneIntervalSec: 86_400,
    autoPruneKeepRecent: 0,
    autoPruneMarkerPath: `${world.home}/auto-prune.last`,
    deviceId: "desktop",
  };
  const stop = new AbortController();
  const running = keepPruned(() => settings, { world, history, logger }, stop.signal);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 2);
  await world.clock.advance(60_000);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 2, "not due again");
  await world.clock.advance(DAY_MS);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 1);
  assert.match(logger.events[0]!.message, /^auto prune deleted=1 older_than_days=180 /);
  stop.abort();
  await running;
});

Deno.test("keepPruned() does nothing unless it is wanted, and does it once it is", async () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  history.log.append([makeEntry({ startedAtMs: world.clock.now() - 200 * DAY_MS })]);
  let settings = {
    autoPrune: false,
    autoPruneDays: 1,
    autoPruneIntervalSec: 1,
    autoPruneKeepRecent: 0,
    autoPruneMarkerPath: `${world.home}/auto-prune.last`,
    deviceId: "desktop",
  };
  const stop = new AbortController();
  const deps = { world, history, logger: new RecordingLogger() };
  const running = keepPruned(() => settings, deps, stop.signal);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 1);
  settings = { ...settings, autoPrune: true };
  await world.clock.advance(60_000);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 0);
  stop.abort();
  await running;
});

Deno.test("keepPruned() does not believe a clock that shows 2040, and goes on when it is right", async () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  const logger = new RecordingLogger();
  const right = world.clock.now();
  const deviceId = "desktop" as DeviceId;
  const ago = (days: number) => makeEntry({ deviceId, startedAtMs: right - days * DAY_MS });
  history.log.append([ago(200), ago(100), ago(1)]);
  const settings = {
    autoPrune: true,
    autoPruneDays: 180,
    autoPruneIntervalSec: 86_400,
    autoPruneKeepRecent: 0,
    autoPruneMarkerPath: `${world.home}/auto-prune.last`,
    deviceId: "desktop",
  };
  const stop = new AbortController();
  const running = keepPruned(() => settings, { world, history, logger }, stop.signal);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 2);
  world.clock.jumpTo(Date.UTC(2040, 0, 1));
  history.log.append([makeEntry({ deviceId, startedAtMs: world.clock.now() })]);
  await world.clock.advance(60_000);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 3, "nothing is lost");
  assert.equal(logger.matching("the clock shows 2040-01-01").length, 1);
  world.clock.jumpTo(right + 81 * DAY_MS);
  for (let day = 0; day < 50; day++) {
    await world.clock.advance(DAY_MS);
    await world.clock.untilSleeping();
  }
  assert.equal(history.log.count(), 2, "the one that is old by now is gone");
  stop.abort();
  await running;
});

Deno.test("keepPruned() does not remove more than half of a long history without being told to", async () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  const logger = new RecordingLogger();
  const entry = (days: number) => makeEntry({ startedAtMs: world.clock.now() - days * DAY_MS });
  history.log.append(Array.from({ length: 1_500 }, () => entry(300)));
  history.log.append(Array.from({ length: 600 }, () => entry(1)));
  const settings = {
    autoPrune: true,
    autoPruneDays: 180,
    autoPruneIntervalSec: 86_400,
    autoPruneKeepRecent: 0,
    autoPruneMarkerPath: `${world.home}/auto-prune.last`,
    deviceId: "desktop",
  };
  const stop = new AbortController();
  const running = keepPruned(() => settings, { world, history, logger }, stop.signal);
  await world.clock.untilSleeping();
  assert.equal(history.log.count(), 2_100);
  assert.equal(logger.matching("rr prune --older-than-days 180").length, 1);
  stop.abort();
  await running;
});
