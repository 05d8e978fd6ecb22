/** bash: what the tools of others see of the hook, above all where one line is several commands. */
import assert from "node:assert/strict";
import { MARKED } from "./_bash.ts";
import { Shell } from "./_shell.ts";

// As terminals and history programs do it: a DEBUG trap names the first command behind a prompt, unless a
// prompt command begins with it.
const NAMING = `_naming() {
  [[ -n \${_at_prompt-} ]] || return 0
  _at_prompt=
  [[ \${PROMPT_COMMAND-} == "$BASH_COMMAND"* ]] || printf '{ran %s}' "$BASH_COMMAND"
}
trap _naming DEBUG
PROMPT_COMMAND+=('_at_prompt=1')`;

for (const order of ["before", "after"] as const) {
  Deno.test(`bash hook: a DEBUG trap set ${order} it sees one command for each line`, async () => {
    const load = order === "before" ? { between: NAMING } : { after: NAMING };
    await using shell = await Shell.open("bash", load);
    const named = async (text: string, isPaste = false): Promise<string[]> => {
      const screen = isPaste ? await shell.run(text) : await shell.line(text);
      return Array.from(screen.matchAll(/\{ran ([^}]*)\}/g), ([, command]) => command!);
    };
    await shell.line("f() { return 4; }");
    assert.deepEqual(await named("f"), ["f"]);
    assert.deepEqual(await named("false\nsleep 0.1\necho several", true), ["false"]);
    assert.deepEqual(await named("echo next"), ["echo next"]);
    assert.deepEqual(await named("false\ntrue", true), ["false"]);
    assert.deepEqual(await named("echo last"), ["echo last"]);
    const records = shell.records().map(({ command, exitCode }) => [command, exitCode]);
    assert.deepEqual(records.slice(1), [
      ["f", 4],
      ["false", 1],
      ["sleep 0.1", 0],
      ["echo several", 0],
      ["echo next", 0],
      ["false", 1],
      ["true", 0],
      ["echo last", 0],
    ]);
  });
}

// As prompts do that take the time.
Deno.test("bash hook: a PS0 that runs something leaves each command of a paste its status", async () => {
  for (const load of [{ between: "PS0='$(true)'" }, { after: "PS0='$(true)'" }]) {
    await using shell = await Shell.open("bash", load);
    await shell.line("echo start");
    await shell.run("(exit 3)\nfalse\ntrue");
    const records = shell.records().map(({ command, exitCode }) => [command, exitCode]);
    assert.deepEqual(records, [["echo start", 0], ["(exit 3)", 3], ["false", 1], ["true", 0]]);
  }
});

Deno.test("bash hook: gets back among the prompt commands after two lines of a paste", async () => {
  await using shell = await Shell.open("bash");
  await shell.line(`PROMPT_COMMAND=("\${PROMPT_COMMAND[1]}")`);
  await shell.run("echo a\necho b");
  await shell.line("echo c");
  assert.deepEqual(shell.commands().slice(-3), ["echo a", "echo b", "echo c"]);
});

Deno.test("bash hook: counts for nothing where set -x writes to a file, or PS4 counts", async () => {
  await using shell = await Shell.open("bash", { rc: false, before: MARKED });
  await shell.line("exec 9>~/trace; BASH_XTRACEFD=9; n=0; PS4='$((++n))+ '");
  await shell.line("set -x");
  await shell.line("echo a");
  await shell.line("(exit 3)");
  await shell.line("set +x");
  await shell.line("true");
  assert.deepEqual(
    Deno.readTextFileSync(`${shell.home}/trace`).match(/^.*(?:rustory|trap).*$/gm),
    null,
  );
  assert.match(await shell.line("echo n=$n"), /n=2\b/);
  assert.deepEqual(shell.records().slice(2, 4).map(({ exitCode }) => exitCode), [0, 3]);
});

Deno.test("bash hook: functions that inherit the traps of others run none of them at a prompt", async () => {
  for (const trap of ["set -T; trap 'echo [seen]' RETURN", "set -E; trap 'echo [seen]' ERR"]) {
    await using shell = await Shell.open("bash", { rc: false, before: MARKED });
    for (const line of [trap, "echo a", "", "echo b"]) await shell.line(line);
    assert.doesNotMatch(shell.output, /^\[seen\]/m);
    assert.deepEqual(shell.commands(), [trap, "echo a", "echo b"]);
  }
});
