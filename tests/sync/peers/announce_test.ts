import assert from "node:assert/strict";
import { Announcer } from "../../../src/sync/peers/announce.ts";
import type { OwnRecord, PeerId } from "../../../src/swarm/peer.ts";
import { drive } from "../../fakes/drive.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { MemoryDirectory } from "../../fakes/memory_directory.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

class Setting {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly directory = new MemoryDirectory(this.clock);
  readonly stop = new AbortController();
  addrs: string[] = ["/addr/1"];
  readonly announcer = new Announcer({
    directories: [this.directory],
    own: () => this.own,
    clock: this.clock,
    random: seededRandom(),
    logger: this.logger,
  });
  #running: Promise<void> | undefined;

  get own(): OwnRecord {
    const { addrs } = this;
    const base = { peer: "me" as PeerId, addrs, deviceId: "laptop", userId: "kim" };
    return { ...base, hostname: "laptop", version: "0.1.0" };
  }

  /** Runs until it has nothing to do but sleep. */
  async start(): Promise<void> {
    this.#running = this.announcer.run(this.stop.signal);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  end(): Promise<void> {
    this.stop.abort(new Error("bye"));
    return drive(this.clock, this.#running!);
  }

  get registrations(): number {
    return this.directory.calls.filter((call) => call === "register").length;
  }
}

Deno.test("run() registers, renews at half the life span, and withdraws at the end", async () => {
  const set = new Setting();
  set.directory.ttlSeconds = 20;
  await set.start();
  assert.equal(set.registrations, 1);
  await set.pass(9_999);
  assert.equal(set.registrations, 1);
  await set.pass(1);
  assert.equal(set.registrations, 2);
  await set.end();
  assert.equal(set.directory.calls.at(-1), "withdraw");
  assert.deepEqual(await set.directory.list("kim"), []);
});

Deno.test("run() renews every 30 s at the latest, once a second at the most", async () => {
  const long = new Setting();
  long.directory.ttlSeconds = 86_400;
  await long.start();
  await long.pass(30_000);
  assert.equal(long.registrations, 2);
  await long.end();
  for (const ttlSeconds of [0, -1, NaN, 0.001]) {
    const odd = new Setting();
    odd.directory.ttlSeconds = ttlSeconds;
    await odd.start();
    await odd.pass(999);
    assert.equal(odd.registrations, 1, `${ttlSeconds}`);
    await odd.pass(29_001);
    assert.equal(odd.registrations, 2, `${ttlSeconds}`);
    await odd.end();
  }
});

Deno.test("addressesChanged() registers again at once", async () => {
  const set = new Setting();
  await set.start();
  set.addrs = ["/addr/2"];
  set.announcer.addressesChanged();
  await set.settle();
  assert.deepEqual((await set.directory.list("kim"))[0]?.addrs, ["/addr/2"]);
  await set.end();
});

Deno.test("without addresses nothing is said until there are some", async () => {
  const set = new Setting();
  set.addrs = [];
  await set.start();
  assert.equal(set.registrations, 0);
  set.addrs = ["/addr/1"];
  set.announcer.addressesChanged();
  await set.settle();
  assert.equal(set.registrations, 1);
  await set.end();
});

Deno.test("a directory that fails is tried again with growing pauses and logged per change", async () => {
  const set = new Setting();
  set.directory.failure = new Error("connection refused");
  await set.start();
  await set.pass(1_250);
  assert.equal(set.registrations, 2);
  await set.pass(1_250);
  assert.equal(set.registrations, 2);
  await set.pass(1_250);
  assert.equal(set.registrations, 3);
  assert.equal(set.logger.matching("Could not register").length, 1);
  set.directory.failure = undefined;
  await set.pass(5_000);
  assert.equal(set.logger.matching("Registered again").length, 1);
  await set.end();
});

Deno.test("a directory that never answers does not hold up the end for more than 250 ms", async () => {
  const set = new Setting();
  await set.start();
  set.directory.silent = true;
  const before = set.clock.monotonic();
  await set.end();
  assert.equal(set.clock.monotonic() - before, 250);
  assert.equal(set.clock.sleeping, 0);
});

Deno.test("a registration that is under way at the end is left, and withdrawn all the same", async () => {
  const set = new Setting();
  set.directory.silent = true;
  await set.start();
  await set.end();
  assert.deepEqual(set.directory.calls, ["register", "withdraw"]);
});

Deno.test("nothing is withdrawn that was never said", async () => {
  const set = new Setting();
  set.addrs = [];
  await set.start();
  await set.end();
  assert.deepEqual(set.directory.calls, []);
});
