/** Machines on one network and no server at all, as network namespaces. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import {
  addVpn,
  createLan,
  dropMulticast,
  inside,
  whyNoNamespaces,
} from "../../scripts/lab/netns.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { Lab } from "./_lab.ts";

const why = await whyNoNamespaces();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: discovery on a local network: ${why} !!!\n`);
}

Deno.test({
  name: "devices on one network find each other and sync, with no server and behind a VPN",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(3);
    await using lab = new Lab();
    const [a, b, c] = lan.hosts;
    const on = ({ name }: { name: string }, env: Record<string, string> = {}) => ({
      wrap: (argv: readonly string[]) => inside(name, argv),
      env: { USER: name, ...env },
    });
    // A VPN that takes the default route must not take the beacons with it.
    await addVpn(b!.name);
    const first = await lab.device("first", on(a!));
    const second = await lab.device("second", on(b!));
    const mute = await lab.device("mute", on(c!, { RUSTORY_LAN_DISCOVERY: "false" }));

    await first.startDaemon("--interval-sec", "3600");
    const ofFirst = await first.record("echo first");
    second.copySwarmKeyFrom(first);
    mute.copySwarmKeyFrom(first);
    await second.startDaemon("--interval-sec", "3600");
    await second.untilHas(ofFirst);
    await first.untilHas(await second.record("echo second"));

    await mute.startDaemon("--interval-sec", "1");
    await mute.record("echo mute");
    const status = JSON.parse(await mute.rr("status", "--json")) as { peers: unknown[] };
    assert.deepEqual(status.peers, []);
    await mute.stopDaemon();

    // Somebody with another key: all that can be known is where, and doctor says so.
    const stranger = lab.newcomer("stranger", on(c!));
    await stranger.startDaemon("--interval-sec", "3600");
    const told = await untilDoctor(first, /greets? with another swarm key/);
    assert.match(told, new RegExp(`^info +devices +.*${c!.address}.* on this network`, "m"));
  },
});

async function untilDoctor(device: Device, expected: RegExp): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { stdout } = await device.try("doctor");
    if (expected.test(stdout)) return stdout;
    if (performance.now() > end) assert.fail(stdout);
  }
}

Deno.test({
  name: "on a network without multicast two machines pair by address, and sync from then on",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(2);
    await using lab = new Lab();
    for (const { name } of lan.hosts) await dropMulticast(name);
    const [first, second] = lan.hosts.map(({ name }, i) =>
      lab.newcomer(["first", "second"][i]!, { wrap: (argv) => inside(name, argv) })
    );
    await first!.startDaemon("--interval-sec", "1");
    const pairing = await first!.start("pair");
    const code = (await pairing.line((line) => /rr pair \d/.test(line))).trim().split(" ").at(-1)!;
    const joined = await second!.try("pair", code, "--at", lan.hosts[0]!.address);
    assert.equal(joined.code, 0, joined.stderr + joined.stdout);
    assert.match(joined.stdout, /In sync with first, direct/);
    await second!.startDaemon("--interval-sec", "1");
    const ofFirst = await first!.record("echo first");
    await second!.untilHas(ofFirst);
  },
});
