import assert from "node:assert/strict";
import { detectManager } from "../../src/service/detect.ts";
import { FakeMachine, type FakeMachineOptions } from "./_fake_machine.ts";

async function detect(
  os: "linux" | "darwin" | "windows",
  options: FakeMachineOptions = {},
): Promise<{ found: string | undefined; environment: unknown; why: string; instead: string }> {
  using machine = new FakeMachine(options);
  const detected = await detectManager(os, machine.deps());
  assert.deepEqual(machine.commands, [], "looking changes nothing");
  if (detected.manager !== undefined) {
    const { title, environment } = detected.manager;
    return { found: title, environment, why: "", instead: "" };
  }
  const { why, reach } = detected;
  const instead = [...reach, ...detected.instead];
  return { found: undefined, environment: undefined, why, instead: instead.join("\n") };
}

Deno.test("detectManager() finds systemd of the user", async () => {
  const { found, environment } = await detect("linux");
  assert.equal(found, "systemd --user, rustory.service");
  assert.deepEqual(environment, {});
});

Deno.test("detectManager() finds systemd after su, where XDG_RUNTIME_DIR is missing", async () => {
  const { environment } = await detect("linux", { needsRuntimeDir: "/run/user/501" });
  assert.deepEqual(environment, { XDG_RUNTIME_DIR: "/run/user/501" });
});

Deno.test("detectManager() says what to do where systemd is not there for the user", async () => {
  const { found, why, instead } = await detect("linux", { noUserManager: true });
  assert.equal(found, undefined);
  assert.match(why, /none for your user: Failed to connect to bus/);
  assert.match(instead, /loginctl enable-linger 501/);
});

Deno.test("detectManager() says what to do where there is no systemd at all", async () => {
  const { why, instead } = await detect("linux", { missing: ["systemctl"] });
  assert.match(why, /no systemd/);
  assert.match(instead, /@reboot rr p2p-sync --watch/);
  assert.doesNotMatch(instead, /enable-linger/);
});

Deno.test("detectManager() prefers the desktop session of launchd", async () => {
  assert.equal((await detect("darwin")).found, "launchd, com.rustory.p2p-sync");
  const ssh = await detect("darwin", { domains: ["user/501"] });
  assert.equal(ssh.found, "launchd, com.rustory.p2p-sync");
  assert.match((await detect("darwin", { domains: [] })).why, /no session for user 501/);
  assert.match((await detect("darwin", { missing: ["launchctl"] })).why, /no launchctl/);
});

Deno.test("detectManager() on another system says so", async () => {
  assert.match((await detect("windows")).why, /windows/);
});
