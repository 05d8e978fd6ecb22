import assert from "node:assert/strict";
import type { PeerView } from "../../src/app/daemon/status/daemon_status.ts";
import { findDevice, knownDevices } from "../../src/cli/commands/devices/known_devices.ts";
import { progressOf } from "../../src/cli/commands/p2p_sync/once.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { annsWorld, rr } from "./_run.ts";

const DESK = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB" as PeerId;
const OLD = "12D3KooWBGBVPwAvhXERN9ujFq5SYfwzZisCVsnCnMt3MMYSwNhq" as PeerId;

function withDevices(world: FakeWorld): void {
  using history = openHistory(`${world.home}/.rustory/history.db`, world);
  const now = Math.floor(world.clock.now() / 1000);
  const base = { addrs: ["/ip4/192.0.2.1/tcp/1"], userId: "ann" };
  history.peers.remember([
    { ...base, peer: DESK, deviceId: "desk", hostname: "desk-host", lastSeenUnix: now - 61 },
    { ...base, peer: OLD, deviceId: "laptop", hostname: "old-host", lastSeenUnix: now - 864_000 },
  ]);
}

Deno.test("rr devices lists this device and the others, the latest seen first", async () => {
  using world = annsWorld();
  world.clock.jumpTo(Date.now());
  const none = await rr(world, "devices");
  assert.match(
    none.out,
    /^laptop +this device\nNo other device is known: `rr pair` brings one in\n$/,
  );
  assert.equal(world.files.stat(`${world.home}/.rustory/history.db`), undefined);
  withDevices(world);
  const { out } = await rr(world, "devices");
  assert.deepEqual(out.split("\n").map((line) => line.replace(/ +/g, " ").trim()), [
    "laptop this device",
    `desk not connected seen 1 min 1 s ago ${DESK}`,
    `laptop not connected seen 10 d ago ${OLD}`,
    "",
  ]);
  const json = JSON.parse((await rr(world, "devices", "--json")).out);
  assert.deepEqual(json.devices.map((one: { peer_id: string }) => one.peer_id), [DESK, OLD]);
  assert.equal(json.devices[0].in_sync, null, "no daemon runs");
});

Deno.test("rr devices rename gives a name that is shown everywhere, and takes it back", async () => {
  using world = annsWorld();
  world.clock.jumpTo(Date.now());
  withDevices(world);
  assert.match(
    (await rr(world, "devices", "rename", "desk-host", "work machine")).err,
    /is called work/,
  );
  assert.match((await rr(world, "devices")).out, /^work machine +not connected/m);
  assert.match((await rr(world, "delete", "--status")).out, /^work machine +12D3/m);
  assert.equal((await rr(world, "devices", "rename", "work machine", "a\tb")).code, 2);
  assert.match((await rr(world, "devices", "rename", "work machine")).err, /is called desk again/);
  assert.match((await rr(world, "devices")).out, /^desk +not connected/m);
  const wrong = await rr(world, "devices", "rename", "nobody", "x");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /There is no device "nobody"/);
});

Deno.test("rr devices forget takes a device out of the list, and says what it does not do", async () => {
  using world = annsWorld();
  world.clock.jumpTo(Date.now());
  withDevices(world);
  await rr(world, "devices", "rename", OLD, "attic");
  const { err, code } = await rr(world, "devices", "forget", "attic");
  assert.equal(code, 0);
  assert.match(err, /forgot attic .*its commands stay\n.*if it comes back, it is known again/s);
  assert.doesNotMatch((await rr(world, "devices")).out, /attic|old-host/);
  assert.match(
    (await rr(world, "devices", "--help")).out,
    /new swarm key for all the others, is not\s+there yet/,
  );
  for (const args of [["forget"], ["remove", "x"], ["list", "x"], ["rename"]]) {
    assert.equal((await rr(world, "devices", ...args)).code, 2, args.join(" "));
  }
});

Deno.test("findDevice() takes a name, or a beginning of an id that is long enough, and no other", () => {
  const devices = knownDevices(
    [DESK, OLD].map((peer) => ({
      peer,
      addrs: [],
      deviceId: "twice",
      userId: undefined,
      hostname: undefined,
      lastSeenUnix: 1,
    })),
    new Map([[DESK, "desk"]]),
    undefined,
  );
  assert.equal(findDevice(devices, "desk").peer_id, DESK);
  assert.equal(findDevice(devices, OLD.slice(0, 16)).peer_id, OLD);
  assert.throws(() => findDevice(devices, "twice"), /may be any of/);
  assert.throws(() => findDevice(devices, "12D3KooW"), /There is no device/);
});

Deno.test("progressOf() knows the whole only if every peer that gives something has told", () => {
  const view = (arrived: number, behind: number | null): Pick<PeerView, "arrived" | "behind"> => ({
    arrived,
    behind,
  });
  assert.deepEqual(progressOf([view(10, 30), view(0, null)]), { done: 10, total: 40 });
  assert.deepEqual(progressOf([view(10, 30), view(5, null)]), { done: 15, total: 0 });
  assert.deepEqual(progressOf([]), { done: 0, total: 0 });
});

Deno.test("rr devices says that this device is not one of the others", async () => {
  using world = annsWorld({ env: { RUSTORY_DEVICE_ID: "laptop" } });
  const renamed = await rr(world, "devices", "rename", "laptop", "work");
  assert.equal(renamed.code, 2);
  assert.match(
    renamed.err,
    /"laptop" is this device\nhint: For this one say `rr config set device_id <name>`/,
  );
  const forgotten = await rr(world, "devices", "forget", "laptop");
  assert.match(forgotten.err, /"laptop" is this device\nhint: .*`rr uninstall --purge`/);
});

Deno.test("rr devices takes the name of this device for another one's that has it too", async () => {
  // `withDevices` knows an "old-host" that records as "laptop".
  using world = annsWorld({ env: { RUSTORY_DEVICE_ID: "laptop" } });
  withDevices(world);
  const { code, err } = await rr(world, "devices", "rename", "laptop", "attic");
  assert.equal(code, 0);
  assert.match(err, new RegExp(`${OLD} \\(laptop\\) is called attic`));
});
