import assert from "node:assert/strict";
import fc from "fast-check";
import { systemRandom } from "../../src/base/random.ts";
import {
  type Beacon,
  BEACON_BYTES,
  openBeacon,
  pairBeaconKey,
  sealBeacon,
  swarmBeaconKey,
} from "../../src/lan/beacon.ts";
import { BeaconGuard, MAX_CLOCK_SKEW_MS } from "../../src/lan/guard.ts";
import { lanInterfaces } from "../../src/lan/interfaces.ts";
import { formatIp, isSameIp, parseIp } from "../../src/lan/ip.ts";

const random = systemRandom();
const KEY = swarmBeaconKey(random.bytes(32));
const SOURCE = "192.0.2.7";
const BEACON: Beacon = {
  kind: "here",
  atMs: 1_700_000_000_000,
  subject: random.bytes(32),
  address: SOURCE,
  port: 8845,
};

Deno.test("openBeacon() gives back whatever sealBeacon() took, in 100 bytes", () => {
  const ip = fc.oneof(fc.ipV4(), fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp));
  const beacon: fc.Arbitrary<Beacon> = fc.record({
    kind: fc.constantFrom("hello" as const, "here" as const, "bye" as const),
    atMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    subject: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    address: ip,
    port: fc.integer({ min: 0, max: 65_535 }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(beacon, ip, (it, source) => {
    const datagram = sealBeacon(it, KEY, source, random.bytes(24));
    assert.equal(datagram.length, BEACON_BYTES);
    assert.deepEqual(openBeacon(datagram, KEY, source), it);
  }));
});

Deno.test("openBeacon() opens nothing of another key or address, and nothing that was changed", () => {
  const datagram = sealBeacon(BEACON, KEY, SOURCE, random.bytes(24));
  assert.equal(openBeacon(datagram, swarmBeaconKey(random.bytes(32)), SOURCE), undefined);
  assert.equal(openBeacon(datagram, pairBeaconKey(7), SOURCE), undefined);
  assert.equal(openBeacon(datagram, KEY, "192.0.2.8"), undefined);
  for (let at = 0; at < datagram.length; at++) {
    const changed = Uint8Array.from(datagram);
    changed[at]! ^= 1;
    assert.equal(openBeacon(changed, KEY, SOURCE), undefined, `byte ${at}`);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assert.equal(openBeacon(bytes, KEY, SOURCE), undefined);
  }));
});

Deno.test("two beacons of one device have nothing in common but their size", () => {
  const [a, b] = [1, 2].map(() => sealBeacon(BEACON, KEY, SOURCE, random.bytes(24)));
  const same = a!.filter((byte, i) => byte === b![i]).length;
  assert.ok(same < 8, `${same} of 100 bytes are equal`); // chance: 0.4
});

Deno.test("BeaconGuard takes each beacon once and only near its time", () => {
  const guard = new BeaconGuard();
  const now = BEACON.atMs;
  assert.equal(guard.judge(BEACON, now), "fresh");
  assert.equal(guard.judge(BEACON, now), "repeated");
  assert.equal(guard.judge({ ...BEACON, atMs: now - 1 }, now), "repeated");
  assert.equal(guard.judge({ ...BEACON, atMs: now + 1 }, now), "fresh");
  const late = { ...BEACON, subject: random.bytes(32) };
  assert.equal(guard.judge(late, now + MAX_CLOCK_SKEW_MS + 1), "stale");
  assert.equal(guard.judge(late, now - MAX_CLOCK_SKEW_MS - 1), "stale");
});

Deno.test("BeaconGuard bounds what a flood costs, and other sources still get through", () => {
  const guard = new BeaconGuard();
  let opened = 0;
  for (let i = 0; i < 10_000; i++) if (guard.mayOpen("192.0.2.66", 5)) opened++;
  assert.equal(opened, 20);
  assert.equal(guard.mayOpen("192.0.2.7", 5), true);
  for (let i = 0; i < 10_000; i++) if (guard.mayOpen(`10.0.${i >> 8}.${i & 255}`, 6)) opened++;
  assert.ok(opened <= 500);
  assert.equal(guard.mayOpen("192.0.2.66", 1_000), true);
});

Deno.test("BeaconGuard remembers a bounded number of subjects", () => {
  const guard = new BeaconGuard();
  for (let i = 0; i < 5_000; i++) {
    const subject = new Uint8Array(32);
    new DataView(subject.buffer).setUint32(0, i);
    assert.equal(guard.judge({ ...BEACON, subject }, BEACON.atMs), "fresh");
  }
});

Deno.test("parseIp() and formatIp() agree, in the short form", () => {
  for (
    const text of ["192.0.2.7", "::1", "::", "fe80::1", "2001:db8::1:0:0:1", "1:2:3:4:5:6:7:8"]
  ) {
    assert.equal(formatIp(parseIp(text)!), text);
  }
  assert.ok(isSameIp("fe80::1%eth0", "FE80:0:0:0:0:0:0:1"));
  for (const text of ["", "1.2.3", "1.2.3.256", "1::2::3", "g::1", "1:2:3:4:5:6:7", "localhost"]) {
    assert.equal(parseIp(text), undefined, text);
  }
});

Deno.test("lanInterfaces() takes each outer interface once per family, link-local only to send from", () => {
  const v4 = (address: string, internal = false) => ({ address, family: "IPv4", internal });
  const v6 = (address: string) => ({ address, family: "IPv6", internal: false });
  assert.deepEqual(
    lanInterfaces({
      lo: [v4("127.0.0.1", true)],
      eth0: [v4("192.0.2.7"), v4("192.0.2.9"), v6("fd00::7"), v6("fe80::7")],
      wlan0: [v6("fe80::8")],
      tun0: [v4("10.8.0.2")],
    }),
    [
      { name: "eth0", family: 4, source: "192.0.2.7", address: "192.0.2.7" },
      { name: "eth0", family: 6, source: "fe80::7", address: "fd00::7" },
      { name: "tun0", family: 4, source: "10.8.0.2", address: "10.8.0.2" },
    ],
  );
});

Deno.test("lanInterfaces() takes fe80::/10 for link-local, and nothing beside it", () => {
  const v6 = (address: string) => ({ address, family: "IPv6", internal: false });
  for (
    const [address, isLinkLocal] of [["fe9f::1", true], ["fec0::1", false], [
      "fe7f::1",
      false,
    ]] as const
  ) {
    const found = lanInterfaces({ eth0: [v6("fe80::7"), v6(address)] });
    assert.deepEqual(found.map((one) => one.address), isLinkLocal ? [] : [address]);
  }
});
