/** What the memory of those who were heard is bounded by, whoever shouts. */
import assert from "node:assert/strict";
import { type Beacon, sealBeacon, swarmBeaconKey } from "../../src/lan/beacon.ts";
import { LanDiscovery, type LanPeer, type Multicast } from "../../src/lan/discovery.ts";
import { BeaconGuard } from "../../src/lan/guard.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

const KEY = swarmBeaconKey(new Uint8Array(32).fill(7));
const OWN = new Uint8Array(32).fill(1);
const NOW = 1_700_000_000_000;

Deno.test("the guard remembers the newest 1,024 who spoke, and takes a recording of an older one", () => {
  const guard = new BeaconGuard();
  const of = (i: number): Beacon => beacon(i, `192.0.2.${i % 250}`);
  for (let i = 0; i < 1_025; i++) assert.equal(guard.judge(of(i), NOW), "fresh");
  assert.equal(guard.judge(of(1_024), NOW), "repeated");
  assert.equal(guard.judge(of(0), NOW), "fresh");
});

Deno.test("of key holders without number no more than 256 are kept as peers", () => {
  const at = new Listener();
  for (let i = 0; i < 300; i++) {
    at.hear(beacon(i + 2, `198.51.100.${i % 250}`));
  }
  assert.equal(at.discovery.peers().length, 256);
});

Deno.test("of one peer no more than 8 places are kept, and no further one is told of", () => {
  const at = new Listener();
  for (let i = 0; i < 12; i++) {
    at.hear(beacon(2, `198.51.100.${i + 1}`));
  }
  assert.equal(at.discovery.peers()[0]?.places.length, 8);
  assert.equal(at.told.length, 8);
});

Deno.test("a goodbye of our own name from elsewhere is no twin: it is on its way out", () => {
  const at = new Listener();
  at.hear({ ...beacon(0, "198.51.100.1"), subject: OWN, kind: "bye" });
  assert.deepEqual(at.twins, []);
  at.hear({ ...beacon(0, "198.51.100.1"), subject: OWN });
  assert.deepEqual(at.twins, ["198.51.100.1"]);
});

function beacon(i: number, address: string): Beacon {
  const subject = new Uint8Array(32);
  new DataView(subject.buffer).setUint32(0, i);
  return { kind: "here", atMs: NOW, subject, address, port: 8845 };
}

/** Somebody who only listens. */
class Listener {
  readonly clock = new FakeClock(NOW);
  readonly told: LanPeer[] = [];
  readonly twins: string[] = [];
  readonly discovery: LanDiscovery;
  #take: (datagram: Uint8Array, source: string) => void = () => {};
  readonly #random = seededRandom(1);

  constructor() {
    const multicast: Multicast = {
      interfaces: () => [],
      send: () => {},
      onDatagram: (take) => this.#take = take,
      onChange: () => {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    this.discovery = new LanDiscovery({
      key: KEY,
      subject: OWN,
      portAt: () => undefined,
      onPeer: (peer) => this.told.push(peer),
      onTwin: ({ address }) => this.twins.push(address),
    }, { multicast, clock: this.clock, random: this.#random });
  }

  /** At the time of the clock, from the address that the beacon names. */
  hear(one: Beacon): void {
    const { address } = one;
    const datagram = sealBeacon(
      { ...one, atMs: this.clock.now() },
      KEY,
      address,
      this.#random.bytes(24),
    );
    this.#take(datagram, address);
  }
}
