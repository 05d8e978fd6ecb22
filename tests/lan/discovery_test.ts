import assert from "node:assert/strict";
import { swarmBeaconKey } from "../../src/lan/beacon.ts";
import {
  HEARTBEAT_MS,
  LanDiscovery,
  type LanPeer,
  type Multicast,
  SILENCE_MS,
} from "../../src/lan/discovery.ts";
import type { LanInterface } from "../../src/lan/interfaces.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

const KEY = swarmBeaconKey(new Uint8Array(32).fill(7));

Deno.test("two devices find each other at once, whoever starts first, and then are quiet", async () => {
  await using net = new Network();
  const first = net.join(1);
  await net.pass(5_000);
  const second = net.join(2);
  await net.pass(1);
  assert.deepEqual(first.found, ["192.0.2.2:8845"]);
  assert.deepEqual(second.found, ["192.0.2.1:8845"]);
  await net.pass(2_000);
  const sent = net.sent.length;
  await net.pass(HEARTBEAT_MS * 0.8);
  assert.equal(net.sent.length, sent);
  await net.pass(HEARTBEAT_MS * 4);
  const beats = net.sent.length - sent;
  assert.ok(beats >= 6 && beats <= 12, `${beats} beacons in four heartbeats of two devices`);
  assert.equal(first.found.length, 1);
});

Deno.test("of a device with another key nothing is known but where it is, while it is there", async () => {
  await using net = new Network();
  const ours = net.join(1);
  const other = net.join(2, swarmBeaconKey(new Uint8Array(32).fill(8)));
  net.deliver(new Uint8Array(40), "192.0.2.77"); // no beacon at all
  await net.pass(2_000);
  assert.deepEqual(ours.found, []);
  assert.deepEqual(ours.discovery.strangers(), ["192.0.2.2"]);
  await other.leave();
  await net.pass(SILENCE_MS + 1_000);
  assert.deepEqual(ours.discovery.strangers(), []);
});

Deno.test("another key on this very machine is no stranger: it is our own pairing, or another user", async () => {
  await using net = new Network();
  const ours = net.join(1);
  await net.pass(30_000);
  const before = net.sent.length;
  net.deliver(new Uint8Array(100).fill(3), "192.0.2.1");
  assert.deepEqual(ours.discovery.strangers(), []);
  assert.equal(net.sent.length, before);
  net.deliver(new Uint8Array(100).fill(3), "192.0.2.9");
  assert.deepEqual(ours.discovery.strangers(), ["192.0.2.9"]);
});

Deno.test("a device that starts beside one with another key knows of it at once, and is known", async () => {
  await using net = new Network();
  const ours = net.join(1);
  await net.pass(30_000);
  const other = net.join(2, swarmBeaconKey(new Uint8Array(32).fill(8)));
  await net.pass(1);
  assert.deepEqual(ours.discovery.strangers(), ["192.0.2.2"]);
  assert.deepEqual(other.discovery.strangers(), ["192.0.2.1"]);
  await net.pass(2_000);
  // Strangers without number, true or made up, make nobody talk more.
  const before = net.sent.length;
  for (let i = 0; i < 500; i++) net.deliver(new Uint8Array(100).fill(i), `198.51.100.${i % 256}`);
  assert.ok(net.sent.length - before <= 2, `${net.sent.length - before} answers to a flood`);
});

Deno.test("where the time does not matter, clocks may be a day apart", async () => {
  for (const [maxSkewMs, expected] of [[undefined, 0], [Infinity, 1]] as const) {
    await using net = new Network();
    const now = net.join(1, KEY, 1, { maxSkewMs });
    const yesterday = net.join(2, KEY, 2, { maxSkewMs, aheadMs: () => -86_400_000 });
    await net.pass(2_000);
    assert.equal(now.found.length, expected);
    assert.equal(yesterday.found.length, expected);
  }
});

Deno.test("a recording played again, from here or from elsewhere, finds nobody", async () => {
  await using net = new Network();
  const recorded = net.join(2);
  await net.pass(2_000);
  await recorded.leave();
  const ours = net.join(1);
  await net.pass(2_000);
  const before = net.sent.length;
  for (const { datagram } of net.sent.slice(0, before)) {
    net.deliver(datagram, "192.0.2.66"); // from elsewhere
  }
  assert.deepEqual(ours.found, []);
  await net.pass(130_000);
  const answers = net.sent.length;
  for (const { datagram, source } of net.sent.slice(0, before)) net.deliver(datagram, source);
  assert.deepEqual(ours.found, []);
  assert.equal(net.sent.length, answers, "a recording was answered");
});

Deno.test("who says goodbye or is silent is forgotten", async () => {
  await using net = new Network();
  const ours = net.join(1);
  const polite = net.join(2);
  const silent = net.join(3);
  await net.pass(2_000);
  assert.equal(ours.discovery.peers().length, 2);
  await polite.leave();
  assert.equal(ours.discovery.peers().length, 1);
  net.unplug(silent);
  await net.pass(SILENCE_MS + HEARTBEAT_MS);
  assert.equal(ours.discovery.peers().length, 0);
});

Deno.test("a lost greeting is repeated", async () => {
  await using net = new Network();
  const first = net.join(1);
  await net.pass(3_000);
  net.lose = 1;
  const second = net.join(2);
  await net.pass(600);
  assert.equal(first.found.length, 1);
  assert.equal(second.found.length, 1);
});

for (const [who, whose] of [["its own", [2]], ["everybody's", [1, 2]]] as const) {
  Deno.test(`a device is found again after ${who} clock was two days ahead`, async () => {
    await using net = new Network();
    const ahead = new Map<number, number>(whose.map((host) => [host, 2 * 86_400_000]));
    const first = net.join(1, KEY, 1, { aheadMs: () => ahead.get(1) ?? 0 });
    net.join(2, KEY, 2, { aheadMs: () => ahead.get(2) ?? 0 });
    await net.pass(5_000);
    assert.equal(first.discovery.peers().length, whose.length - 1);
    ahead.clear();
    await net.pass(SILENCE_MS * 2);
    assert.equal(first.discovery.peers().length, 1);
  });
}

interface Joined {
  readonly discovery: LanDiscovery;
  readonly found: string[];
  readonly twins: string[];
  readonly wire: FakeWire;
  leave(): Promise<void>;
}

/** One network whose time is wound by hand. */
class Network implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly sent: { datagram: Uint8Array; source: string }[] = [];
  readonly #wires: FakeWire[] = [];
  readonly #joined: Joined[] = [];
  /** So many datagrams are lost. */
  lose = 0;

  /** Somebody at an address of its own; `as` may be the subject of another one. */
  join(
    host: number,
    key: Uint8Array = KEY,
    as: number = host,
    { maxSkewMs, aheadMs = () => 0 }: {
      maxSkewMs?: number | undefined;
      aheadMs?: () => number;
    } = {},
  ): Joined {
    const own = {
      now: () => this.clock.now() + aheadMs(),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms: number, signal?: AbortSignal) => this.clock.sleep(ms, signal),
    };
    const wire = new FakeWire(this, `192.0.2.${host}`);
    this.#wires.push(wire);
    const found: string[] = [];
    const twins: string[] = [];
    const subject = new Uint8Array(32).fill(as);
    const onTwin = ({ address, port }: LanPeer["places"][number]): void =>
      void twins.push(`${address}:${port}`);
    const onPeer = ({ places: [place] }: LanPeer): void =>
      void found.push(`${place!.address}:${place!.port}`);
    const discovery = new LanDiscovery(
      { key, subject, portAt: () => 8845, onPeer, onTwin, maxSkewMs },
      { multicast: wire, clock: own, random: seededRandom(host) },
    );
    const stop = new AbortController();
    const running = discovery.run(stop.signal);
    const leave = async (): Promise<void> => {
      stop.abort(new Error("leaves"));
      await running;
    };
    const joined = { discovery, found, twins, wire, leave };
    this.#joined.push(joined);
    return joined;
  }

  unplug({ wire }: Joined): void {
    this.#wires.splice(this.#wires.indexOf(wire), 1);
    wire.unplugged = true;
  }

  send(datagram: Uint8Array, source: string): void {
    this.sent.push({ datagram, source });
    if (this.lose-- > 0) return;
    this.deliver(datagram, source);
  }

  deliver(datagram: Uint8Array, source: string): void {
    for (const wire of this.#wires) wire.take(datagram, source);
  }

  /** Lets time pass in small steps, and all that is due happen. */
  async pass(ms: number): Promise<void> {
    const step = 250;
    for (let left = ms;; left -= step) {
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
      if (left <= 0) return;
      await this.clock.advance(Math.min(step, left));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { leave } of this.#joined) await leave();
  }
}

class FakeWire implements Multicast {
  take: (datagram: Uint8Array, source: string) => void = () => {};
  unplugged = false;
  readonly #network: Network;
  readonly #on: LanInterface;

  constructor(network: Network, address: string) {
    this.#network = network;
    this.#on = { name: "eth0", family: 4, source: address, address };
  }

  interfaces(): readonly LanInterface[] {
    return [this.#on];
  }

  send(on: LanInterface, datagram: Uint8Array): void {
    if (!this.unplugged) this.#network.send(datagram, on.source);
  }

  onDatagram(take: (datagram: Uint8Array, source: string) => void): void {
    this.take = take;
  }

  onChange(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("who greets from another address under our name is told of, and is no peer", async () => {
  await using network = new Network();
  const here = network.join(1);
  const there = network.join(2, KEY, 1);
  await network.pass(2_000);
  assert.deepEqual([...new Set(here.twins)], ["192.0.2.2:8845"]);
  assert.deepEqual([...new Set(there.twins)], ["192.0.2.1:8845"]);
  assert.deepEqual([here.found, there.found], [[], []]);
});

Deno.test("what we said ourselves comes back and means nothing", async () => {
  await using network = new Network();
  const here = network.join(1);
  await network.pass(2_000);
  assert.deepEqual(here.twins, []);
});
