/** The units for a server, as they are shipped, under a real systemd with its dynamic users. */
import assert from "node:assert/strict";
import { bundle } from "../../scripts/bundle.ts";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";
import { ROOT } from "../../scripts/tools.ts";
import { formatSwarmKey } from "../../src/net/keys/swarm_key.ts";
import { startSystemd, type TestSystemd, whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";

const missing = await whyNoSystemd();

// `rr` at the place that the units name, seen only inside: Deno and the bundle instead of one binary.
async function setup(folder: string): Promise<string> {
  await bundle(`${folder}/dist`);
  await Deno.writeTextFile(
    `${folder}/rr`,
    `#!/bin/sh\nexec /usr/local/bin/deno run --quiet --unstable-net --no-config --no-lock ` +
      `${RR_PERMISSIONS.join(" ")} /usr/local/bin/dist/cli.js "$@"\n`,
    { mode: 0o755 },
  );
  await Deno.writeTextFile(
    `${folder}/swarm.key`,
    formatSwarmKey(crypto.getRandomValues(new Uint8Array(32))),
  );
  await Deno.writeTextFile(`${folder}/tracker.env`, "RUSTORY_TRACKER_SERVE_TOKEN=secret\n");
  return `
    mount -t tmpfs tmpfs /usr/local/bin
    touch /usr/local/bin/deno && mount --bind ${Deno.execPath()} /usr/local/bin/deno
    cp -r ${folder}/dist ${folder}/rr /usr/local/bin/
    mkdir -p /etc/rustory && mount -t tmpfs -o mode=700 tmpfs /etc/rustory
    cp ${folder}/swarm.key ${folder}/tracker.env /etc/rustory/ && chmod 600 /etc/rustory/*
    mount -t tmpfs tmpfs /var/lib
    cp ${ROOT}service/rustory-tracker.service ${ROOT}service/rustory-relay.service \\
      /run/systemd/system/
    for unit in tracker relay; do
      mkdir /run/systemd/system/rustory-$unit.service.d
      printf '[Unit]\\nDefaultDependencies=no\\nWants=\\nAfter=\\n[Service]\\nTimeoutStopSec=2\\n' \\
        > /run/systemd/system/rustory-$unit.service.d/test.conf
    done
  `;
}

testOrSkip("the shipped units run tracker and relay as users of their own", missing, async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-server-" });
  try {
    await using systemd = await startSystemd("system", await setup(folder));
    await runsTracker(systemd);
    await runsRelay(systemd);
  } finally {
    await Deno.remove(folder, { recursive: true });
    // What the setup needed as a place for its own; stays if something is in it.
    await Deno.remove("/etc/rustory").catch(() => {});
  }
});

async function runsTracker(systemd: TestSystemd): Promise<void> {
  const unit = "rustory-tracker.service";
  await start(systemd, unit);
  assert.equal(await httpStatus(systemd, "/healthz"), "200");
  const peers = await httpStatus(systemd, "/api/v1/peers?user_id=kim");
  assert.equal(peers, "401", "the token of /etc/rustory/tracker.env is in force");
  await isConfined(systemd, unit);
  await stop(systemd, unit);
}

/** What the tracker answers to somebody on its machine. */
async function httpStatus(systemd: TestSystemd, path: string): Promise<string> {
  const code = `console.log((await fetch("http://127.0.0.1:8850${path}")).status)`;
  const { stdout, stderr } = await systemd.run([Deno.execPath(), "eval", "--quiet", code]);
  return stdout.trim() || stderr;
}

async function runsRelay(systemd: TestSystemd): Promise<void> {
  const unit = "rustory-relay.service";
  await start(systemd, unit);
  const first = await relayAddress(systemd, unit);
  const key = "/var/lib/rustory-relay/relay.key";
  const { stdout } = await systemd.run(["stat", "-L", "--format=%a", key]);
  assert.equal(stdout.trim(), "600");
  await isConfined(systemd, unit);
  await stop(systemd, unit);
  await start(systemd, unit);
  assert.equal(await relayAddress(systemd, unit), first, "its identity is kept");
  await stop(systemd, unit);
}

async function start(systemd: TestSystemd, unit: string): Promise<void> {
  await systemd.systemctl("start", unit).catch(async (error) => {
    throw new Error(`${error}\n${await systemd.journal(unit)}`);
  });
}

async function stop(systemd: TestSystemd, unit: string): Promise<void> {
  await systemd.systemctl("stop", unit);
  assert.equal(await systemd.property(unit, "Result"), "success", await systemd.journal(unit));
}

async function relayAddress(systemd: TestSystemd, unit: string): Promise<string> {
  const journal = await systemd.journal(unit);
  const [address] = [...journal.matchAll(/relay listen: (\S+127\.0\.0\.1\S+)/g)].at(-1)?.slice(1) ??
    [];
  assert.ok(address, journal);
  return address;
}

/** Not root, without rights, and blind to homes. */
async function isConfined(systemd: TestSystemd, unit: string): Promise<void> {
  const pid = await systemd.property(unit, "MainPID");
  const { stdout } = await systemd.run(["cat", `/proc/${pid}/status`]);
  assert.doesNotMatch(stdout, /^Uid:\s+0\s/m);
  assert.match(stdout, /^CapEff:\s+0+$/m);
  assert.match(stdout, /^NoNewPrivs:\s+1$/m);
  const { stdout: homes } = await systemd.run(["ls", "-A", `/proc/${pid}/root/root`]);
  assert.equal(homes, "");
}
