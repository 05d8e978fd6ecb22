/** What is special to zsh: its options, and who else uses its hooks. */
import assert from "node:assert/strict";
import { Shell } from "./_shell.ts";

Deno.test("zsh hook: works under options that change the language", async () => {
  const options = "ksh_arrays sh_word_split no_unset extended_glob all_export posix_builtins " +
    "null_glob hist_ignore_all_dups c_bases glob_subst no_clobber";
  await using shell = await Shell.open("zsh", { after: `setopt ${options}` });
  await shell.line("echo a");
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["echo a", "echo a"]);
  assert.doesNotMatch(shell.output, /not set|bad|no match/);
});

Deno.test("zsh hook: is read where sh is emulated, whose grammar has neither patterns nor closing braces", async () => {
  const before = "setopt sh_glob ignore_braces ignore_close_braces posix_aliases";
  await using shell = await Shell.open("zsh", { before });
  await shell.line("echo a");
  await shell.line("(exit 3)");
  assert.deepEqual(
    shell.records().map(({ command, exitCode }) => [command, exitCode]),
    [["echo a", 0], ["(exit 3)", 3]],
  );
  assert.doesNotMatch(shell.output, /parse error/);
  assert.match(
    await shell.line("[[ -o shglob && -o ignorebraces && -o aliases ]]; echo is:$?"),
    /is:0/,
  );
});

Deno.test("zsh hook: traps for DEBUG and ZERR see no more of it than its first steps", async () => {
  await using shell = await Shell.open("zsh");
  await shell.line("trap 'echo E' ZERR; trap 'echo D:$ZSH_DEBUG_CMD' DEBUG");
  const seen = await shell.line("true");
  assert.doesNotMatch(seen, /\nE\r/);
  // Those of the harness besides.
  assert.doesNotMatch(
    seen.replaceAll(/\{\r\n.*?\n\} 2> \/dev\/null/gs, ""),
    /D:(?!local|_mark|true|\s|builtin printf).*rustory/,
  );
  assert.match(await shell.line("false"), /\nE\r/);
  assert.deepEqual(shell.commands().slice(1), ["true", "false"]);
});

Deno.test("zsh hook: works and shows nothing with functions named like builtins it calls", async () => {
  const before = `for it in trap sysopen syswrite exec print zmodload zf_rm unfunction continue
do functions[$it]='echo F'; done`;
  await using shell = await Shell.open("zsh", { before });
  for (const line of ["echo a", "(exit 5)"]) await shell.line(line);
  assert.deepEqual(
    shell.records().map(({ command, exitCode }) => [command, exitCode]),
    [["echo a", 0], ["(exit 5)", 5]],
  );
  assert.doesNotMatch(shell.output, /\nF\r/);
});

Deno.test("zsh hook: is read right whatever aliases there are", async () => {
  const before = `alias local=false typeset=false print=false builtin=false emulate=false
alias -g fd='| head' took=x CURSOR=y`;
  await using shell = await Shell.open("zsh", { before });
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["echo a"]);
  assert.match(await shell.line("alias local"), /local=false/);
});

Deno.test("zsh hook: leaves other hooks their order and their status", async () => {
  const before = `first() { seen=("$seen[@]" "first $?"); false }
second() { seen=("$seen[@]" "second $?"); }
autoload -Uz add-zsh-hook`;
  const after = `add-zsh-hook precmd first; add-zsh-hook precmd second; seen=()`;
  await using shell = await Shell.open("zsh", { before, after });
  await shell.line("seen=(); (exit 4)");
  assert.match(await shell.line("print -l $seen"), /first 4\r\nsecond 4/);
  assert.match(await shell.line("print $precmd_functions"), /__rustory_precmd _mark first second/);
});

Deno.test("zsh hook: takes the command as typed, not as an alias or !! makes it", async () => {
  await using shell = await Shell.open("zsh", { before: "alias ll='ls -l'" });
  await shell.line("ll -d /");
  await shell.line("echo x");
  await shell.line("!!; echo y");
  assert.deepEqual(shell.commands(), ["ll -d /", "echo x", "echo x; echo y"]);
});

Deno.test("zsh hook: respects HISTORY_IGNORE and goes on with one that is no pattern", async () => {
  await using shell = await Shell.open("zsh", { before: "HISTORY_IGNORE='(ls|pass *)'" });
  await shell.line("pass show x 2>/dev/null");
  await shell.line("echo a");
  await shell.line("HISTORY_IGNORE='(('");
  await shell.line("echo b");
  const commands = shell.commands();
  assert.ok(commands.includes("echo a") && commands.includes("echo b"));
  assert.ok(!commands.some((command) => command.startsWith("pass")));
  assert.doesNotMatch(shell.output, /bad pattern/);
});

Deno.test("zsh hook: does not record a subshell's exit a second time", async () => {
  await using shell = await Shell.open("zsh");
  await shell.line("(exit 3); (exit 4)");
  await shell.line("echo $(exit 5)");
  assert.deepEqual(shell.records().map((record) => record.key), ["1", "2"]);
});

Deno.test("zsh hook: writes without zsh/system too", async () => {
  await using shell = await Shell.open("zsh", { after: "zmodload -u zsh/system" });
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["echo a"]);
});

type Recorded = readonly [command: string, exit: number];
const CASES: Record<
  string,
  { before?: string; lines: readonly string[]; wanted: readonly Recorded[] }
> = {
  "a leading blank that hist_reduce_blanks takes away": {
    before: "setopt hist_reduce_blanks",
    lines: [" echo hidden", "echo   a"],
    wanted: [["echo a", 0]],
  },
  "functions that may call no other": {
    lines: ["FUNCNEST=1", "echo a", "(exit 3)"],
    wanted: [["FUNCNEST=1", 0], ["echo a", 0], ["(exit 3)", 3]],
  },
  "hooks that are set anew, each in turn": {
    lines: [
      "echo a",
      "preexec_functions=() zshaddhistory_functions=()",
      "(exit 3)",
      "# no comment here",
      `precmd_functions=(_mark)`,
      "(exit 4)",
      "echo b",
    ],
    wanted: [
      ["echo a", 0],
      ["preexec_functions=() zshaddhistory_functions=()", 0],
      ["(exit 3)", 3],
      ["# no comment here", 127],
      ["precmd_functions=(_mark)", 0],
      ["(exit 4)", 4],
      ["echo b", 0],
    ],
  },
  "hist_verify, which puts the line back on the prompt": {
    before: "setopt hist_verify",
    lines: ["(exit 3)", "!!", "", "echo a"],
    wanted: [["(exit 3)", 3], ["(exit 3)", 3], ["echo a", 0]],
  },
  "a line with a mistake in it": {
    before: "setopt interactive_comments",
    lines: ["echo )", "# a", "echo a"],
    wanted: [["echo )", 1], ["# a", 0], ["echo a", 0]],
  },
  "fc, r and an editor": {
    before: `printf '#!/bin/sh\\necho "(exit 5)" >"$1"\\n' >ed; chmod +x ed; FCEDIT=~/ed`,
    lines: ["echo a", "r", "fc -e - a=b", "fc"],
    wanted: [["echo a", 0], ["echo a", 0], ["echo b", 0], ["(exit 5)", 5]],
  },
};
for (const [what, { before = "", lines, wanted }] of Object.entries(CASES)) {
  Deno.test(`zsh hook: records what ran with ${what}`, async () => {
    await using shell = await Shell.open("zsh", {
      before: `SAVEHIST=100; HISTSIZE=100; HISTFILE=~/h\n${before}`,
    });
    for (const line of lines) await shell.line(line);
    assert.deepEqual(shell.records().map(({ command, exitCode }) => [command, exitCode]), wanted);
  });
}

Deno.test("zsh hook: does not record a command that was left half typed", async () => {
  await using shell = await Shell.open("zsh");
  // A terminal throws away what was typed before ctrl-c and is not read yet.
  const from = shell.output.length;
  await shell.type("for i in 1\r");
  await shell.screen("\n", from);
  await shell.type("do nothing-to-do");
  await shell.screen("to-do", from);
  await shell.idle();
  await shell.type("\x03");
  await shell.prompt();
  await shell.line("echo a");
  assert.deepEqual(shell.commands(), ["echo a"]);
});

Deno.test("zsh hook: keeps the command with which err_exit ends the shell", async () => {
  await using shell = await Shell.open("zsh");
  await shell.line("setopt err_exit");
  await shell.line("echo a");
  await shell.type("false\r");
  await shell.ended();
  const records = shell.records().map(({ command, exitCode }) => [command, exitCode]);
  assert.deepEqual(records, [["false", -1], ["setopt err_exit", 0], ["echo a", 0]]);
});

Deno.test("zsh hook: gives its keys back", async () => {
  await using shell = await Shell.open("zsh", { before: "bindkey '^R' beginning-of-line" });
  assert.match(await shell.line("bindkey '^R'"), /rustory-search/);
  assert.match(
    await shell.line("__rustory_uninstall; bindkey '^R'; bindkey -l"),
    /"\^R" beginning-of-line\r\n(?!.*rustory)/s,
  );
});

Deno.test("zsh hook: records in whole seconds where zsh has no modules", async () => {
  const home = Deno.makeTempDirSync({ prefix: "rr-zsh-" });
  Deno.writeTextFileSync(`${home}/.zshenv`, "module_path=(/nowhere)\n");
  try {
    await using shell = await Shell.open("zsh", { home });
    await shell.line("echo a");
    const [record] = shell.records();
    assert.equal(record!.command, "echo a");
    assert.ok(Math.abs(record!.startedAtMs - Date.now()) < 120_000);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("zsh hook: says once why a shell is not recorded", async () => {
  await using shell = await Shell.open("zsh", {
    rc: false,
    before: `_marks=0; PS2='> '; setopt prompt_subst; unsetopt prompt_sp prompt_cr
PROMPT=$'%{\\e]777;$((++_marks))\\a%}<@> '; readonly -a precmd_functions=()`,
  });
  await shell.line("echo a");
  assert.equal(shell.output.match(/rr: nothing is recorded in this shell/g)?.length, 1);
  assert.deepEqual(shell.commands(), []);
});

Deno.test("zsh hook: an exec has a key of its own, and is known to start what stands behind its options", async () => {
  await using shell = await Shell.open("zsh");
  await shell.line("echo a");
  await shell.type("exec -a other sh -c 'exit 6'\r");
  assert.equal(await shell.ended(), 6);
  const [first, last] = shell.records().toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  assert.equal(last?.exitCode, 0, "not 127: it is a program that is there");
  assert.equal(Number(last?.key), Number(first?.key) + 1);
});

Deno.test("zsh hook: what a zshaddhistory refuses is that line alone", async () => {
  const before = "zshaddhistory() { [[ $1 != *secret* ]] }";
  await using shell = await Shell.open("zsh", { before });
  for (const line of ["echo a", "echo secret", "echo b"]) await shell.line(line);
  assert.deepEqual(shell.commands(), ["echo a", "echo b"]);
});
