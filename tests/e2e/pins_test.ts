/** Pins between real daemons, set by another process each: the picker is one, too. */
import { systemClock } from "../../src/base/clock.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { Lab, LOOPBACK, said } from "./_lab.ts";

const ENV = { RUSTORY_LAN_DISCOVERY: "false" };

Deno.test("what is pinned by another process while two daemons are idle is pinned on both, and its end too", async () => {
  await using lab = new Lab();
  const laptop = await lab.device("laptop", { env: ENV });
  const desktop = await lab.device("desktop", { env: ENV });
  const daemon = await laptop.startDaemon("--listen", LOOPBACK);
  const addr = await said(daemon, "p2p listen: ");
  await desktop.startDaemon("--listen", LOOPBACK, "--peers", addr);
  await laptop.record("make release");
  await desktop.until("the command", ({ log }) => log.count() === 1, PATIENCE_MS);
  toggle(laptop);
  await desktop.until("the pin", ({ pins }) => pins.list().length === 1, PATIENCE_MS);
  toggle(desktop);
  await laptop.until("its end", ({ pins }) => pins.list().length === 0, PATIENCE_MS);
});

function toggle(device: Device): void {
  using history = openHistory(device.database, { files: denoFiles(), clock: systemClock() });
  history.pins.toggle({ command: "make release", seq: 1 });
}
