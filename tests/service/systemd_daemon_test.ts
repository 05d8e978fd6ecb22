/** The real daemon, installed by `rr service install`, under a real `systemd --user`. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { type DaemonLab, openDaemonLab, UNIT } from "./_daemon_lab.ts";
import { whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";
import { muteListener } from "../e2e/_lab.ts";

const missing = await whyNoSystemd();
const QUICK = "--interval-sec 1 --push";

testOrSkip(
  "rr service: install, READY, sync, status, reload, logs, uninstall",
  missing,
  async () => {
    await using lab = await openDaemonLab();
    const { systemd, peer } = lab;
    await peer.startDaemon("--listen", "/ip4/127.0.0.1/tcp/0", "--interval-sec", "1");
    // The jitter of 10 s, three times, is too long for a test.
    await lab.editUnit("--interval-sec 60 --push");
    const before = await unitFiles(lab);
    assert.equal((await lab.rr("service", "status")).code, 4);

    // READY comes after listening and a first round, so `running` is worth something.
    const installed = await lab.mustRr("service", "install");
    assert.match(installed, /^service: running, pid \d+/m);
    assert.match(await systemd.property(UNIT, "StatusText"), /peer/);
    await lab.untilHas(await peer.record("on the peer"));

    const status = await lab.mustRr("service", "status");
    assert.match(status, /^service: running/);
    assert.match(status, /^starts at login: yes$/m);
    assert.match(await lab.mustRr("service", "install"), /\(unchanged\)/);

    await systemd.systemctl("reload", UNIT);
    await systemd.until(UNIT, "ActiveState", (state) => state === "active");
    assert.equal(await systemd.property(UNIT, "NRestarts"), "0");

    assert.match(
      await lab.mustRr("service", "logs", "--lines", "100"),
      /p2p-sync watch: interval=60s/,
    );
    await lab.mustRr("service", "restart");
    assert.match(await lab.mustRr("service", "stop"), /^service: stopped/);
    assert.equal(await systemd.property(UNIT, "Result"), "success");
    assert.equal((await lab.rr("service", "status")).code, 3);
    const doctor = await lab.rr("doctor");
    assert.equal(doctor.code, 1);
    assert.match(doctor.stdout, /^error +daemon +The service is installed but stopped/m);

    // The folder of one version of Node has gone, with what was installed for it.
    const unit = `${systemd.home}/.config/systemd/user/${UNIT}`;
    const text = await Deno.readTextFile(unit);
    await Deno.writeTextFile(unit, text.replace(/^ExecStart=\S+/m, "ExecStart=/gone/deno"));
    await Deno.rename(`${unit}.d`, `${unit}.kept`);
    await systemd.systemctl("daemon-reload");
    await systemd.systemctl("start", "--no-block", UNIT);
    await systemd.until(UNIT, "SubState", (state) => state === "auto-restart");
    assert.match(
      (await lab.rr("service", "status")).stdout,
      /^why: the program of the unit is not/m,
    );
    const gone = await lab.rr("doctor");
    assert.match(
      gone.stdout,
      /^error +daemon +The service starts "\/gone\/deno", which is not there$/m,
    );
    await Deno.rename(`${unit}.kept`, `${unit}.d`);
    assert.match(
      await lab.mustRr("service", "install", "--force"),
      /^service: running/m,
    );

    await lab.mustRr("service", "uninstall");
    assert.deepEqual(await unitFiles(lab), before, "nothing is left");
    assert.equal(await systemd.property(UNIT, "LoadState"), "not-found");
    assert.match(await lab.mustRr("service", "uninstall"), /was not installed/);
  },
);

testOrSkip(
  "a daemon that is killed or hangs comes back and has lost nothing",
  missing,
  async () => {
    await using lab = await openDaemonLab();
    const { systemd, peer } = lab;
    await peer.startDaemon("--listen", "/ip4/127.0.0.1/tcp/0", "--interval-sec", "1");
    await lab.editUnit(QUICK);
    await lab.mustRr("service", "install");
    const ids = [await peer.record("before")];
    await lab.untilHas(ids[0]!);

    const killed = await systemd.property(UNIT, "MainPID");
    await systemd.run(["kill", "-9", killed]);
    ids.push(await peer.record("while it was dead"));
    await systemd.until(UNIT, "NRestarts", (count) => count === "1");
    await systemd.until(UNIT, "ActiveState", (state) => state === "active");
    ids.push(await peer.record("after it came back"));

    const hung = await systemd.property(UNIT, "MainPID");
    assert.notEqual(hung, killed);
    await Deno.writeTextFile(lab.hangFile, "");
    ids.push(await peer.record("while it hangs"));
    await systemd.until(UNIT, "MainPID", (pid) => pid !== hung);
    await Deno.remove(lab.hangFile);
    await systemd.until(UNIT, "ActiveState", (state) => state === "active");
    assert.notEqual(await systemd.property(UNIT, "NRestarts"), "1");
    for (const id of ids) await lab.untilHas(id);
    await lab.mustRr("service", "uninstall");
  },
);

testOrSkip("the service stops cleanly in every phase, within its time", missing, async () => {
  await using lab = await openDaemonLab();
  const { systemd, peer } = lab;
  using mute = muteListener();
  const hole =
    `/ip4/127.0.0.1/tcp/${mute.port}/p2p/12D3KooWJ2nQ2V2mnZyQqkQ3r5QqkqPZ7h5d2m4V2kYxq7v9bL1t`;
  const phases: Record<string, string> = {
    "start jitter": "--interval-sec 60 --start-jitter-sec 3600",
    "interval sleep": "--interval-sec 3600",
    "dialling a black hole": `--interval-sec 1 --peers ${hole}`,
  };
  await peer.startDaemon("--listen", "/ip4/127.0.0.1/tcp/0", "--interval-sec", "1");
  await lab.editUnit(QUICK);
  await lab.mustRr("service", "install");
  for (const [phase, flags] of Object.entries(phases)) {
    await lab.mustRr("service", "stop");
    await lab.editUnit(flags);
    const since = (await systemd.journal(UNIT)).length;
    await systemd.systemctl("start", "--no-block", UNIT);
    await saidSince(lab, since, /p2p-sync watch: (?:interval|start jitter)/);
    await systemd.systemctl("stop", UNIT);
    assert.equal(await systemd.property(UNIT, "Result"), "success", phase);
    assert.equal(await systemd.property(UNIT, "ExecMainStatus"), "0", phase);
    assert.match((await systemd.journal(UNIT)).slice(since), /shutting down/, phase);
  }
});

testOrSkip("a second daemon ends with 75 and the service is not tried again", missing, async () => {
  await using lab = await openDaemonLab();
  const { systemd } = lab;
  await lab.editUnit(QUICK);
  await lab.mustRr("service", "install");
  const second = await lab.rr("p2p-sync", "--watch", "--listen", "/ip4/127.0.0.1/tcp/0");
  assert.equal(second.code, 75, second.stderr);
  assert.equal(await systemd.property(UNIT, "ActiveState"), "active");

  await lab.mustRr("service", "stop");
  const terminal = lab.rr("p2p-sync", "--watch", "--listen", "/ip4/127.0.0.1/tcp/0");
  const holder = await untilLocked(lab);
  const start = await lab.rr("service", "start");
  assert.equal(start.code, 1);
  assert.match(start.stderr, /another rr daemon has this database/);
  assert.equal(await systemd.property(UNIT, "ActiveState"), "failed");
  await systemd.run(["kill", holder]);
  assert.equal((await terminal).code, 0);
  assert.match(await lab.mustRr("service", "start"), /^service: running/);
});

async function unitFiles(lab: DaemonLab): Promise<string[]> {
  const { stdout } = await lab.systemd.run([
    "find",
    `${lab.systemd.home}/.config`,
    "(",
    "-name",
    "*rustory*.service*",
    "-o",
    "-lname",
    "*rustory*",
    ")",
  ]);
  return stdout.split("\n").filter((line) => line !== "").sort();
}

async function saidSince(lab: DaemonLab, since: number, words: RegExp): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const text = (await lab.systemd.journal(UNIT)).slice(since);
    if (words.test(text)) return;
    assert.ok(performance.now() < end, `not said: ${words}\n${text}`);
  }
}

/** Waits until a daemon in a terminal answers on the socket; its process. */
async function untilLocked(lab: DaemonLab): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { code, stdout } = await lab.rr("status", "--json");
    if (code === 0 && stdout.includes('"pid"')) return String(JSON.parse(stdout).pid);
    assert.ok(performance.now() < end, `no daemon answers: ${stdout}`);
  }
}
