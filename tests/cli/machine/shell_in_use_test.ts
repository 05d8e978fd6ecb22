import assert from "node:assert/strict";
import {
  interactiveShell,
  shellInUse,
} from "../../../src/cli/commands/doctor/checks/shell_in_use.ts";
import type { Run } from "../../../src/service/run.ts";

Deno.test("interactiveShell() tells a shell that a person types into from one that runs a script", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["-zsh", "zsh"],
    ["/usr/bin/bash", "bash"],
    ["bash --login", "bash"],
    ["bash --rcfile /tmp/rc", "bash"],
    ["fish -i -c x", "fish"],
    ["bash -il", "bash"],
    ["bash /usr/local/bin/npx", undefined],
    ["zsh -c ls", undefined],
    ["sh", undefined],
    ["vim bash", undefined],
  ];
  for (const [line, name] of cases) assert.equal(interactiveShell(line.split(" ")), name, line);
});

/** Processes by id: parent, command line, and group if it is not its own. */
function machine(processes: Record<number, readonly [number, string, number?]>): Run {
  return ([program, ...args]) => {
    const pid = Number(program === "ps" ? args.at(-1) : /\d+/.exec(args[0]!)![0]);
    const found = processes[pid];
    if (found === undefined) return Promise.resolve({ code: 1, stdout: "", stderr: "" });
    const [parent, line, group = pid] = found;
    const stdout = program === "ps"
      ? `${parent} ${group} ${line}\n`
      : `${pid} (a) ) b) S ${parent} ${group} 1\n${line.replaceAll(" ", "\0")}\0`;
    return Promise.resolve({ code: 0, stdout, stderr: "" });
  };
}

for (const os of ["linux", "darwin"] as const) {
  Deno.test(`shellInUse() finds the shell above wrappers, and whether the hook is in it, on ${os}`, async () => {
    const run = machine({
      9: [8, "rr doctor"],
      8: [7, "npm exec rr"],
      7: [5, "zsh"],
      5: [1, "-bash"],
    });
    const world = (session?: string): Parameters<typeof shellInUse>[0] => ({
      pid: 9,
      os,
      env: (name) =>
        name === "RUSTORY_SESSION" ? session : name === "SHELL" ? "/bin/fish" : undefined,
    });
    assert.deepEqual(await shellInUse(world(), run), { name: "zsh", pid: 7, isHooked: false });
    assert.deepEqual(await shellInUse(world("7-1-1"), run), {
      name: "zsh",
      pid: 7,
      isHooked: true,
    });
    // `rr doctor | cat` in a bash whose rr is a function: the copy of the shell is not the shell.
    const piped = machine({
      9: [8, "rr doctor", 8],
      8: [7, "bash"],
      7: [5, "bash"],
      5: [1, "sshd"],
    });
    const copied = await shellInUse(world("7-1-1"), piped);
    assert.deepEqual(copied, { name: "bash", pid: 7, isHooked: true });
    // Without job control all are in one group, and the shell is still the shell.
    const flat = machine({ 9: [7, "rr doctor", 7], 7: [5, "bash"], 5: [1, "sshd"] });
    assert.deepEqual(await shellInUse(world(), flat), { name: "bash", pid: 7, isHooked: false });
    // The bash above it has the hook, and what it exports is inherited.
    assert.equal((await shellInUse(world("5-1-1"), run))!.isHooked, false);
    // A machine that tells nothing: the login shell, and what the environment says.
    const none = machine({});
    const login = { name: "fish", pid: undefined };
    assert.deepEqual(await shellInUse(world(), none), { ...login, isHooked: undefined });
    assert.deepEqual(await shellInUse(world("5-1-1"), none), { ...login, isHooked: true });
  });
}
