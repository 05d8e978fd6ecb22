/** Between two prompts a shell with the hook starts nothing but what the user asked for. */
import assert from "node:assert/strict";
import { Shell, SHELLS } from "./_shell.ts";

const hasStrace = await new Deno.Command("strace", {
  args: ["-o", "/dev/null", "true"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

const LINES = ["true", "cd /", " echo hidden", "", "echo a; false", "echo a; false", "umask 022"];

for (const name of SHELLS) {
  Deno.test({
    name: `${name} hook: forks nothing and starts nothing at a prompt`,
    ignore: !hasStrace,
    async fn(): Promise<void> {
      const home = Deno.makeTempDirSync({ prefix: "rr-strace-" });
      const log = `${home}/strace`;
      const through = [
        "strace",
        "-f",
        "-qq",
        "-o",
        log,
        "-e",
        "trace=clone,clone3,fork,vfork,execve",
      ];
      try {
        await using shell = await Shell.open(name, { through, home });
        await shell.line("true");
        const before = calls(log);
        for (const line of LINES) await shell.line(line);
        assert.deepEqual(calls(log).slice(before.length), []);
        await shell.line("/bin/true");
        assert.ok(calls(log).length > before.length, "what the user starts is seen");
        assert.equal(shell.commands().length, 7);
      } finally {
        Deno.removeSync(home, { recursive: true });
      }
    },
  });
}

// fish draws in threads of its own.
function calls(log: string): string[] {
  return Deno.readTextFileSync(log).split("\n")
    .filter((line) => line !== "" && !line.includes("CLONE_THREAD") && !line.includes("resumed>"));
}
