/** bash: the hook's place among the prompt commands, whoever sets them when. */
import assert from "node:assert/strict";
import { MARKED } from "./_bash.ts";
import { Shell } from "./_shell.ts";

const RESETS: Record<string, readonly string[]> = {
  "is unset": ["unset PROMPT_COMMAND"],
  "is a string of others": ["PROMPT_COMMAND=true"],
  "is a new array of others": ["unset PROMPT_COMMAND", "PROMPT_COMMAND=(true true)"],
};
for (const [what, lines] of Object.entries(RESETS)) {
  for (const before of ["", "set -u"]) {
    const where = before === "" ? "" : ", where unset variables are errors";
    Deno.test(`bash hook: goes on when PROMPT_COMMAND ${what}${where}`, async () => {
      await using shell = await Shell.open("bash", { before });
      const commands = ["echo a", ...lines, "echo b", "echo c"];
      // Without the harness's mark there is no prompt to be waited for but the text itself.
      for (const [i, command] of commands.entries()) {
        const from = shell.output.length;
        await shell.type(`${command}; echo "[$((${i}+1000))]"\r`);
        await shell.screen(`[${i + 1000}]`, from);
        await shell.screen("<@> ", shell.output.indexOf(`[${i + 1000}]`, from));
      }
      const first = shell.commands().map((command) => command.replace(/; echo "\[.*$/, ""));
      assert.deepEqual(first, commands);
      assert.doesNotMatch(shell.output, /unbound variable/);
    });
  }
}

Deno.test("bash hook: goes on when PS0 is unset, emptied or taken by others", async () => {
  await using shell = await Shell.open("bash", { before: "set -u" });
  const lines = ["unset PS0", "false", "PS0=", "(exit 3)", "PS0='[x]'", "false", "echo b"];
  for (const line of lines) await shell.line(line);
  assert.deepEqual(shell.commands(), lines);
  assert.deepEqual(shell.records().map((record) => record.exitCode), [0, 1, 0, 3, 0, 1, 0]);
  assert.doesNotMatch(shell.output, /__rustory|operand/);
});

const LATE: Record<string, string> = {
  "a string": "PROMPT_COMMAND=false",
  "an array": "PROMPT_COMMAND=(true false)",
  "nothing": "unset PROMPT_COMMAND",
};
for (const [what, after] of Object.entries(LATE)) {
  Deno.test(`bash hook: loses no command where ${what} takes its place before the first prompt`, async () => {
    await using shell = await Shell.open("bash", { rc: false, before: MARKED, after });
    for (const line of ["sleep 0.3", "(exit 3)", "echo b", "false"]) await shell.line(line);
    const records = shell.records();
    assert.deepEqual(
      records.map(({ command, exitCode }) => [command, exitCode]),
      [["sleep 0.3", 0], ["(exit 3)", 3], ["echo b", 0], ["false", 1]],
    );
    assert.ok((records[0]?.durationMs ?? 0) >= 290, String(records[0]?.durationMs));
  });
}

// A tool that times and names commands by a DEBUG trap, and takes PROMPT_COMMAND for its own.
const timer = (set: string) =>
  `ready= t0=$EPOCHREALTIME
pre() { if [ -n "$ready" ]; then ready=; t0=$EPOCHREALTIME; printf '<pre:%s>' "$BASH_COMMAND"; fi; }
post() { printf '<took:%s>' $(( (\${EPOCHREALTIME/[.,]/} - \${t0/[.,]/}) / 100000 )); ready=1; }
trap pre DEBUG
${set}`;
for (const set of ["PROMPT_COMMAND=post", "PROMPT_COMMAND=(true post)"]) {
  for (const where of ["between", "after"] as const) {
    Deno.test(`bash hook: a DEBUG trap sees nothing of it where its tool sets ${set} ${where}`, async () => {
      const load = where === "after"
        ? { before: MARKED, after: timer(set) }
        : { before: `${MARKED}\n${timer(set)}` };
      await using shell = await Shell.open("bash", { rc: false, ...load });
      for (const line of ["sleep 0.2", "", "(exit 3)"]) await shell.line(line);
      assert.match(await shell.line("sleep 0.3"), /<pre:sleep 0\.3>[^<]*<took:[34]>/);
      assert.doesNotMatch(shell.output, /<pre:[^>]*rustory/);
      assert.deepEqual(
        shell.records().map(({ command, exitCode }) => [command, exitCode]),
        [["sleep 0.2", 0], ["(exit 3)", 3], ["sleep 0.3", 0]],
      );
      assert.match(await shell.line("trap - DEBUG"), /<took/);
      // Nobody sees it any more: in front, once.
      await shell.line("true");
      const places = await shell.line(
        'printf "(%s)" "${!PROMPT_COMMAND[@]}" "${PROMPT_COMMAND[0]:0:22}"',
      );
      assert.match(places, /\(0\)\(1\)(\(2\))?\({ for __rustory_x in \$\)/);
    });
  }
}

Deno.test("bash hook: a hidden first command is not taken for the last of the session before", async () => {
  const before = `${MARKED}
HISTCONTROL=ignoreboth HISTTIMEFORMAT='%F '; printf '#1700000000\\nls -d /\\n' >~/.bash_history`;
  await using shell = await Shell.open("bash", { rc: false, before, after: "PROMPT_COMMAND=true" });
  for (const line of [" true", "echo a"]) await shell.line(line);
  assert.deepEqual(shell.commands(), ["echo a"]);
});

// As prompts do that leave a line free from the second one on, and functions that put themselves back.
const SETTERS: Record<string, string> = {
  "is replaced by another": `PROMPT_COMMAND='PROMPT_COMMAND="n=\\$((n + 1))"'`,
  "puts itself in its place":
    "again() { PROMPT_COMMAND=again; n=$((n + 1)); }; PROMPT_COMMAND=again",
  "puts a new array in its place":
    "one() { PROMPT_COMMAND=(two); n=$((n + 1)); }; two() { PROMPT_COMMAND=(one); n=$((n + 1)); }; PROMPT_COMMAND=one",
};
for (const [what, setter] of Object.entries(SETTERS)) {
  for (const where of ["between", "after"] as const) {
    Deno.test(`bash hook: goes along with a prompt command that ${what} at each prompt, ${where}`, async () => {
      const load = where === "after"
        ? { before: MARKED, after: setter }
        : { before: `${MARKED}\n${setter}` };
      await using shell = await Shell.open("bash", { rc: false, ...load });
      const lines = [
        "echo a",
        "(exit 3)",
        "sleep 0.2",
        "echo b",
        "echo c",
        "n=0",
        "echo d",
        "echo e",
      ];
      for (const line of lines) await shell.line(line);
      const records = shell.records();
      assert.deepEqual(records.map(({ command }) => command), lines);
      assert.equal(records[1]?.exitCode, 3);
      assert.ok((records[2]?.durationMs ?? 0) >= 190, String(records[2]?.durationMs));
      // Once a prompt.
      assert.match(await shell.line("echo n=$n"), /n=3\b/);
    });
  }
}
