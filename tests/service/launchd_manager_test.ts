import assert from "node:assert/strict";
import type { FakeClock } from "../fakes/fake_clock.ts";
import { install, uninstall } from "../../src/service/install.ts";
import { LaunchdManager, launchdState } from "../../src/service/launchd_manager.ts";
import { DAEMON_ARGS, type UnitSpec } from "../../src/service/unit.ts";
import { FakeMachine } from "./_fake_machine.ts";

const SPEC: UnitSpec = {
  program: { kind: "compiled", path: "/Users/ann/.local/bin/rr" },
  args: DAEMON_ARGS,
  environment: {},
};
const TARGET = "gui/501/com.rustory.p2p-sync";

Deno.test("install() writes the agent, makes its log folder and bootstraps it", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const done = await install(new LaunchdManager(deps, "gui/501"), deps, SPEC);
  assert.equal(done.unit, "written");
  assert.equal(done.state?.phase, "running");
  assert.equal(machine.world.files.stat(machine.plist)?.mode, 0o644);
  const logs = machine.world.files.stat(`${machine.world.home}/Library/Logs/rustory`);
  assert.equal(logs?.kind, "folder");
  assert.deepEqual(machine.commands, [
    `launchctl enable ${TARGET}`,
    `launchctl bootstrap gui/501 ${machine.plist}`,
  ]);
});

Deno.test("install() of a changed agent boots the old one out and waits until it is gone", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new LaunchdManager(deps, "gui/501");
  await install(manager, deps, SPEC);
  machine.commands.length = 0;
  const moved: UnitSpec = { ...SPEC, program: { kind: "compiled", path: "/opt/rr" } };
  const done = await winding(machine.world.clock, install(manager, deps, moved));
  assert.equal(done.unit, "replaced");
  assert.deepEqual(machine.commands, [
    `launchctl enable ${TARGET}`,
    `launchctl bootout ${TARGET}`,
    `launchctl bootstrap gui/501 ${machine.plist}`,
  ]);
});

Deno.test("LaunchdManager.restart() kills and starts; start() of a loaded job kicks it", async () => {
  using machine = new FakeMachine();
  machine.loaded = true;
  const manager = new LaunchdManager(machine.deps(), "gui/501");
  await manager.restart();
  await manager.start();
  assert.deepEqual(machine.commands, [
    `launchctl kickstart -k ${TARGET}`,
    `launchctl kickstart ${TARGET}`,
  ]);
});

Deno.test("uninstall() leaves neither agent nor log", async () => {
  using machine = new FakeMachine();
  const deps = machine.deps();
  const manager = new LaunchdManager(deps, "gui/501");
  await install(manager, deps, SPEC);
  const folder = `${machine.world.home}/Library/Logs/rustory`;
  machine.world.files.createPrivate(`${folder}/p2p-sync.log`, "x");
  assert.equal(await winding(machine.world.clock, uninstall(manager, deps)), "removed");
  assert.equal(machine.world.files.stat(machine.plist), undefined);
  assert.equal(machine.world.files.stat(`${folder}/p2p-sync.log`), undefined);
  assert.equal(machine.commands.at(-1), `rmdir ${folder}`);
  assert.equal(await uninstall(manager, deps), "was not installed");
});

Deno.test("LaunchdManager.stop() gives up on a job that does not go", async () => {
  using machine = new FakeMachine();
  machine.loaded = true;
  const deps = machine.deps();
  // A job that is booted out again and again never goes in this machine.
  const run = deps.run;
  const stuck = {
    ...deps,
    run: (command: readonly string[]) => (machine.bootouts = 9, run(command)),
  };
  const manager = new LaunchdManager(stuck, "gui/501");
  await assert.rejects(winding(machine.world.clock, manager.stop()), /has not stopped/);
});

Deno.test("launchdState() reads what launchctl prints", () => {
  const running = `gui/501/com.rustory.p2p-sync = {
	active count = 1
	path = /Users/ann/Library/LaunchAgents/com.rustory.p2p-sync.plist
	type = LaunchAgent
	state = running

	program = /Users/ann/.local/bin/rr
	runs = 2
	pid = 4711
	immediate reason = inefficient
	last exit code = 75: EX_TEMPFAIL
}`;
  assert.deepEqual(launchdState(running, true), {
    phase: "running",
    startsAtLogin: true,
    restarts: 1,
    pid: 4711,
    lastExit: 75,
  });
  const waiting = "\tstate = spawn scheduled\n\truns = 3\n\tlast exit code = 1\n";
  assert.equal(launchdState(waiting, true).phase, "restarting");
  const first = "\tstate = not running\n\truns = 0\n\tlast exit code = (never exited)\n";
  assert.equal(launchdState(first, true).phase, "starting");
});

// Moves the clock on whenever the work sleeps, until it is done.
async function winding<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => done = true);
  ended.catch(() => {});
  while (!done) {
    await Promise.race([clock.untilSleeping(), ended.catch(() => {})]);
    if (clock.sleeping > 0) clock.advance(100);
    await Promise.resolve();
  }
  return ended;
}
