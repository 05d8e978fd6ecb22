import assert from "node:assert/strict";
import { SystemdManager, systemdState } from "../../src/service/systemd_manager.ts";
import { FakeMachine } from "./_fake_machine.ts";

function state(text: string): ReturnType<typeof systemdState> {
  return systemdState(
    new Map(
      text.split("\n").map((line): [string, string] => {
        const [name = "", ...value] = line.split("=");
        return [name, value.join("=")];
      }),
    ),
  );
}

Deno.test("systemdState() tells every phase", () => {
  const phases: Record<string, string> = {
    "LoadState=not-found\nActiveState=inactive\nSubState=dead": "not-loaded",
    "LoadState=loaded\nActiveState=inactive\nSubState=dead": "stopped",
    "LoadState=loaded\nActiveState=inactive\nSubState=dead\nJob=": "stopped",
    "LoadState=loaded\nActiveState=inactive\nSubState=dead\nJob=217": "starting",
    "LoadState=loaded\nActiveState=failed\nSubState=failed\nJob=217": "starting",
    "LoadState=loaded\nActiveState=active\nSubState=running\nJob=217": "running",
    "LoadState=loaded\nActiveState=activating\nSubState=start": "starting",
    "LoadState=loaded\nActiveState=activating\nSubState=auto-restart": "restarting",
    "LoadState=loaded\nActiveState=active\nSubState=running": "running",
    "LoadState=loaded\nActiveState=reloading\nSubState=reload": "running",
    "LoadState=loaded\nActiveState=deactivating\nSubState=stop-sigterm": "stopping",
    "LoadState=loaded\nActiveState=failed\nSubState=failed": "failed",
  };
  for (const [text, phase] of Object.entries(phases)) assert.equal(state(text).phase, phase, text);
});

Deno.test("systemdState() keeps what the daemon says about itself whole", () => {
  const { detail, pid, restarts, startsAtLogin, reason } = state(
    "ActiveState=active\nStatusText=peers=2, last sync 3 s ago\nMainPID=12\nNRestarts=4\n" +
      "UnitFileState=enabled\nResult=success",
  );
  assert.deepEqual(
    { detail, pid, restarts, startsAtLogin, reason },
    {
      detail: "peers=2, last sync 3 s ago",
      pid: 12,
      restarts: 4,
      startsAtLogin: true,
      reason: undefined,
    },
  );
});

Deno.test("SystemdManager puts the unit where systemd looks for it", () => {
  using machine = new FakeMachine();
  assert.equal(new SystemdManager(machine.deps(), {}).unitPath, machine.unit);
  machine.world.setEnv("XDG_CONFIG_HOME", "/etc/ann");
  const moved = new SystemdManager(machine.deps(), {});
  assert.equal(moved.unitPath, "/etc/ann/systemd/user/rustory.service");
  machine.world.setEnv("XDG_CONFIG_HOME", "relative");
  assert.equal(new SystemdManager(machine.deps(), {}).unitPath, machine.unit);
});

Deno.test("SystemdManager.advice() speaks of lingering only where it is off", async () => {
  using off = new FakeMachine();
  const [sentence] = await new SystemdManager(off.deps(), {}).advice();
  assert.match(sentence ?? "", /loginctl enable-linger/);
  using on = new FakeMachine({ linger: true });
  assert.deepEqual(await new SystemdManager(on.deps(), {}).advice(), []);
});

Deno.test("SystemdManager.logCommand() asks the journal for this unit alone", () => {
  using machine = new FakeMachine();
  const manager = new SystemdManager(machine.deps(), {});
  assert.deepEqual(manager.logCommand({ lines: 50, follow: true }), [
    "journalctl",
    "--user-unit=rustory.service",
    "--lines=50",
    "--follow",
  ]);
  assert.ok(manager.logCommand({ lines: 1, follow: false }).includes("--no-pager"));
});

Deno.test("SystemdManager passes on what the program said when it fails", async () => {
  using machine = new FakeMachine({ noUserManager: true });
  const manager = new SystemdManager(machine.deps(), {});
  await assert.rejects(manager.state(), /exit code 1: Failed to connect to bus/);
  await assert.rejects(manager.start(), /systemctl --user start --no-block/);
});
