/** Two devices that can reach each other only through the relay, in network namespaces. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import {
  changeAddress,
  createLan,
  createStar,
  inside,
  whyNoNamespaces,
} from "../../scripts/lab/netns.ts";
import { Lab, said } from "./_lab.ts";

const why = await whyNoNamespaces();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: devices behind a relay in network namespaces: ${why} !!!\n`);
}

Deno.test({
  name: "two devices without a way to each other sync through the relay, and say so",
  ignore: why !== undefined,
  fn: async () => {
    await using star = await createStar(2);
    await using lab = new Lab();
    const [west, east] = star.hosts;
    const within = (name: string) => ({ wrap: (argv: readonly string[]) => inside(name, argv) });

    const hub = await lab.device("hub", within(star.hub));
    const tracker = await hub.start("tracker-serve", "--bind", "0.0.0.0:8850");
    await said(tracker, "tracker listen: ");
    const relay = await hub.start("relay-serve", "--listen", "/ip4/0.0.0.0/tcp/4001");
    const relayId = (await said(relay, "relay listen: ")).split("/p2p/")[1]!;

    const [a, b] = await Promise.all([["a", west!] as const, ["b", east!] as const].map(
      async ([name, host]) => {
        const device = await lab.device(name, {
          ...within(host.name),
          env: {
            RUSTORY_TRACKERS: `http://${host.hub}:8850`,
            RUSTORY_RELAY_ADDR: `/ip4/${host.hub}/tcp/4001/p2p/${relayId}`,
          },
        });
        await device.startDaemon("--interval-sec", "1");
        return device;
      },
    ));

    const [ofA, ofB] = [await a!.record("echo a"), await b!.record("echo b")];
    await b!.untilHas(ofA);
    await a!.untilHas(ofB);
    await untilPeers(a!, [["b", "relayed"]]);

    // More than the 128 KiB after which a relay with libp2p's defaults would cut the connection.
    const big = await b!.record(`echo ${"x".repeat(100_000)}`);
    const more = await b!.record(`echo ${"y".repeat(100_000)}`);
    await a!.untilHas(big);
    await a!.untilHas(more);

    relay.kill("SIGKILL");
    await relay.exited;
    const waiting = await a!.record("echo while the relay is gone");
    const again = await hub.start("relay-serve", "--listen", "/ip4/0.0.0.0/tcp/4001");
    await said(again, "relay listen: ");
    await b!.untilHas(waiting);
  },
});

/** Below the silence after which a connection is given up by itself. */
const MOVED_WITHIN_MS = 60_000;

Deno.test({
  name: "commands flow again at once when a machine has moved to another address",
  ignore: why !== undefined,
  fn: async () => {
    await using lan = await createLan(2);
    await using lab = new Lab();
    const [desk, lap] = lan.hosts;
    const on = ({ name }: { name: string }) => ({
      wrap: (argv: readonly string[]) => inside(name, argv),
      env: { RUSTORY_LAN_DISCOVERY: "false" },
    });
    const stays = await lab.device("stays", on(desk!));
    const daemon = await stays.startDaemon("--interval-sec", "3600");
    const listening = await daemon.line((line) =>
      line.includes(`p2p listen: /ip4/${desk!.address}/`)
    );
    const addr = listening.slice(listening.indexOf("/ip4/"));
    const moves = await lab.device("moves", on(lap!));
    await moves.startDaemon("--interval-sec", "3600", "--peers", addr);
    await moves.untilHas(await stays.record("echo before"));
    await changeAddress(lap!.name, "10.214.0.77");
    const [there, here] = [await stays.record("echo there"), await moves.record("echo here")];
    await moves.untilHas(there, MOVED_WITHIN_MS);
    await stays.untilHas(here, MOVED_WITHIN_MS);
  },
});

/** Resolves once the daemon's peers and their routes are these. */
async function untilPeers(device: Device, wanted: readonly (readonly string[])[]): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const status = JSON.parse(await device.rr("status", "--json")) as DaemonStatus;
    const seen = status.peers.map(({ device_id, route }) => [device_id, route]);
    if (JSON.stringify(seen) === JSON.stringify(wanted)) return;
    if (performance.now() > deadline) assert.deepEqual(seen, wanted);
  }
}
