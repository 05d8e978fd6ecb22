/** `rr p2p-sync` without a daemon: by protocol 2 with those who speak it, deletions included. */
import assert from "node:assert/strict";
import type { Device } from "../../scripts/lab/device.ts";
import { Lab, LOOPBACK, said } from "./_lab.ts";

const NEVER = ["--interval-sec", "3600"];
const QUIET = { RUSTORY_LAN_DISCOVERY: "false" };

Deno.test("p2p-sync without a daemon takes and gives deletions, and speaks version 1 where it must", async () => {
  await using lab = new Lab();
  const older = { ...QUIET, RUSTORY_P2P_PROTOCOLS: "1" };
  const [home, old, laptop] = [
    await lab.device("home", { env: QUIET }),
    await lab.device("old", { env: older }),
    await lab.device("laptop", { env: QUIET }),
  ];
  const gone = await home.record("echo a secret of home");
  const mine = await laptop.record("echo a secret of the laptop");
  const kept = await old.record("echo kept by the old one");
  const homeAddr = await said(await home.startDaemon("--listen", LOOPBACK, ...NEVER), "listen: ");
  const oldAddr = await said(await old.startDaemon("--listen", LOOPBACK, ...NEVER), "listen: ");
  const once = ["p2p-sync", "--push", "--peers", homeAddr];
  await laptop.rr(...once, "--peers", oldAddr);
  assert.deepEqual(await laptop.look(({ log }) => [gone, mine, kept].map((id) => log.has(id))), [
    true,
    true,
    true,
  ]);
  assert.deepEqual(await idsAmong(home, [gone, mine]), [gone, mine], "it was given away");

  await home.rr("delete", "--yes", "--cmd", "echo a secret of home");
  await laptop.rr("delete", "--yes", "--cmd", "echo a secret of the laptop");
  await laptop.rr(...once);
  assert.deepEqual(await idsAmong(laptop, [gone, mine]), [], "deleted there and here");
  assert.deepEqual(await idsAmong(home, [gone, mine]), [], "deleted here and there");
  assert.deepEqual(await idsAmong(laptop, [kept]), [kept]);
});

async function idsAmong(device: Device, ids: readonly string[]): Promise<string[]> {
  return await device.look(({ log }) => ids.filter((id) => log.has(id)));
}
