import assert from "node:assert/strict";
import type { DeviceId } from "../../../src/history/entry.ts";
import type { PeerId, PeerRecord } from "../../../src/swarm/peer.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import { TwinWatch } from "../../../src/sync/peers/twin_watch.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const PEER = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB" as PeerId;
const HERE = ["/ip4/192.0.2.1/tcp/8845"];
const THERE = ["/ip4/192.0.2.2/tcp/8845"];

function watch(): {
  look: (...records: PeerRecord[]) => void;
  clock: FakeClock;
  told: SyncEvent[];
} {
  const clock = new FakeClock();
  const told: SyncEvent[] = [];
  const self = {
    peer: PEER,
    deviceId: "laptop" as DeviceId,
    userId: "kim",
    hostname: "host",
    addresses: () => HERE,
  };
  const twins = new TwinWatch(self, clock, (event) => void told.push(event));
  return { look: (...records) => twins.look(records, "tracker"), clock, told };
}

function record(addrs: readonly string[], deviceId = "laptop", hostname = "host"): PeerRecord {
  return { peer: PEER, addrs, deviceId, userId: "kim", hostname, lastSeenUnix: 0 };
}

Deno.test("TwinWatch sees a machine of another name under our id at once, and says it is new once", () => {
  const { look, told } = watch();
  look(record(THERE, "laptop", "clone"));
  look(record(THERE, "laptop", "clone"));
  assert.deepEqual(told.map((event) => event.type === "twin" && event.isNew), [true, false]);
});

Deno.test("TwinWatch sees a machine of our name once a record of ours must have died", async () => {
  const { look, clock, told } = watch();
  look(record(THERE));
  await clock.advance(60_000);
  look(record(HERE));
  look(record(THERE));
  assert.deepEqual(told, []);
  await clock.advance(31_000);
  look(record(THERE));
  assert.equal(told.length, 1);
});

Deno.test("TwinWatch takes our own addresses and other peers for what they are", async () => {
  const { look, clock, told } = watch();
  for (let n = 0; n < 5; n++) {
    look(record(HERE), { ...record(THERE, "other"), peer: "other" as PeerId });
    await clock.advance(100_000);
  }
  assert.deepEqual(told, []);
});
