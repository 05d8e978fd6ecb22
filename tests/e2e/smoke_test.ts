/** The smoke scenario of the original (reference, section 7.8), with its commands and lines. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { createTrackerClient } from "../../src/tracker/client/client.ts";
import { systemWorld } from "../../src/world/system.ts";
import { Lab, LOOPBACK, peerIdOf, said } from "./_lab.ts";

Deno.test("p2p-serve, p2p-sync, tracker and relay play the original's smoke scenario", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const relay = await lab.relay();
  const env = { RUSTORY_TRACKERS: tracker.url, RUSTORY_RELAY_ADDR: relay.addr };
  const [a, b, c] = [
    await lab.device("a", { env }),
    await lab.device("b", { env }),
    await lab.device("c", { env }),
  ];

  const first = [await serve(a), await serve(b)];
  for (const device of [a, b]) {
    device.daemon.kill("SIGTERM");
    assert.equal(await device.daemon.exited, 0);
  }
  assert.deepEqual([await serve(a), await serve(b)], first, "a restart keeps the PeerIds");
  await listedBy(tracker.url, 2);

  const [ofA, ofB, ofC] = [await a.record("on a"), await b.record("on b"), await c.record("on c")];
  for (let i = 0; i < 2; i++) await c.rr("p2p-sync", "--push", "--limit", "10");

  assert.ok(await a.look((history) => history.log.has(ofC)));
  assert.ok(await b.look((history) => history.log.has(ofC)));
  assert.ok(await c.look((history) => history.log.has(ofA) && history.log.has(ofB)));
  assert.ok(!await b.look((history) => history.log.has(ofA)), "a push sends own entries only");
  assert.ok(!await a.look((history) => history.log.has(ofB)), "a push sends own entries only");
});

async function serve(device: Device): Promise<string> {
  const child = await device.startServe("--listen", LOOPBACK);
  return peerIdOf(await said(child, "p2p listen: "));
}

/** As the original lists, which knows no sealed records. */
async function listedBy(url: string, count: number): Promise<void> {
  const { clock, random } = await systemWorld();
  const tracker = createTrackerClient({ baseUrl: url }, { clock, random });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const peers = await tracker.list("kim");
    if (peers.length >= count) return;
    assert.ok(performance.now() < deadline, `the tracker lists ${peers.length} of ${count} peers`);
    await clock.sleep(50);
  }
}
