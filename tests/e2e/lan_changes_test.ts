/** Local networks that are not there from the start, or not as the other machine's: real namespaces. */
import assert from "node:assert/strict";
import type { Device } from "../../scripts/lab/device.ts";
import {
  addCable,
  allowMulticast,
  createLan,
  dropMulticast,
  giveIp4,
  inside,
  plug,
  whyNoNamespaces,
  withoutIp4,
} from "../../scripts/lab/netns.ts";
import { Lab } from "./_lab.ts";

const why = await whyNoNamespaces();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: changing local networks: ${why} !!!\n`);
}

Deno.test({
  name: "an IPv6-only network, a cable that is plugged in later, an address that comes later",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(3);
    await using lab = new Lab();
    const [first, second, late] = await devices(lab, lan.hosts.map(({ name }) => name));
    const [ofFirst, , ofLate] = lan.hosts.map(({ name }) => name);
    for (const { name } of lan.hosts.slice(0, 2)) await withoutIp4(name);
    await plug(ofLate!, false);
    await start(late!, first!, second!);

    await second!.untilHas(await first!.record("echo by IPv6"));
    const { peers } = JSON.parse(await first!.rr("status", "--json")) as {
      peers: { route: string }[];
    };
    assert.deepEqual(peers.map(({ route }) => route), ["direct"]);

    // It comes with IPv4 alone, and the first one gets that as well only now.
    await plug(ofLate!, true);
    await giveIp4(ofFirst!, "10.214.0.1");
    await late!.untilHas(await first!.record("echo by IPv4"));
  },
});

Deno.test({
  name: "two interfaces, and multicast that is blocked until somebody allows it",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(3);
    await using lab = new Lab();
    const names = lan.hosts.map(({ name }) => name);
    const [left, middle, right] = await devices(lab, names);
    // The machine in the middle is on two networks; the one on the right is on the second alone.
    await addCable(names[1]!, names[2]!);
    await plug(names[2]!, false);
    await dropMulticast(names[0]!);
    await start(left!, middle!, right!);

    await right!.untilHas(await middle!.record("echo by the cable"));
    const nobody = JSON.parse(await left!.rr("status", "--json")) as { peers: unknown[] };
    assert.deepEqual(nobody.peers, []);
    await allowMulticast(names[0]!);
    await middle!.untilHas(await left!.record("echo at last"));
  },
});

Deno.test({
  name: "a machine on no network at all says so when it shows a code",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(1);
    await using lab = new Lab();
    const { name } = lan.hosts[0]!;
    await dropMulticast(name);
    await withoutIp4(name);
    const [alone] = await devices(lab, [name]);
    const pairing = await alone!.start("pair");
    const line = await pairing.line((text) => text.startsWith("It finds this one by"));
    assert.match(line, /this machine is on none just now/);
  },
});

async function devices(lab: Lab, namespaces: readonly string[]): Promise<Device[]> {
  const names = ["first", "second", "third"];
  return await Promise.all(namespaces.map((namespace, i) =>
    lab.newcomer(names[i]!, {
      wrap: (argv) => inside(namespace, argv),
      env: { USER: names[i]!, RUSTORY_DEVICE_ID: names[i]! },
    })
  ));
}

async function start(...all: readonly Device[]): Promise<void> {
  await all[0]!.rr("swarm-key");
  for (const one of all.slice(1)) one.copySwarmKeyFrom(all[0]!);
  await Promise.all(all.map((one) => one.startDaemon("--interval-sec", "3600")));
}
