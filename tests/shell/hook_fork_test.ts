/** Between two prompts a shell with the hook starts nothing but what the user asked for. */
import assert from "node:assert/strict";
import { Door } from "./_door.ts";
import { Shell, type ShellName, type ShellOptions, SHELLS } from "./_shell.ts";

const hasStrace = await new Deno.Command("strace", {
  args: ["-o", "/dev/null", "true"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

const LINES = ["true", "cd /", " echo hidden", "", "echo a; false", "echo a; false", "umask 022"];

/** Runs a test in a shell under strace; `started` gives the processes since the last call of it. */
function traced(
  name: ShellName,
  what: string,
  options: () => Promise<ShellOptions>,
  test: (shell: Shell, started: () => string[]) => Promise<void>,
): void {
  Deno.test({
    name: `${name} hook: ${what}`,
    ignore: !hasStrace,
    async fn(): Promise<void> {
      const home = Deno.makeTempDirSync({ prefix: "rr-strace-" });
      const log = `${home}/strace`;
      const calledFor = "trace=clone,clone3,fork,vfork,execve";
      const through = ["strace", "-f", "-qq", "-o", log, "-e", calledFor];
      try {
        await using shell = await Shell.open(name, { through, home, ...await options() });
        let seen = 0;
        const started = (): string[] => {
          const all = calls(log);
          const since = all.slice(seen);
          seen = all.length;
          return since;
        };
        await test(shell, started);
      } finally {
        Deno.removeSync(home, { recursive: true });
      }
    },
  });
}

for (const name of SHELLS) {
  const none = (): Promise<ShellOptions> => Promise.resolve({});
  traced(name, "forks nothing and starts nothing at a prompt", none, async (shell, started) => {
    await shell.line("true");
    started();
    for (const line of LINES) await shell.line(line);
    assert.deepEqual(started(), []);
    await shell.line("/bin/true");
    assert.ok(started().length > 0, "what the user starts is seen");
    assert.equal(shell.commands().length, 7);
  });
}

traced(
  "bash",
  "of a DEBUG trap a new shell asks a file, not a process",
  () => Promise.resolve({}),
  (_shell, started) => {
    // One substitution, in which the history is asked in another one where it is empty, as it is here.
    const forks = started().filter((call) => / (?:clone3?|v?fork)\(/.test(call));
    assert.ok(forks.length <= 2, forks.join("\n"));
    return Promise.resolve();
  },
);

for (const name of ["zsh", "bash"] as const) {
  let door: Door | undefined;
  const offering = async (): Promise<ShellOptions> => {
    door = await Door.open({ offers: ["true offered"], past: ["true 2", "true 1"] });
    return { suggest: true, upArrow: true, door: door.path };
  };
  traced(
    name,
    "starts nothing for what is offered, nor for Up",
    offering,
    async (shell, started) => {
      await using _door = door!;
      if (name === "zsh") await shell.screen("true offered");
      else await shell.line("true");
      started();
      if (name === "zsh") {
        await shell.type("\x1b[C");
        await shell.line("");
      }
      await shell.line("\x1b[A\x1b[A");
      assert.equal(shell.commands().at(-1), "true 1");
      assert.deepEqual(started(), []);
    },
  );
}

// fish draws in threads of its own.
function calls(log: string): string[] {
  return Deno.readTextFileSync(log).split("\n")
    .filter((line) => line !== "" && !line.includes("CLONE_THREAD") && !line.includes("resumed>"));
}
