/** bash: what ran is taken from the history by number; its list, file and settings are only read. */
import assert from "node:assert/strict";
import { Shell } from "./_shell.ts";

type Recorded = readonly [command: string, exit: number];

async function recorded(
  lines: readonly string[],
  { before = "", after = "" } = {},
): Promise<Recorded[]> {
  await using shell = await Shell.open("bash", { before, after });
  for (const line of lines) await (line.includes("\n") ? shell.run(line) : shell.line(line));
  return shell.records().map(({ command, exitCode }) => [command, exitCode]);
}

const CASES: Record<
  string,
  { lines: readonly string[]; wanted: readonly Recorded[]; before?: string }
> = {
  "a comment": {
    lines: ["false", "# git commit -m later", "echo ok"],
    wanted: [["false", 1], ["# git commit -m later", 0], ["echo ok", 0]],
  },
  "a line with a mistake in it": {
    lines: ["echo )", "echo ok"],
    wanted: [["echo )", 2], ["echo ok", 0]],
  },
  "several pasted lines": {
    lines: ["echo first\nsleep 0.2\nfalse", "echo next"],
    wanted: [["echo first", 0], ["sleep 0.2", 0], ["false", 1], ["echo next", 0]],
  },
  "history -s, which takes its own line away": {
    lines: ["history -s never-run-this", "echo x"],
    wanted: [["history -s never-run-this", 0], ["echo x", 0]],
  },
  "history -s in a function that ran the line": {
    before: `again() { local fixed="\${1-echo better}"; eval "$fixed"; history -s $fixed; }`,
    lines: ["false", "again", "again ''", "history -s two words", "x=1; history -s $x"],
    wanted: [
      ["false", 1],
      ["echo better", 0],
      ["again ''", 0],
      ["history -s two words", 0],
      ["history -s $x", 0],
    ],
  },
  "history -d of the last line": {
    before: "HISTCONTROL=ignoredups",
    lines: ["echo keepme", "history -d -1", "echo next"],
    wanted: [["echo keepme", 0], ["echo next", 0]],
  },
  "history -d of an older line": {
    lines: ["echo a", "echo b", "history -d 1", "echo c"],
    wanted: [["echo a", 0], ["echo b", 0], ["history -d 1", 0], ["echo c", 0]],
  },
  "history -c": {
    lines: ["echo a", "history -c", "echo b", "echo c"],
    wanted: [["echo a", 0], ["echo b", 0], ["echo c", 0]],
  },
  "history -r, whose lines nobody ran": {
    lines: ["printf 'one\\ntwo\\n' > other", "history -r other", "echo c"],
    wanted: [["printf 'one\\ntwo\\n' > other", 0], ["history -r other", 0], ["echo c", 0]],
  },
  "ignoreboth with erasedups": {
    before: "HISTCONTROL=ignoreboth:erasedups",
    lines: ["echo a", "echo a", " echo hidden", "false", "false", "echo a"],
    wanted: [["echo a", 0], ["echo a", 0], ["false", 1], ["false", 1], ["echo a", 0]],
  },
  "HISTIGNORE with a repeat and a hidden line": {
    before: "HISTIGNORE='&:ls*'",
    lines: ["echo a", "echo a", "ls -d /", "echo b"],
    wanted: [["echo a", 0], ["echo a", 0], ["echo b", 0]],
  },
  "a history that is shared by all shells": {
    before: `HISTCONTROL=ignoredups:erasedups
PROMPT_COMMAND="history -a; history -c; history -r"; printf 'from another\\n' > ~/.bash_history`,
    lines: ["echo a", "echo b", "echo b", "echo a"],
    wanted: [["echo a", 0], ["echo b", 0], ["echo b", 0], ["echo a", 0]],
  },
  "a function that wraps history": {
    before: `_sync() { builtin history -a; builtin history -c; builtin history -r; }
history() { _sync; builtin history "$@"; }
PROMPT_COMMAND=_sync`,
    lines: ["echo a", "echo b", "echo b"],
    wanted: [["echo a", 0], ["echo b", 0], ["echo b", 0]],
  },
  "a short history list": {
    before: "HISTSIZE=2",
    lines: ["echo a", "echo b", "echo c", "echo c"],
    wanted: [["echo a", 0], ["echo b", 0], ["echo c", 0], ["echo c", 0]],
  },
  "the editor": {
    before: `printf '#!/bin/sh\\nprintf "echo one\\\\\\\\nfalse\\\\\\\\n" >"$1"\\n' >ed; chmod +x ed
export EDITOR=~/ed FCEDIT=~/ed`,
    lines: ["echo a", "fc", "echo b"],
    wanted: [["echo a", 0], ["echo one", -1], ["false", 1], ["echo b", 0]],
  },
  "fc -s, whose text may be the last one again": {
    before: "HISTCONTROL=ignoredups:erasedups",
    lines: ["echo a", "fc -s", "fc -s a=b", "fc -s", "fc -s nothing", "echo z"],
    wanted: [
      ["echo a", 0],
      ["echo a", 0],
      ["echo b", 0],
      ["echo b", 0],
      ["fc -s nothing", 1],
      ["echo z", 0],
    ],
  },
  "a history that is off for a while": {
    lines: ["echo a", "set +o history", "echo secret", "", "set -o history", "echo b"],
    wanted: [["echo a", 0], ["set +o history", 0], ["echo b", 0]],
  },
  "a history that is off for a while, beside a DEBUG trap": {
    before: "trap : DEBUG",
    lines: ["echo a", "set +o history", "echo secret", "", "set -o history", "echo b"],
    wanted: [["echo a", 0], ["set +o history", 0], ["echo b", 0]],
  },
  "a history that is off for some lines of a paste": {
    lines: ["echo a", "echo b", "set +o history\necho secret\nset -o history\necho c", "echo d"],
    wanted: [["echo a", 0], ["echo b", 0], ["set +o history", 0], ["echo c", 0], ["echo d", 0]],
  },
  "a shell without EPOCHREALTIME": {
    lines: ["unset EPOCHREALTIME", "echo a", "false"],
    wanted: [["unset EPOCHREALTIME", 0], ["echo a", 0], ["false", 1]],
  },
  "an unset HISTFILE": {
    lines: ["echo a", "unset HISTFILE", "echo b", "HISTFILE=~/.bash_history", "echo c"],
    wanted: [["echo a", 0], ["HISTFILE=~/.bash_history", 0], ["echo c", 0]],
  },
};

for (const [what, { lines, wanted, before = "" }] of Object.entries(CASES)) {
  Deno.test(`bash hook: records what ran with ${what}`, async () => {
    assert.deepEqual(await recorded(lines, { before }), wanted);
  });
}

Deno.test("bash hook: records what an editor gave, not the line it began with nor one that was left", async () => {
  await using shell = await Shell.open("bash", {
    before: `printf '#!/bin/sh\\ncat ~/given >"$1"\\n' >ed; chmod +x ed
printf 'echo edited\\nfalse\\n' >given; export VISUAL=~/ed EDITOR=~/ed`,
  });
  for (const line of ["true", "(exit 3)"]) await shell.line(line);
  await shell.type("echo never-run\x18\x05");
  await shell.screen("<@> ", shell.output.indexOf("edited\r\nfalse"));
  await shell.line("echo a");
  // A terminal throws away what was typed before ctrl-c and is not read yet.
  const from = shell.output.length;
  await shell.type("for i in 1\r");
  await shell.screen("\n", from);
  await shell.type("do nothing-to-do");
  await shell.screen("to-do", from);
  await shell.idle();
  await shell.type("\x03");
  await shell.prompt();
  for (const line of ["# b", "echo )", "echo c"]) await shell.line(line);
  assert.deepEqual(shell.records().map(({ command, exitCode }) => [command, exitCode]), [
    ["true", 0],
    ["(exit 3)", 3],
    ["echo edited", -1],
    ["false", -1],
    ["echo a", 0],
    ["# b", 0],
    ["echo )", 2],
    ["echo c", 0],
  ]);
});

const ENDS: Record<string, readonly [before: string, line: string, exit: number]> = {
  "exit with a status": ["trap 'echo bye' EXIT", "exit 3", 3],
  "exit alone": ["trap 'echo bye' EXIT", "exit", 0],
  "exit before a trap that exits": ["trap 'exit 9' EXIT", "(exit 4); exit", 4],
  "set -e before a trap that exits": ["trap 'exit 9' EXIT", "set -e; (exit 4)", 4],
  "exit in a function": ["", "set -- $(exit 9); q() { exit 5; }; q", 5],
  "set -e": ["", "set -e; (exit 4)", 4],
  "a signal": ["", "kill -HUP $$", -1],
};

for (const [what, [before, line, exit]] of Object.entries(ENDS)) {
  Deno.test(`bash hook: records with which status ${what} ends the shell`, async () => {
    await using shell = await Shell.open("bash", { before });
    await shell.line("true");
    await shell.type(`${line}\r`);
    await shell.ended();
    const last = shell.records().at(-1)!;
    assert.deepEqual([last.command, last.exitCode], [line, exit]);
  });
}

Deno.test("bash hook: an EXIT trap of the user's has the status with which the shell ends", async () => {
  await using shell = await Shell.open("bash", { before: "trap 'echo got $?' EXIT" });
  await shell.line("true");
  await shell.type("set -u; exit 6\r");
  assert.equal(await shell.ended(), 6);
  assert.match(shell.output, /^got 6/m);
});

Deno.test("bash hook: joins the lines of a command where cmdhist is off", async () => {
  await using shell = await Shell.open("bash", { before: "shopt -u cmdhist" });
  await shell.run("for i in 1 2\ndo true\ndone");
  await shell.line("echo z");
  assert.deepEqual(shell.commands(), ["for i in 1 2\ndo true\ndone", "echo z"]);
});

for (
  const [what, before] of Object.entries({
    "history -a; -c; -r": `HISTCONTROL=ignoredups:erasedups
PROMPT_COMMAND="history -a; history -c; history -r"`,
    "ignoredups": "HISTCONTROL=ignoredups; shopt -s histappend",
    "HISTTIMEFORMAT": "HISTCONTROL=ignoreboth; HISTTIMEFORMAT='%F '",
  })
) {
  Deno.test(`bash hook: leaves bash's own history file as it is without it, with ${what}`, async () => {
    const files: string[] = [];
    for (const hook of [false, true]) {
      await using shell = await Shell.open("bash", { before, hook });
      for (const line of ["echo a", "echo b", "echo b", " echo c"]) await shell.line(line);
      await shell.type("exit\r");
      await shell.ended();
      const text = Deno.readTextFileSync(`${shell.home}/.bash_history`);
      files.push(text.replace(/^#\d+$/gm, "#"));
    }
    assert.equal(files[1], files[0]);
  });
}

Deno.test("bash hook: keeps the command that runs when the terminal is closed, and the user's EXIT trap", async () => {
  const home = Deno.makeTempDirSync({ prefix: "rr-bash-" });
  try {
    {
      await using shell = await Shell.open("bash", { home, before: `trap 'touch ~/bye' EXIT` });
      await shell.line("echo one");
      await shell.type("sleep 100\r");
      await shell.runs("sleep");
    }
    const spool = Deno.readTextFileSync(
      `${home}/db/spool/${
        [...Deno.readDirSync(`${home}/db/spool`)]
          .find(({ name }) => name.endsWith(".spool"))!.name
      }`,
    );
    assert.match(spool, /echo one\0\n.*sleep 100\0\n/s);
    assert.ok(Deno.statSync(`${home}/bye`).isFile);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("bash hook: tells a hidden line from a repeat behind which it put away what it had noted", async () => {
  const before = "HISTCONTROL=ignoreboth; bind 'set enable-bracketed-paste off'; set -u";
  await using shell = await Shell.open("bash", { before });
  // It does so behind the 64th.
  const lines = Array.from({ length: 63 }, (_, i) => `: ${i}`);
  await shell.type(`${lines.join("\r")}\r`);
  for (const _ of lines) await shell.prompt();
  for (const line of ["echo r", " echo hidden", "echo r"]) await shell.line(line);
  assert.deepEqual(shell.commands(), [...lines, "echo r", "echo r"]);
});
