import assert from "node:assert/strict";
import { serviceCommand } from "../../src/cli/commands/service/service.ts";
import { main } from "../../src/cli/main.ts";
import { FakeMachine } from "./_fake_machine.ts";

async function rr(
  machine: FakeMachine,
  ...words: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { world } = machine;
  world.args = ["service", ...words];
  const code = await main(world, () => Promise.resolve({ command: serviceCommand(machine.run) }));
  return { code, out: world.takeOut(), err: world.takeErr() };
}

Deno.test("rr service install says what it did and how to survive a logout", async () => {
  using machine = new FakeMachine();
  const { code, out, err } = await rr(machine, "install");
  assert.equal(code, 0);
  assert.equal(err, "");
  assert.deepEqual(out.trimEnd().split("\n"), [
    `unit: ${machine.unit} (written)`,
    "note: It runs while you are logged in. To start it at boot and keep it after you log out: " +
    "loginctl enable-linger",
    "service: running, pid 77",
  ]);
});

Deno.test("rr service install carries ids and the database over, and warns of the rest", async () => {
  using machine = new FakeMachine();
  machine.world.setEnv("RUSTORY_USER_ID", "ann");
  machine.world.setEnv("RUSTORY_TRACKERS", "http://127.0.0.1:1");
  const { err } = await rr(machine, "install", "--db-path", "my.db");
  const unit = machine.world.files.readText(machine.unit)!;
  assert.match(unit, /^Environment=RUSTORY_USER_ID=ann$/m);
  assert.doesNotMatch(unit, /V8_FLAGS|NODE_OPTIONS/);
  assert.doesNotMatch(unit, /RUSTORY_DEVICE_ID|TRACKERS/);
  assert.match(unit, new RegExp(`ExecStart=\\S+ --db-path ${machine.world.home}/my.db p2p-sync`));
  assert.match(err, /will not see RUSTORY_TRACKERS/);
});

Deno.test("rr service install of an rr that Deno runs from source makes its engine sparing", async () => {
  using machine = new FakeMachine();
  machine.world.program = () => ["/usr/bin/deno", "file:///home/ann/rustory/cli.ts"];
  await rr(machine, "install");
  const unit = machine.world.files.readText(machine.unit)!;
  assert.match(unit, /^Environment=DENO_V8_FLAGS=--max-semi-space-size=2$/m);
});

Deno.test("rr service install under sudo is refused", async () => {
  using machine = new FakeMachine();
  machine.world.setEnv("SUDO_USER", "ann");
  const { code, err } = await rr(machine, "install");
  assert.notEqual(code, 0);
  assert.match(err, /with sudo/);
  assert.equal(machine.world.files.stat(machine.unit), undefined);
});

Deno.test("rr service install ends with 1 when the daemon dies, and says why", async () => {
  using machine = new FakeMachine({ startsTo: "failed" });
  const { code, err } = await rr(machine, "install");
  assert.equal(code, 1);
  assert.match(err, /another rr daemon has this database/);
});

Deno.test("rr service install --dry-run touches nothing", async () => {
  using machine = new FakeMachine();
  const { code, out } = await rr(machine, "install", "--dry-run");
  assert.equal(code, 0);
  assert.match(out, /^would write: /);
  assert.equal(machine.world.files.stat(machine.unit), undefined);
  assert.deepEqual(machine.commands, []);
});

Deno.test("rr service status has the exit codes of an init script", async () => {
  using machine = new FakeMachine();
  assert.equal((await rr(machine, "status")).code, 4);
  await rr(machine, "install");
  const running = await rr(machine, "status");
  assert.equal(running.code, 0);
  assert.match(running.out, /^service: running, pid 77 \(systemd --user, rustory\.service\)$/m);
  assert.match(running.out, /^daemon: 2 peers = fine$/m);
  assert.match(running.out, /^starts at login: yes$/m);
  assert.match(running.out, /\(as rr wrote it\)$/m);
  await rr(machine, "stop");
  assert.equal((await rr(machine, "status")).code, 3);
});

Deno.test("rr service status --json is for scripts", async () => {
  using machine = new FakeMachine();
  await rr(machine, "install");
  const status = JSON.parse((await rr(machine, "status", "--json")).out);
  assert.equal(status.phase, "running");
  assert.equal(status.unit, "ours");
  assert.equal(status.pid, 77);
  assert.equal(status.reason, null);
});

Deno.test("rr service start, stop and restart need an installed service", async () => {
  using machine = new FakeMachine();
  for (const verb of ["start", "stop", "restart"]) {
    const { code, err } = await rr(machine, verb);
    assert.equal(code, 1, verb);
    assert.match(err, /not installed/);
  }
  await rr(machine, "install");
  assert.match((await rr(machine, "stop")).out, /^service: stopped/);
  assert.match((await rr(machine, "start")).out, /^service: running/);
  assert.match((await rr(machine, "restart")).out, /^service: running/);
});

Deno.test("rr service logs shows the journal of the unit", async () => {
  using machine = new FakeMachine();
  await rr(machine, "logs", "--lines", "5", "-f");
  assert.deepEqual(machine.commands, [
    "journalctl --user-unit=rustory.service --lines=5 --follow",
  ]);
});

Deno.test("rr service where nothing manages services says what to do instead", async () => {
  using machine = new FakeMachine({ missing: ["systemctl"] });
  const { code, err } = await rr(machine, "install");
  assert.equal(code, 1);
  assert.match(err, /^error: Cannot install the service: there is no systemd/);
  assert.match(err, /^hint: With cron .*@reboot rr p2p-sync --watch/m);
  const stopped = await rr(machine, "stop");
  assert.doesNotMatch(stopped.err, /With cron/);
  assert.match(stopped.err, /^hint: `rr service install` says what else can run the daemon here$/m);
});

Deno.test("rr service refuses what it does not know", async () => {
  using machine = new FakeMachine();
  const mistyped = await rr(machine, "instal");
  assert.equal(mistyped.code, 2);
  assert.match(mistyped.err, /Did you mean `rr service install`\?/);
  assert.match((await rr(machine, "logs", "--lines", "0")).err, /"0" for --lines: expected/);
  assert.match((await rr(machine)).err, /needs one of these after it: install, uninstall, start/);
});
