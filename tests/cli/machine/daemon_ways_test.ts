/** What starts the daemon differs from machine to machine: the advice is what works on this one. */
import assert from "node:assert/strict";
import { daemonWays, type ServiceHere, waysOf } from "../../../src/cli/machine/daemon_ways.ts";
import { startHint } from "../../../src/cli/commands/hub/start_hint.ts";
import type { Run } from "../../../src/service/run.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const RESTARTS: Readonly<Record<ServiceHere, RegExp>> = {
  "none": /^a restart of the daemon \(`kill 7`, then start it as before\)$/,
  "not-loaded": /^a restart of the daemon/,
  "stopped": /^a restart of the daemon/,
  "stopping": /^a restart of the daemon/,
  "failed": /^a restart of the daemon/,
  "starting": /^`rr service restart`$/,
  "running": /^`rr service restart`$/,
  "restarting": /^`rr service restart`$/,
  "root": /^`rr service restart` \(as the user whose history it is, without sudo\)$/,
};
const STARTS: Readonly<Record<ServiceHere, RegExp>> = {
  "none": /`rr p2p-sync --watch --push` is the daemon/,
  "not-loaded": /^`rr service install` starts it/,
  "stopped": /^`rr service start` starts it$/,
  "stopping": /^`rr service start` starts it$/,
  "failed": /`rr service status` says why/,
  "starting": /ask again/,
  "running": /another history/,
  "restarting": /`rr service status` says why/,
  "root": /without sudo/,
};

Deno.test("waysOf() names what works in every state of the service", () => {
  for (const [service, restart] of Object.entries(RESTARTS)) {
    const ways = waysOf(service as ServiceHere, 7);
    assert.match(ways.restart, restart, service);
    assert.match(ways.start, STARTS[service as ServiceHere], service);
    assert.match(ways.again, /^`(rr service restart`|kill 7`, then start it as before$)/, service);
    assert.doesNotMatch(waysOf(service as ServiceHere).again, /undefined|,$/, service);
  }
});

/** A machine on which `systemctl --user` answers so. */
function machine(answers: Readonly<Record<string, { code: number; stdout?: string }>>): Run {
  return ([program, , word]) =>
    Promise.resolve({ code: 127, stdout: "", stderr: "", ...answers[`${program} ${word}`] });
}

Deno.test("daemonWays() looks at the machine: no systemd, none for the user, no unit, sudo", async () => {
  using world = new FakeWorld();
  const without = await daemonWays(world, 7, machine({}));
  assert.deepEqual(without, waysOf("none", 7));
  const noSession = machine({ "systemctl show": { code: 1 }, "id undefined": { code: 0 } });
  assert.deepEqual(await daemonWays(world, 7, noSession), waysOf("none", 7));
  const noUnit = machine({ "systemctl show": { code: 0, stdout: "LoadState=not-found\n" } });
  assert.deepEqual(await daemonWays(world, 7, noUnit), waysOf("not-loaded", 7));
  const active = "LoadState=loaded\nActiveState=active\nSubState=running\nMainPID=7\n";
  const runs = machine({ "systemctl show": { code: 0, stdout: active } });
  assert.deepEqual(await daemonWays(world, 7, runs), waysOf("running", 7));
  world.setEnv("SUDO_USER", "ann");
  assert.deepEqual(await daemonWays(world, 7, runs), waysOf("root", 7));
});

Deno.test("startHint() says of a hub what works here: make it, run it, or start its service", () => {
  using world = new FakeWorld();
  const path = `${world.home}/hub`;
  const folder = { path, settingsPath: `${path}/hub.json` };
  const manager = { command: "systemctl --user", unitPath: `${world.home}/rustory-hub.service` };
  assert.match(startHint(world.files, folder, manager), /^Make one/);
  Deno.mkdirSync(path);
  Deno.writeTextFileSync(folder.settingsPath, "{}");
  const byHand = `No service runs it: keep \`rr hub run --state ${path}\` running`;
  assert.equal(startHint(world.files, folder, undefined), byHand);
  assert.equal(startHint(world.files, folder, manager), byHand);
  Deno.writeTextFileSync(manager.unitPath, "[Unit]");
  assert.match(startHint(world.files, folder, manager), /^`systemctl --user start rustory-hub`/);
});
