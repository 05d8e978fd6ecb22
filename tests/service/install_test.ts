import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { install, uninstall } from "../../src/service/install.ts";
import { settle } from "../../src/service/manager.ts";
import { SystemdManager } from "../../src/service/systemd_manager.ts";
import { DAEMON_ARGS, type UnitSpec } from "../../src/service/unit.ts";
import { FakeMachine } from "./_fake_machine.ts";

const SPEC: UnitSpec = {
  program: { kind: "compiled", path: "/home/ann/.local/bin/rr" },
  args: DAEMON_ARGS,
  environment: {},
};
const MOVED: UnitSpec = { ...SPEC, program: { kind: "compiled", path: "/opt/rr" } };

Deno.test("install() writes the unit with mode 0644, enables and starts it", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  const done = await install(manager, deps, SPEC);
  assert.equal(done.unit, "written");
  assert.equal(done.state?.phase, "running");
  assert.equal(done.state?.pid, 77);
  assert.equal(machine.world.files.stat(machine.unit)?.mode, 0o644);
  assert.match(machine.world.files.readText(machine.unit)!, /ExecStart=\/home\/ann/);
  assert.deepEqual(machine.commands, [
    "systemctl --user daemon-reload",
    "systemctl --user enable rustory.service",
    "systemctl --user start --no-block rustory.service",
  ]);
});

Deno.test("install() twice changes nothing and does not restart", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  await install(manager, deps, SPEC);
  const before = machine.world.files.stat(machine.unit)!.mtimeMs;
  machine.commands.length = 0;
  assert.equal((await install(manager, deps, SPEC)).unit, "unchanged");
  assert.equal(machine.world.files.stat(machine.unit)!.mtimeMs, before);
  assert.ok(!machine.commands.some((command) => /start/.test(command)));
});

Deno.test("install() replaces a unit of ours that is outdated, and restarts", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  await install(manager, deps, SPEC);
  assert.equal((await install(manager, deps, MOVED)).unit, "replaced");
  assert.match(machine.world.files.readText(machine.unit)!, /ExecStart=\/opt\/rr /);
  assert.equal(machine.commands.at(-1), "systemctl --user restart --no-block rustory.service");
});

Deno.test("install() has a service that waits for its next try start at once", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  await install(manager, deps, SPEC);
  machine.active = "auto-restart";
  assert.equal((await install(manager, deps, MOVED)).state?.phase, "running");
});

Deno.test("install() and uninstall() leave an edited unit alone without --force", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  await install(manager, deps, SPEC);
  const edited = machine.world.files.readText(machine.unit)! + "# mine\n";
  machine.world.files.replacePrivate(machine.unit, edited);
  machine.commands.length = 0;
  for (const attempt of [() => install(manager, deps, MOVED), () => uninstall(manager, deps)]) {
    await assert.rejects(
      attempt as () => Promise<unknown>,
      (error) => error instanceof RrError && error.hint?.includes("--force") === true,
    );
  }
  assert.equal(machine.world.files.readText(machine.unit), edited);
  assert.deepEqual(machine.commands, []);

  assert.equal((await install(manager, deps, MOVED, { force: true })).unit, "replaced");
  assert.doesNotMatch(machine.world.files.readText(machine.unit)!, /# mine/);
});

Deno.test("install() leaves a unit alone that somebody else wrote", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  machine.world.files.makePrivateFolder(machine.unit.slice(0, machine.unit.lastIndexOf("/")));
  machine.world.files.createPrivate(machine.unit, "[Service]\nExecStart=/bin/rr\n");
  await assert.rejects(install(new SystemdManager(deps, {}), deps, SPEC), /has been edited/);
});

Deno.test("install() in a dry run prints every step and touches nothing", async () => {
  using machine = new FakeMachine();
  const lines: string[] = [];
  const deps = machine.dryDeps((line) => lines.push(line));
  const done = await install(new SystemdManager(deps, {}), deps, SPEC);
  assert.deepEqual(done, { unit: "written", state: undefined });
  assert.equal(machine.world.files.stat(machine.unit), undefined);
  assert.deepEqual(machine.commands, []);
  assert.equal(lines[0], `would write: ${machine.unit} (mode 0644)`);
  assert.ok(lines.some((line) => line.includes("ExecStart=/home/ann/.local/bin/rr p2p-sync")));
  assert.deepEqual(lines.filter((line) => line.startsWith("would run")), [
    "would run: systemctl --user daemon-reload",
    "would run: systemctl --user enable rustory.service",
    "would run: systemctl --user start --no-block rustory.service",
  ]);
});

Deno.test("install() reports a daemon that fails at once", async () => {
  using machine = new FakeMachine({ startsTo: "failed" });
  const deps = machine.deps();
  const { state } = await install(new SystemdManager(deps, {}), deps, SPEC);
  assert.equal(state?.phase, "failed");
  assert.equal(state?.lastExit, 75);
  assert.equal(state?.reason, "exit-code");
});

Deno.test("install() says so when systemd looks elsewhere for units", async () => {
  using machine = new FakeMachine({ blind: true });
  const deps = machine.deps();
  await assert.rejects(
    install(new SystemdManager(deps, {}), deps, SPEC),
    (error) => error instanceof RrError && error.hint?.includes("XDG_CONFIG_HOME") === true,
  );
});

Deno.test("uninstall() stops, disables and removes; a second time it has nothing to do", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  await install(manager, deps, SPEC);
  machine.commands.length = 0;
  assert.equal(await uninstall(manager, deps), "removed");
  assert.equal(machine.world.files.stat(machine.unit), undefined);
  assert.deepEqual(machine.commands, [
    "systemctl --user disable --now rustory.service",
    "systemctl --user daemon-reload",
    "systemctl --user reset-failed rustory.service",
  ]);
  machine.commands.length = 0;
  assert.equal(await uninstall(manager, deps), "was not installed");
  assert.deepEqual(machine.commands, []);
});

Deno.test("settle() waits for a start to end, but not longer than it is told to", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new SystemdManager(deps, {});
  machine.active = "activating";
  const ended = settle(manager, machine.world.clock, 60_000);
  await machine.world.clock.untilSleeping();
  machine.active = "active";
  machine.world.clock.advance(1000);
  assert.equal((await ended).phase, "running");

  machine.active = "activating";
  const late = settle(manager, machine.world.clock, 60_000);
  await machine.world.clock.untilSleeping();
  machine.world.clock.advance(60_000);
  assert.equal((await late).phase, "starting");

  machine.active = "activating";
  const abort = new AbortController();
  const given = settle(manager, machine.world.clock, 60_000, abort.signal);
  await machine.world.clock.untilSleeping();
  abort.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
});
