/** SIGTERM and Ctrl-C in every phase of a long-running command: exit code 0, at once. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { fillHistory } from "../bench/_history_files.ts";
import { Lab, lineTo, LOOPBACK, muteListener, said } from "./_lab.ts";

/** A line over which a large history takes so long that it is not there before it is interrupted. */
const SLOW = { bytesPerSec: 64 * 1024 };
const SOMEBODY = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB";

Deno.test("p2p-sync --watch stops in its start jitter", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const child = await device.startDaemon("--listen", LOOPBACK, "--start-jitter-sec", "3600");
  await child.line((line) => line.includes("start jitter="));
  await expectStop(child, "SIGTERM");
});

Deno.test("p2p-sync --watch stops between two rounds, with nobody to sync with", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const child = await device.startDaemon("--listen", LOOPBACK, "--log-level", "debug");
  await child.line((line) => line.includes("Round done"));
  await expectStop(child, "SIGINT");
  assert.match(child.output(), /p2p-sync watch: shutting down/);
});

Deno.test("p2p-sync --watch stops while it dials a peer that never answers", async () => {
  await using lab = new Lab();
  using mute = muteListener();
  const device = await lab.device("a");
  const addr = `/ip4/127.0.0.1/tcp/${mute.port}/p2p/${SOMEBODY}`;
  const child = await device.startDaemon("--listen", LOOPBACK, "--peers", addr);
  await child.line((line) => line.includes("p2p-sync watch: interval"));
  await expectStop(child, "SIGTERM");
});

Deno.test("p2p-sync --watch stops while it waits for a tracker that never answers", async () => {
  await using lab = new Lab();
  using mute = muteListener();
  const device = await lab.device("a", {
    env: { RUSTORY_TRACKERS: `http://127.0.0.1:${mute.port}` },
  });
  const child = await device.startDaemon("--listen", LOOPBACK);
  await child.line((line) => line.includes("p2p-sync watch: interval"));
  await expectStop(child, "SIGTERM");
});

Deno.test("p2p-sync --watch stops in the middle of a pull and of a push, losing and doubling nothing", async () => {
  const entries = 60_000;
  await using lab = new Lab();
  const full = await lab.device("device-0");
  const empty = await lab.device("empty");
  fillHistory(full.database, entries, { devices: 1 });
  const serving = await full.startDaemon("--listen", LOOPBACK);
  const addr = await said(serving, "p2p listen: ");

  await using line = lineTo(addr, SLOW);
  const pulling = await empty.startDaemon("--listen", LOOPBACK, "--peers", line.addr);
  await empty.until("the first entries", (history) => history.log.headSeq() > 0);
  await expectStop(pulling, "SIGTERM");
  const soFar = await empty.look((history) => history.log.headSeq());
  assert.ok(soFar < entries, `the pull was over before it was stopped: ${soFar}`);

  const again = await empty.startDaemon("--listen", LOOPBACK, "--peers", addr);
  await empty.until("the rest", (history) => history.log.headSeq() >= soFar + 1);
  await expectStop(serving, "SIGTERM");
  await expectStop(again, "SIGTERM");
});

Deno.test("tracker-serve and relay-serve stop with connections open", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const relay = await lab.relay();
  const device = await lab.device("a", {
    env: { RUSTORY_TRACKERS: tracker.url, RUSTORY_RELAY_ADDR: relay.addr },
  });
  const child = await device.startDaemon("--listen", LOOPBACK);
  await relay.child.line((line) => line.includes("relay: reservation accepted: "));
  await expectStop(tracker.child, "SIGTERM");
  await expectStop(relay.child, "SIGINT");
  await expectStop(child, "SIGTERM");
});

Deno.test("p2p-sync without --watch stops while it dials", async () => {
  await using lab = new Lab();
  using mute = muteListener();
  const device = await lab.device("a");
  const addr = `/ip4/127.0.0.1/tcp/${mute.port}/p2p/${SOMEBODY}`;
  const child = await device.start("p2p-sync", "--log-level", "debug", "--peers", addr);
  await child.line((line) => line.includes("Syncing"));
  await expectStop(child, "SIGTERM");
});

/**
 * The promise is half a second, which a busy machine may take away from any process. So what counts is
 * that it left what it was waiting for: nothing of that has failed by its own time limit meanwhile.
 */
async function expectStop(child: Child, signal: Deno.Signal): Promise<void> {
  const before = child.output().length;
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const code = await child.exited;
  clearTimeout(late);
  assert.equal(code, 0, child.output());
  assert.doesNotMatch(child.output().slice(before), /fail|timed? ?out/i);
}
