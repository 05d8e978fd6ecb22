/**
 * The bash hook as bash 5.0 runs it, which has one prompt command and tells no number of the history while
 * that runs. In the machine's own bash, told to do so.
 */
import assert from "node:assert/strict";
import { bashHook } from "../../src/shell/hook_bash.ts";
import { Shell, type ShellOptions } from "./_shell.ts";

// As 5.0 has it there, whatever was run.
const NUMBER = "__rustory_bang='\\!'";
const NEWER = "BASH_VERSINFO[1] > 0";
function asOld(script: string): string {
  assert.ok(script.includes(NUMBER) && script.includes(NEWER));
  return script.replace(NUMBER, "__rustory_bang=1").replace(NEWER, "BASH_VERSINFO[1] > 99");
}

Deno.test("bash hook: as for 5.0: records lines and repeats, and hides what is hidden", async () => {
  const before = "HISTCONTROL=ignoreboth HISTFILE=~/h";
  assert.deepEqual(
    await recorded({ before }, [
      "echo a",
      "(exit 3)",
      "echo b",
      "echo b",
      " echo hidden",
      "echo a",
      "# note",
      "echo )",
    ]),
    [
      ["echo a", 0],
      ["(exit 3)", 3],
      ["echo b", 0],
      ["echo b", 0],
      ["echo a", 0],
      ["# note", 0],
      ["echo )", 2],
    ],
  );
});

for (const set of ["set -k", "set -u", "set -a", "set -x", "set -eE; set +e"]) {
  Deno.test(`bash hook: as for 5.0: records under ${set}`, async () => {
    const lines = [set, "echo a", "(exit 3)", "echo $-", "echo b"];
    const statuses = [0, 0, 3, 0, 0];
    assert.deepEqual(await recorded({}, lines), lines.map((line, i) => [line, statuses[i]]));
  });
}

Deno.test("bash hook: as for 5.0: what follows in the prompt command has the status and its lines", async () => {
  await using shell = await Shell.open("bash", {
    edit: asOld,
    before: "PROMPT_COMMAND=$'seen=$?\\nfollowed=1'",
  });
  await shell.line("(exit 3)");
  assert.match(await shell.line("echo =$seen=$followed="), /^=3=1=/m);
  assert.equal((await shell.line("history")).match(/^ +\d {2}/gm)!.length, 3);
});

Deno.test("bash hook: as for 5.0: a trap that is typed hides not what ends the shell", async () => {
  await using shell = await Shell.open("bash", { edit: asOld });
  await shell.line("trap 'exit 3' EXIT");
  await shell.type("exit 5\r");
  assert.equal(await shell.ended(), 3);
  assert.deepEqual(shell.records().map(({ exitCode }) => exitCode), [0, 5]);
});

// It would be split at its blanks, newlines too.
Deno.test("bash hook: assigns nothing from $@ without quotes, which bash 5.0 splits", () => {
  const script = bashHook({ folder: "/spool", program: ["rr"], upArrow: true });
  assert.doesNotMatch(script, /=\$(?:\{@|@)/);
});

async function recorded(
  options: ShellOptions,
  lines: readonly string[],
): Promise<(readonly [string, number])[]> {
  await using shell = await Shell.open("bash", { ...options, edit: asOld });
  for (const line of lines) await shell.line(line);
  return shell.records().map(({ command, exitCode }) => [command, exitCode] as const);
}
