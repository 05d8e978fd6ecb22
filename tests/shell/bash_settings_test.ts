/** bash: settings, traps and endings that must neither break the hook nor see it. */
import assert from "node:assert/strict";
import { Shell } from "./_shell.ts";

Deno.test("bash hook: goes on when the folder for its scratch file is gone", async () => {
  const home = Deno.makeTempDirSync({ prefix: "rr-bash-" });
  try {
    await using shell = await Shell.open("bash", { home, scratch: `${home}/run` });
    await shell.line("echo before");
    Deno.removeSync(`${home}/run`, { recursive: true });
    await shell.line("echo after1");
    await shell.line("echo after2");
    assert.deepEqual(shell.commands(), ["echo before", "echo after1", "echo after2"]);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("bash hook: shows nothing under set -x, exports nothing under set -a, outlives ulimit -f 0", async () => {
  await using shell = await Shell.open("bash", { before: "set -a" });
  await shell.line("set -x");
  assert.doesNotMatch(await shell.line("echo a"), /rustory/);
  await shell.line("set +x");
  const seen = await shell.line("env | grep -a rustory; bash -c 'declare -F' | grep -c rustory");
  assert.doesNotMatch(seen, /__rustory|BASH_FUNC/);
  await shell.line("ulimit -f 0");
  assert.match(await shell.line("echo alive"), /alive/);
});

Deno.test("bash hook: says once why a shell is not recorded", async () => {
  for (
    const before of ["readonly PROMPT_COMMAND", "readonly PS0=", 'local() { builtin local "$@"; }']
  ) {
    await using shell = await Shell.open("bash", {
      after: "_mark 2>/dev/null",
      before: `
PROMPT_COMMAND='\\builtin printf "\\033]777;%s\\007" "$((++_marks))"'
PS1='<@> '; _marks=0; ${before}`,
      rc: false,
    });
    await shell.line("echo a");
    assert.equal(shell.output.match(/rr: nothing is recorded in this shell/g)?.length, 1);
    assert.deepEqual(shell.commands(), []);
  }
});

Deno.test("bash hook: a DEBUG trap that is typed notes none of ours from its first prompt on", async () => {
  await using shell = await Shell.open("bash");
  for (
    const line of ["echo a", `trap 'echo "$BASH_COMMAND" >>~/noted' DEBUG`, "(exit 3)", "echo b"]
  ) {
    await shell.line(line);
  }
  assert.doesNotMatch(Deno.readTextFileSync(`${shell.home}/noted`), /rustory/);
  assert.deepEqual(shell.records().map(({ exitCode }) => exitCode), [0, 0, 3, 0]);
});

// Any tool that times or names commands by a DEBUG trap and its own prompt command.
const TIMER = `ready= t0=$EPOCHREALTIME
pre() { if [ -n "$ready" ] && [[ $BASH_COMMAND != *777* ]]; then ready=; t0=$EPOCHREALTIME; printf '<pre:%s>' "$BASH_COMMAND"; fi; }
post() { printf '<took:%s>' $(( (\${EPOCHREALTIME/[.,]/} - \${t0/[.,]/}) / 100000 )); ready=1; }
trap pre DEBUG
PROMPT_COMMAND+=(post)`;

for (const where of ["before", "after"] as const) {
  Deno.test(`bash hook: no DEBUG trap sees it, loaded ${where} the hook`, async () => {
    await using shell = await Shell.open(
      "bash",
      where === "after" ? { after: TIMER } : { between: TIMER },
    );
    for (const line of ["true", "", "(true)", "true"]) await shell.line(line);
    assert.match(await shell.line("sleep 0.3"), /<pre:sleep 0\.3>[^<]*<took:[34]>/);
    assert.doesNotMatch(shell.output, /pre:[^>]*rustory/);
    assert.deepEqual(shell.commands(), ["true", "(true)", "true", "sleep 0.3"]);
  });

  Deno.test(`bash hook: a DEBUG trap that notes every command notes none of ours, set ${where}`, async () => {
    const trap = `trap 'printf "%s\\n" "$BASH_COMMAND" >>~/noted' DEBUG`;
    await using shell = await Shell.open(
      "bash",
      where === "after" ? { after: trap } : { between: trap },
    );
    Deno.writeTextFileSync(`${shell.home}/noted`, "");
    for (const line of ["true", "", "(exit 3)", "echo a"]) await shell.line(line);
    assert.doesNotMatch(Deno.readTextFileSync(`${shell.home}/noted`), /rustory/);
    assert.deepEqual(shell.commands(), ["true", "(exit 3)", "echo a"]);
    assert.deepEqual(shell.records().map(({ exitCode }) => exitCode), [0, 3, 0]);
  });
}

const ODD_NAMES = {
  "aliases named like words it is made of":
    "alias do=docker done=x in=x case=x trap='echo T' local=x [=x",
  "functions named like builtins it calls":
    'for it in : break continue read bind history printf mapfile trap set umask [ test; do eval "function $it { echo F; }"; done',
  "set -k": "set -k",
};
for (const [what, odd] of Object.entries(ODD_NAMES)) {
  Deno.test(`bash hook: records and shows nothing with ${what}`, async () => {
    for (const before of [odd, ""]) {
      await using shell = await Shell.open("bash", { before });
      const lines = ["echo a", "false", "(exit 5)"];
      if (before === "") lines.unshift(odd);
      for (const line of lines) await shell.line(line);
      assert.deepEqual(shell.commands(), lines);
      assert.deepEqual(shell.records().slice(-3).map((record) => record.exitCode), [0, 1, 5]);
      assert.doesNotMatch(shell.output, /__rustory|\nF\r|syntax error|docker\b.*not found/);
    }
  });
}
