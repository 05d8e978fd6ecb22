import assert from "node:assert/strict";
import type { PruneSettings } from "../../../src/app/background/auto_prune.ts";
import { IndexKeeper, keepPruned } from "../../../src/app/daemon/housekeeping.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import type { DeviceId, Entry } from "../../../src/history/entry.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const DESKTOP = "desktop" as DeviceId;
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
  await using lab = new PruneLab();
  lab.append(...[200, 179.5, ...MONTHLY].map((days) => lab.ago(days)));
  await lab.start();
  assert.equal(lab.count(), 1 + MONTHLY.length);
  await lab.pass(60_000);
  assert.equal(lab.count(), 1 + MONTHLY.length, "not due again");
  await lab.pass(DAY_MS);
  assert.equal(lab.count(), MONTHLY.length);
  assert.match(lab.logger.events[0]!.message, /^auto prune deleted=1 older_than_days=180 /);
});

Deno.test("keepPruned() does nothing unless it is wanted, and does it once it is", async () => {
  await using lab = new PruneLab({ autoPrune: false, autoPruneDays: 1, autoPruneIntervalSec: 1 });
  lab.append(lab.ago(200));
  await lab.start();
  assert.equal(lab.count(), 1);
  lab.settings = { ...lab.settings, autoPrune: true };
  await lab.pass(60_000);
  assert.equal(lab.count(), 0);
});

Deno.test("keepPruned() does not believe a clock that shows 2040, and goes on when it is right", async () => {
  await using lab = new PruneLab();
  const { clock } = lab.world;
  const right = clock.now();
  lab.append(...[200, 170, ...MONTHLY].map((days) => lab.ago(days)));
  await lab.start();
  assert.equal(lab.count(), 1 + MONTHLY.length);
  clock.jumpTo(Date.UTC(2040, 0, 1));
  lab.append(lab.ago(0));
  await lab.pass(60_000);
  assert.equal(lab.count(), 2 + MONTHLY.length, "nothing is lost");
  assert.equal(lab.logger.matching("the clock shows 2040-01-01").length, 1);
  clock.jumpTo(right + 81 * DAY_MS);
  for (let day = 0; day < 50; day++) await lab.pass(DAY_MS);
  assert.equal(lab.count(), 5, "what is known to be old by now is gone");
});

Deno.test("keepPruned() does not remove more than half of a long history without being told to", async () => {
  await using lab = new PruneLab();
  lab.append(...Array.from({ length: 1_500 }, () => lab.ago(300)));
  lab.append(...Array.from({ length: 600 }, (_, i) => lab.ago(1 + i / 2)));
  await lab.start();
  assert.equal(lab.count(), 2_100);
  assert.equal(lab.logger.matching("rr prune --older-than-days 180").length, 1);
});

/** Days ago on which somebody worked who never paused for long: so the clock is believed. */
const MONTHLY = [160, 130, 100, 70, 40, 10, 1];

/** A history that is pruned by itself, by a clock of its own. */
class PruneLab implements AsyncDisposable {
  readonly world = new FakeWorld();
  readonly logger = new RecordingLogger();
  settings: PruneSettings;
  readonly #history = openHistory(`${this.world.home}/history.db`, this.world);
  readonly #stop = new AbortController();
  #running = Promise.resolve();

  constructor(fields: Partial<PruneSettings> = {}) {
    this.settings = {
      autoPrune: true,
      autoPruneDays: 180,
      autoPruneIntervalSec: 86_400,
      autoPruneKeepRecent: 0,
      autoPruneMarkerPath: `${this.world.home}/auto-prune.last`,
      deviceId: DESKTOP,
      ...fields,
    };
  }

  /** An entry of this device that began so many days before now. */
  ago(days: number): Entry {
    const startedAtMs = this.world.clock.now() - days * DAY_MS;
    return makeEntry({ deviceId: DESKTOP, startedAtMs });
  }

  append(...entries: readonly Entry[]): void {
    this.#history.log.append(entries);
  }

  count(): number {
    return this.#history.log.count();
  }

  async start(): Promise<void> {
    const { world, logger } = this;
    const deps = { world, logger, history: this.#history };
    this.#running = keepPruned(() => this.settings, deps, this.#stop.signal);
    await world.clock.untilSleeping();
  }

  async pass(ms: number): Promise<void> {
    await this.world.clock.advance(ms);
    await this.world.clock.untilSleeping();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#history[Symbol.dispose]();
    this.world[Symbol.dispose]();
  }
}
