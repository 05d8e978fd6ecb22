/** Two real daemons whose users imported copies of one history file before the devices knew of each other. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { Lab, LOOPBACK, said } from "./_lab.ts";

const ENV = { RUSTORY_LAN_DISCOVERY: "false", RUSTORY_USER_ID: "ana" };
const OFTEN = ["--interval-sec", "1"];
const T = 1_700_000_000;

/** Commands with their seconds, and one that was run twice in its second. */
function history(from: number, to: number): string {
  const lines = Array.from({ length: to - from }, (_, i) => `: ${T + from + i}:0;echo ${from + i}`);
  return [...lines, `: ${T + 10}:0;echo 10`].join("\n");
}

Deno.test("what two devices imported of copies of one file is there once when they have met", async () => {
  await using lab = new Lab();
  const old = await lab.device("old", { env: ENV });
  const fresh = await lab.device("fresh", { env: ENV });
  // Each has gone its way since: one has lost its oldest lines, one has two more.
  await imported(old, history(0, 42));
  await imported(fresh, history(5, 44));
  const daemon = await old.startDaemon("--listen", LOOPBACK, ...OFTEN);
  const addr = await said(daemon, "p2p listen: ");
  await fresh.startDaemon("--listen", LOOPBACK, "--peers", addr, ...OFTEN);
  for (const device of [old, fresh]) {
    await device.until("all of both", ({ log }) => log.count() === 45, PATIENCE_MS);
    const whose = await device.rr("search", "--format", "{command} {device}");
    const lines = whose.trim().split("\n").sort();
    assert.equal(lines.length, 45, device.name);
    assert.equal(lines.filter((line) => line.startsWith("echo 10 ")).length, 2);
  }
  // Both agree on whose they are, so nothing is sent to and fro.
  for (const device of [old, fresh]) {
    await device.until("the same on both", ({ log }) => {
      const { entries } = log.entriesAfter(0, { entries: 100, bytes: 1e6 });
      return entries.filter(({ deviceId }) => deviceId === "old").length === 5;
    }, PATIENCE_MS);
  }
  await imported(fresh, history(5, 44));
  assert.match(await fresh.rr("stats"), /^45 runs of 44 commands/);
});

async function imported(device: Device, text: string): Promise<void> {
  const path = `${device.home}/copy_of_zsh_history`;
  Deno.writeTextFileSync(path, text);
  await device.rr("import", "--from", "zsh", "--path", path);
}
