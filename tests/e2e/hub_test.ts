/** A hub between two networks: paired like any device, and then all that the devices need. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { HubStatus } from "../../src/app/hub/hub_status.ts";
import type { Device } from "../../scripts/lab/device.ts";
import {
  createLan,
  createStar,
  inside,
  whyNoNamespaces,
  withoutIp4,
} from "../../scripts/lab/netns.ts";
import { Lab, said } from "./_lab.ts";

const why = await whyNoNamespaces();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: a hub between network namespaces: ${why} !!!\n`);
}

Deno.test({
  name: "two machines on two networks need a hub and two codes, and no address but the hub's",
  ignore: why !== undefined,
  fn: async () => {
    // Both reach the hub by one name, as they would a server on the internet.
    await using star = await createStar(2, { hubAddress: HUB });
    await using lab = new Lab();
    const [west, east] = star.hosts;
    const hub = lab.newcomer("hub", { wrap: (argv) => inside(star.hub, argv) });
    const first = lab.newcomer("first", { wrap: (argv) => inside(west!.name, argv) });
    const second = lab.newcomer("second", {
      wrap: (argv) => inside(east!.name, argv),
      env: { USER: "somebody" },
    });
    const state = ["--state", `${hub.home}/hub`];
    await hub.rr("hub", "install", "--host", HUB, ...state);
    const running = await hub.start("hub", "run", ...state);
    await said(running, "tracker listen: ");
    await said(running, "No device has paired with this hub");
    const before = JSON.parse(await hub.rr("hub", "status", "--json", ...state)) as HubStatus;
    assert.equal(before.paired, false);

    const shows = await hub.start("hub", "pair", ...state);
    const typed = (await shows.line((line) => /rr pair \d/.test(line))).trim().split(" ");
    const joined = await first.try(...typed.slice(1));
    assert.equal(joined.code, 0, joined.stderr + joined.stdout);
    assert.equal(await shows.exited, 0, shows.output());
    await said(running, "relay listen: ");
    assert.equal(Deno.statSync(`${hub.home}/hub/token`).mode! & 0o777, 0o600);

    const ofFirst = await first.record("echo first");
    await first.startDaemon("--interval-sec", "1");
    const pairing = await first.start("pair");
    const code = (await pairing.line((line) => /rr pair \d/.test(line))).trim().split(" ").at(-1)!;
    await pairing.line((line) => line.startsWith("It finds this one by"));
    const second1 = await second.try("pair", code, "--at", `http://${HUB}:8850`);
    assert.equal(second1.code, 0, second1.stderr + second1.stdout);
    assert.match(second1.stdout, /In sync with first, relayed: 1 command received/);
    await second.untilHas(ofFirst);

    await second.startDaemon("--interval-sec", "1");
    await first.untilHas(await second.record("echo second"));
    const after = JSON.parse(await hub.rr("hub", "status", "--json", ...state)) as HubStatus;
    assert.equal(after.paired, true);
    assert.equal(after.tracker.devices, 2);
    assert.ok(after.connected.length >= 2, JSON.stringify(after));
    // Somebody without the token is noted, with the reason.
    await second.try("p2p-sync", "--trackers", `http://${HUB}:8850`, "--tracker-token", "wrong");
    const text = await hub.rr("hub", "status", ...state);
    assert.match(text, /failed .*the device has another token, or none/);
  },
});

const HUB = "10.215.0.1";

Deno.test({
  name: "a hub on a network that has IPv6 alone is reached, tracker and relay",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(2);
    await using lab = new Lab();
    for (const { name } of lan.hosts) await withoutIp4(name);
    const [hub, device] = lan.hosts.map(({ name }, i) =>
      lab.newcomer(["hub", "device"][i]!, {
        wrap: (argv) => inside(name, argv),
        env: { RUSTORY_LAN_DISCOVERY: "false" },
      })
    );
    const state = ["--state", `${hub!.home}/hub`];
    await hub!.rr("hub", "install", "--host", "fd00:214::1", ...state);
    const running = await hub!.start("hub", "run", ...state);
    assert.match(await said(running, "tracker listen: "), /\[::\]:8850/);
    const shows = await hub!.start("hub", "pair", ...state);
    const code = (await shows.line((line) => /rr pair \d/.test(line))).trim().split(" ")[2]!;
    const joined = await device!.try("pair", code, "--at", "http://[fd00:214::1]:8850");
    assert.equal(joined.code, 0, joined.stderr + joined.stdout);
    await said(running, "relay listen: ");
    await device!.startDaemon("--interval-sec", "1");
    await untilConnected(hub!, state);
  },
});

async function untilConnected(hub: Device, state: readonly string[]): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const text = await hub.rr("hub", "status", "--json", ...state);
    const { connected, tracker } = JSON.parse(text) as HubStatus;
    if (connected.length === 1 && tracker.devices === 1) return;
    if (performance.now() > end) assert.fail(text);
  }
}
