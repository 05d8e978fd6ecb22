/** The daemon as others on the same machine see it: lock, socket, reload. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { DatabaseSync } from "node:sqlite";
import { folderOf } from "../../src/base/folder_of.ts";
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import { Lab, LOOPBACK, said } from "./_lab.ts";

const NEVER = ["--interval-sec", "3600"];

Deno.test("of two daemons for one database the second says who the first is, and exits with 75", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const start = (): Promise<Awaited<ReturnType<typeof device.start>>> =>
    device.start("p2p-sync", "--watch", "--listen", LOOPBACK);
  const both = await Promise.all([start(), start()]);
  const first = await Promise.race(
    both.map(async (child) => ({ child, code: await child.exited })),
  );
  assert.equal(first.code, 75, first.child.output());
  const winner = both.find((child) => child !== first.child)!;
  assert.match(
    first.child.output(),
    new RegExp(`a daemon \\((process ${winner.pid}|just starting)`),
  );
  await said(winner, "p2p listen: ");
  winner.kill("SIGTERM");
  assert.equal(await winner.exited, 0);
});

Deno.test("a daemon that begins while another process writes the database waits for that", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  Deno.mkdirSync(folderOf(device.database), { recursive: true, mode: 0o700 });
  const other = new DatabaseSync(device.database);
  other.exec("BEGIN IMMEDIATE");
  const daemon = await device.start("p2p-sync", "--watch", "--listen", LOOPBACK);
  await daemon.line((line) => line.includes("Cannot begin, it is tried again"));
  other.exec("ROLLBACK");
  other.close();
  await said(daemon, "p2p listen: ");
});

Deno.test("a daemon takes the place of one that was killed with -9, its lock and its socket", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const first = await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  const socket = controlSocketPath(device.database);
  assert.equal(Deno.statSync(socket).mode! & 0o777, 0o600);
  first.kill("SIGKILL");
  await first.exited;
  assert.match((await device.try("status")).stderr, /No daemon runs/);
  const second = await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  const status = JSON.parse(await device.rr("status", "--json")) as DaemonStatus;
  assert.equal(status.pid, second.pid);
  assert.equal(await device.stopDaemon(), 0);
  assert.throws(() => Deno.statSync(socket), Deno.errors.NotFound);
});

Deno.test("a daemon answers a thousand questions, and a stop asked for through its socket", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const daemon = await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  const path = controlSocketPath(device.database);
  for (let i = 0; i < 1000; i += 50) {
    const asked = Array.from({ length: 50 }, () => callControl(path, { verb: "status" }));
    for (const status of await Promise.all(asked)) {
      assert.equal((status as DaemonStatus).pid, daemon.pid);
    }
  }
  await callControl(path, { verb: "stop" });
  assert.equal(await daemon.exited, 0);
});

Deno.test("p2p-sync has the running daemon sync now", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const addr = await said(await a.startDaemon("--listen", LOOPBACK, ...NEVER), "p2p listen: ");
  const env = { peers: [addr] };
  Deno.mkdirSync(`${b.home}/.config/rustory`, { recursive: true });
  Deno.writeTextFileSync(`${b.home}/.config/rustory/config.toml`, `peers = ["${env.peers[0]}"]\n`);
  await b.startDaemon("--listen", LOOPBACK, "--log-level", "debug", ...NEVER);
  await b.daemon.line((line) => line.includes("Connected: "));
  const id = await a.record("echo after the first round");
  // Not pushed to b, since a does not know b; b would pull it in an hour.
  const { code, stderr } = await b.try("p2p-sync", "--push");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /The running daemon has synced/);
  assert.ok(await b.look((history) => history.log.has(id)), stderr + b.daemon.output());
});

Deno.test("SIGHUP makes a daemon read its config again, and say what needs a restart", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const device = await lab.device("a");
  const config = `${device.home}/.config/rustory/config.toml`;
  const daemon = await device.startDaemon("--listen", LOOPBACK, ...NEVER);

  Deno.writeTextFileSync(config, `trackers = ["${tracker.url}"]\nlog_level = "debug"\n`);
  daemon.kill("SIGHUP");
  await daemon.line((line) => line.includes("Configuration read again"));
  await daemon.line((line) => line.includes("only after a restart") && line.includes("log_level"));
  await untilTracker(device, tracker.url);

  Deno.writeTextFileSync(config, "trackers = [\n");
  daemon.kill("SIGHUP");
  await daemon.line((line) => line.includes("The configuration was not read again"));
  await untilTracker(device, tracker.url);
  assert.equal(await device.stopDaemon(), 0);
});

async function untilTracker(
  device: { rr(...args: string[]): Promise<string> },
  url: string,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { trackers } = JSON.parse(await device.rr("status", "--json")) as DaemonStatus;
    if (trackers.some((one) => url.startsWith(one.url) || one.url.startsWith(url))) return;
    assert.ok(performance.now() < deadline, JSON.stringify(trackers));
  }
}

Deno.test("rr p2p-sync waits by itself while the daemon's socket is made anew", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const serving = await a.startServe("--listen", LOOPBACK);
  const addr = await said(serving, "p2p listen: ");
  await b.startDaemon("--listen", LOOPBACK, ...NEVER, "--peers", addr);
  Deno.removeSync(controlSocketPath(b.database));
  const { code, stderr } = await b.try("p2p-sync", "--push");
  assert.equal(code, 0, stderr);
});

Deno.test("of a daemon that was stopped every command says so soon, with its process and the cure", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  const daemon = await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  daemon.kill("SIGSTOP");
  const commands = [["status"], ["p2p-sync", "--push"], ["config", "set", "auto_prune", "false"]];
  for (const command of commands) {
    const { stdout, stderr } = await device.try(...command);
    const told = stdout + stderr;
    const expected = `The daemon \\(process ${daemon.pid}\\) did not answer within [1-3] s`;
    assert.match(told, new RegExp(expected), told);
  }
  const cure = new RegExp(`\`kill -CONT ${daemon.pid}\` lets it go on; else \`kill`);
  assert.match((await device.try("doctor")).stdout, cure);
  daemon.kill("SIGCONT");
  assert.match((await device.try("p2p-sync")).stderr, /The running daemon has synced/);
  assert.equal(await device.stopDaemon(), 0);
});
