/** What is special to bash: its history settings, and who else uses its prompt. */
import assert from "node:assert/strict";
import { Shell } from "./_shell.ts";

async function recorded(before: string, lines: readonly string[]): Promise<string[]> {
  await using shell = await Shell.open("bash", { before });
  for (const line of lines) await shell.line(line);
  return shell.commands();
}

const REPEATS = ["echo a", "echo a", " echo hidden", "echo a", "echo b"];

for (const control of ["", "ignorespace", "ignoredups", "ignoreboth", "ignoreboth:erasedups"]) {
  Deno.test(`bash hook: records repeats and hides what is hidden with HISTCONTROL=${control}`, async () => {
    const wanted = REPEATS.filter((line) => !line.startsWith(" "));
    assert.deepEqual(await recorded(`HISTCONTROL=${control}`, REPEATS), wanted);
  });
}

Deno.test("bash hook: records repeats with erasedups where nothing hides lines", async () => {
  const lines = ["echo a", "echo b", "echo a", "echo a", "echo b"];
  assert.deepEqual(await recorded("HISTCONTROL=erasedups", lines), lines);
});

Deno.test("bash hook: keeps bash's own history as ignoredups wants it", async () => {
  await using shell = await Shell.open("bash", { before: "HISTCONTROL=ignoreboth" });
  for (const line of REPEATS) await shell.line(line);
  const screen = await shell.line("history");
  const listed = screen.match(/^ *\d+ +.*$/gm)?.map((line) =>
    line.trim().replace(/^\d+ +/, "").trim()
  );
  assert.deepEqual(listed, ["echo a", "echo b", "history"]);
});

Deno.test("bash hook: respects HISTIGNORE and a history that is off", async () => {
  assert.deepEqual(await recorded("HISTIGNORE='ls*:echo x'", ["ls -d /", "echo x", "echo y"]), [
    "echo y",
  ]);
  const lines = ["echo a", "set +o history", "echo b", "set -o history", "echo c"];
  const seen = await recorded("", lines);
  assert.ok(!seen.includes("echo b"));
  assert.ok(seen.includes("echo a") && seen.includes("echo c"));
});

for (const format of ["HISTTIMEFORMAT='%F %T '", "readonly HISTTIMEFORMAT='%F %T '"]) {
  Deno.test(`bash hook: reads the line under ${format}`, async () => {
    const lines = ["echo 2024-01-01 00:00:00 a", "  ", "echo b", "echo b"];
    const seen = await recorded(format, lines);
    assert.deepEqual(seen, ["echo 2024-01-01 00:00:00 a", "echo b", "echo b"]);
  });
}

Deno.test("bash hook: does not record the last command of the session before", async () => {
  await using first = await Shell.open("bash", { before: "HISTFILE=~/h" });
  await first.line("echo yesterday");
  await first.type("exit\r");
  await first.ended();
  await using second = await Shell.open("bash", { before: "HISTFILE=~/h", home: first.home });
  await second.line("");
  await second.line("echo today");
  assert.deepEqual(second.commands(), ["echo yesterday", "exit", "echo today"]);
});

Deno.test("bash hook: works with set -e, noclobber, posix mode and aliases of its commands", async () => {
  const before = `set -o noclobber; shopt -s expand_aliases histverify
alias printf='echo aliased' read=false history=false umask=false local=false`;
  assert.deepEqual(await recorded(before, ["echo a", "echo b"]), ["echo a", "echo b"]);
  assert.deepEqual(await recorded("", ["set -e", "true", "set +e"]), ["set -e", "true", "set +e"]);
  assert.deepEqual(await recorded("", ["set -o posix", "echo a"]), ["set -o posix", "echo a"]);
});

Deno.test("bash hook: is loaded whatever functions have the names of builtins", async () => {
  const before = ["shopt", "set", "export", "type", "eval", "unset", "declare", "trap"]
    .map((name) => `${name}() { :; }`).join("; ");
  await using shell = await Shell.open("bash", { before });
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["echo a"]);
  assert.doesNotMatch(shell.output, /rr: nothing is recorded/);
});

Deno.test("bash hook: works where IFS is read-only and odd", async () => {
  for (const mode of ["", "set -o posix"]) {
    const before = `readonly IFS=': x0'; ${mode}`;
    await using shell = await Shell.open("bash", { before });
    await shell.line("(exit 5)");
    await shell.run("echo x0 : a\nfalse\necho b");
    assert.deepEqual(
      shell.records().map(({ command, exitCode }) => [command, exitCode]),
      [["(exit 5)", 5], ["echo x0 : a", 0], ["false", 1], ["echo b", 0]],
    );
    assert.doesNotMatch(shell.output, /identifier|readonly/);
  }
});

Deno.test("bash hook: records while prompts are not expanded, and as before when they are again", async () => {
  await using shell = await Shell.open("bash");
  const lines = [
    "echo a",
    "echo b",
    "shopt -u promptvars",
    "(exit 3)",
    "shopt -s promptvars",
    "echo c",
  ];
  for (const line of lines) await shell.line(line);
  await shell.run("false\n(exit 5)\necho d");
  assert.deepEqual(
    shell.records().map(({ command, exitCode }) => [command, exitCode]),
    [
      ...lines.map((line) => [line, line === "(exit 3)" ? 3 : 0]),
      ["false", 1],
      ["(exit 5)", 5],
      ["echo d", 0],
    ],
  );
});

Deno.test("bash hook: does not show its PS0 where prompts are not expanded", async () => {
  await using shell = await Shell.open("bash");
  await shell.line("shopt -u promptvars");
  assert.doesNotMatch(await shell.line("echo a"), /rustory/);
  await shell.line("shopt -s promptvars");
  await shell.line("echo b");
  assert.equal(shell.commands().at(-1), "echo b");
});

const OTHERS: Record<string, { before?: string; after?: string; works: string }> = {
  "a prompt command of ours behind": {
    after: `PROMPT_COMMAND="$PROMPT_COMMAND; seen=\\$?"`,
    works: "(exit 4)|echo $seen|4",
  },
  "a prompt command in front": {
    after: `PROMPT_COMMAND="seen=\\$?; $PROMPT_COMMAND"`,
    works: "(exit 4)|echo $seen|4",
  },
  "an array of prompt commands": {
    before: `PROMPT_COMMAND=(: 'one=$?' 'two="\${PIPESTATUS[*]}"')`,
    after: `PROMPT_COMMAND+=('three=$?')`,
    works: "true | (exit 4)|echo $one $two $three|4 0 4 4",
  },
  "a first element that replaces ours": {
    after: `PROMPT_COMMAND="$_MARKER"`,
    works: "true|echo fine|fine",
  },
  "a DEBUG trap": {
    before: `trap 'last=$BASH_COMMAND' DEBUG`,
    works: "true first|echo ${#last}|",
  },
  "an EXIT and an ERR trap": {
    before: `trap 'echo bye' EXIT; trap 'errors=$((errors+1))' ERR`,
    works: "false|echo $errors|1",
  },
  "a PS0 of its own": { before: `PS0='<start \\!>'`, works: "true|true|<start" },
  "a PS0 set later": { after: `PS0='<start>'`, works: "true|true|<start>" },
  // What direnv does.
  "a hook that keeps the status": {
    after: `_dir() { local s=$?; dirs_seen=$((dirs_seen+1)); return $s; }
PROMPT_COMMAND="_dir\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"`,
    works: "(exit 3)|echo $?|3",
  },
  // What starship does: it takes over the DEBUG trap and the prompt command and runs the old one.
  "a prompt program": {
    after: `_ps_pre() { [[ \${_ps_ready-} ]] && _ps_start=1; _ps_ready=; : "$1"; }
trap '_ps_pre "$_"' DEBUG
_ps_old=$PROMPT_COMMAND
_ps() { _ps_status=$?; eval "$_ps_old"; PS1="$PS1"; _ps_ready=1; return $_ps_status; }
PROMPT_COMMAND=_ps`,
    works: "(exit 3)|echo $_ps_status|3",
  },
  // What bash-preexec does: at the first prompt it installs itself around what is there.
  "a preexec library": {
    before: `_bp_install() {
  PROMPT_COMMAND=\${PROMPT_COMMAND/_bp_install/:}
  PROMPT_COMMAND="_bp_pre"$'\\n'"$PROMPT_COMMAND"; PROMPT_COMMAND+=('_bp_ready=1')
  trap '_bp_debug' DEBUG; HISTCONTROL=\${HISTCONTROL/ignorespace}
}
_bp_pre() { _bp_status=$?; _bp_ready=; return $_bp_status; }
_bp_debug() { [[ -n \${_bp_ready-} ]] || return 0; [[ " \${PROMPT_COMMAND[*]} " == *"$BASH_COMMAND"* ]] && return 0
  _bp_ready=; _bp_ran=$((_bp_ran+1)); return 0; }`,
    after: `PROMPT_COMMAND+=(_bp_install)`,
    works: "(exit 3)|echo $_bp_status|3",
  },
};

for (const [what, { before = "", after = "", works }] of Object.entries(OTHERS)) {
  Deno.test(`bash hook: gets along with ${what}`, async () => {
    const marker = `_MARKER=$PROMPT_COMMAND`;
    const opened = Date.now();
    await using shell = await Shell.open("bash", { before, after: `${marker}\n${after}` });
    const [first, second, shown] = works.split("|").length > 3
      ? [
        works.slice(0, works.lastIndexOf("|echo")),
        ...works.slice(works.lastIndexOf("|echo") + 1).split("|"),
      ]
      : works.split("|");
    await shell.line("echo start");
    await shell.line(first!);
    const screen = await shell.line(second!);
    assert.ok(screen.includes(`\r${shown}`) || screen.includes(`\n${shown}`), screen);
    await shell.line("echo a");
    await shell.line("echo a");
    assert.deepEqual(shell.commands(), ["echo start", first, second, "echo a", "echo a"]);
    const openMs = Date.now() - opened;
    assert.ok(shell.records().every((record) => record.durationMs <= openMs));
    assert.equal(
      shell.records()[1]!.exitCode,
      Number(/exit (\d)/.exec(first!)?.[1] ?? (first === "false" ? 1 : 0)),
    );
  });
}

Deno.test("bash hook: uses the hooks of ble.sh where it is loaded", async () => {
  // Enough of ble.sh to show which hooks are asked for: it calls them with the command.
  const before = `BLE_VERSION=0.4
blehook() { local h; for h; do printf '%s\\n' "$h" >>~/blehook; done; }`;
  await using shell = await Shell.open("bash", { before });
  assert.equal(
    Deno.readTextFileSync(`${shell.home}/blehook`),
    "PREEXEC+=__rustory_ble_preexec\nPRECMD+=__rustory_ble_precmd\nEXIT+=__rustory_ble_exit\n",
  );
  await shell.line("__rustory_ble_preexec $'echo a\\nb'; (exit 3); __rustory_ble_precmd");
  await shell.line("__rustory_ble_preexec 'exit 7'; (exit 7); __rustory_ble_exit");
  // A closed terminal has none.
  await shell.line("__rustory_ble_preexec 'sleep 9'; (exit 0); __rustory_ble_exit");
  assert.deepEqual(shell.records().map(({ command, exitCode }) => [command, exitCode]), [
    ["echo a\nb", 3],
    ["exit 7", 7],
    ["sleep 9", -1],
  ]);
  assert.doesNotMatch(await shell.line('echo "${PS0-none} ${PROMPT_COMMAND[*]}"'), /\n.*__rustory/);
});

for (const order of ["ble.sh first", "hook first"]) {
  Deno.test(`bash hook: ctrl-r is ble.sh's to read, which runs the choice, ${order}`, async () => {
    // Enough of ble.sh to show what it is told.
    const ble = `BLE_VERSION=0.4 BLE_ATTACHED=1
blehook() { :; }
for name in builtin/bind widget/accept-line; do eval "ble/$name() { echo $name \\"\\$*\\" >>~/told; }"; done
ble-edit/content/reset-and-check-dirty() { echo "line $*" >>~/told; }
for name in "\${BLE_ONLOAD[@]}"; do $name; done`;
    await using shell = await Shell.open("bash", {
      [order === "hook first" ? "after" : "before"]: ble,
      upArrow: true,
    });
    const told = (): string[] => Deno.readTextFileSync(`${shell.home}/told`).trim().split("\n");
    assert.deepEqual(
      told(),
      ["emacs", "vi-insert", "vi-command"].map((map) =>
        `builtin/bind -m ${map} -x "\\C-r": __rustory_search`
      ),
    );
    await shell.line(
      "READLINE_LINE=a; __rustory_answer $'run\\necho b'; echo \"<$READLINE_LINE>\"",
    );
    assert.deepEqual(told().slice(3), ["line echo b", "widget/accept-line"]);
    await shell.line("__rustory_answer $'edit\\necho c'; echo \"<$READLINE_LINE>\"");
    await shell.line("__rustory_answer ''; echo \"<$READLINE_LINE>\"");
    assert.deepEqual(shell.output.match(/^<.*>(?=\r)/gm), ["<>", "<echo c>", "<echo c>"]);
    assert.equal(told().length, 5);
  });
}

Deno.test("bash hook: says in one sentence what an old bash gets", async () => {
  const { bashHook } = await import("../../src/shell/hook_bash.ts");
  const script = bashHook({
    folder: "/nowhere",
    scratch: "/nowhere",
    program: ["rr"],
    upArrow: false,
  })
    .replaceAll("BASH_VERSINFO[0] < 5", "4 < 5").replaceAll("$BASH_VERSION", "4.4.0");
  const { stdout, stderr, code } = await new Deno.Command("bash", {
    args: ["--norc", "-i", "-c", `${script}\ndeclare -F; echo $?`],
    stdin: "null",
    env: { HOME: "/nonexistent" },
  }).output();
  const err = new TextDecoder().decode(stderr).split("\n").filter((line) => line.startsWith("rr:"));
  assert.equal(err.length, 1);
  assert.match(err[0]!, /needs bash 5\.0 or newer, and this is 4\.4\.0/);
  assert.equal(code, 0);
  assert.ok(!new TextDecoder().decode(stdout).includes("__rustory_precmd"));
});
