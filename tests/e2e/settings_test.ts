/** Every way of changing settings or keys is in force in the running daemon, by itself. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { Device } from "../../scripts/lab/device.ts";
import type { DaemonStatus } from "../../src/app/daemon/status/daemon_status.ts";
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

const TRACKER = "http://127.0.0.1:9";

async function until(
  device: Device,
  what: string,
  holds: (status: DaemonStatus) => boolean,
): Promise<DaemonStatus> {
  const end = Date.now() + PATIENCE_MS;
  const path = controlSocketPath(device.database);
  for (;;) {
    const status = await callControl(path, { verb: "status" }).catch(() => undefined);
    if (status !== undefined && holds(status as DaemonStatus)) return status as DaemonStatus;
    if (Date.now() > end) {
      assert.fail(`The daemon does not take up ${what}: ${JSON.stringify(status)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("a running daemon takes up what commands, editors and copies do to its files", async () => {
  await using lab = new Lab();
  // No variable stands before the file.
  await using device = new Device("a", lab.root, { env: { USER: "kim" } });
  await device.rr("init", "--user-id", "kim", "--device-id", "one");
  const daemon = await device.startDaemon("--listen", LOOPBACK, "--interval-sec", "3600");
  const config = `${device.home}/.config/rustory/config.toml`;
  const before = await until(device, "anything", ({ swarm_key }) => swarm_key !== null);

  const set = await device.rr("config", "set", "trackers", TRACKER);
  assert.match(set, /; the daemon uses it now$/m);
  await until(device, "rr config set", ({ trackers }) => trackers[0]?.url === TRACKER);
  await device.rr("config", "unset", "trackers");
  await until(device, "rr config unset", ({ trackers }) => trackers.length === 0);

  assert.match(await device.rr("init", "--device-id", "two"), /the daemon uses it now/);
  await until(device, "rr init", ({ device_id }) => device_id === "two");

  const text = Deno.readTextFileSync(config);
  Deno.writeTextFileSync(config, text.replace(/^user_id = .*$/m, 'user_id = "bob"'));
  await until(device, "an edit by hand", ({ user_id }) => user_id === "bob");

  // An editor that writes a new file and gives it the name.
  Deno.writeTextFileSync(`${config}~`, text, { mode: 0o600 });
  Deno.renameSync(`${config}~`, config);
  await until(device, "a file in the place of the old one", ({ user_id }) => user_id === "kim");

  const other = `${device.home}/other.key`;
  assert.match(await device.rr("init", "--swarm-key", other), /the daemon uses it now/);
  const moved = await until(
    device,
    "rr init --swarm-key",
    ({ swarm_key }) => swarm_key !== null && swarm_key !== before.swarm_key,
  );
  assert.equal(moved.swarm_key, (await device.rr("swarm-key")).match(/[0-9a-f]{32}/)![0]);

  // As `cp -p` and `rsync -a` do: another key of the same size, with a time that says nothing.
  const { mtime } = Deno.statSync(other);
  Deno.copyFileSync(device.swarmKey, `${other}.new`);
  Deno.utimeSync(`${other}.new`, mtime!, mtime!);
  Deno.renameSync(`${other}.new`, other);
  await until(device, "a copied swarm key", ({ swarm_key }) => swarm_key === before.swarm_key);

  await device.rr("init", "--new-identity");
  await until(
    device,
    "rr init --new-identity",
    ({ peer_id }) => peer_id !== null && peer_id !== before.peer_id,
  );

  assert.match(daemon.output(), /The config file has changed|Configuration read again/);
  assert.match(daemon.output(), /A key file has changed: starting anew with it/);
  assert.deepEqual((await until(device, "all of it", () => true)).problems, []);
});
