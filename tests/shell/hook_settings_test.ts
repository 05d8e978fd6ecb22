/** What the shells' own settings say, lines that run nothing, and lines that do not come back. */
import assert from "node:assert/strict";
import { hookFile, refreshHookFiles, writeHookFile } from "../../src/app/hook_file.ts";
import { systemWorld } from "../../src/world/system.ts";
import { Shell, type ShellName } from "./_shell.ts";

async function recorded(
  name: ShellName,
  lines: readonly string[],
  options: { before?: string; after?: string; followShell?: boolean } = {},
): Promise<string[]> {
  await using shell = await Shell.open(name, options);
  for (const line of lines) await shell.line(line);
  return shell.commands();
}

const ZSH = "HISTFILE=~/h SAVEHIST=100; setopt interactive_comments hist_ignore_space";
const PRIVATE: Record<string, {
  name: ShellName;
  before: string;
  lines: readonly string[];
  wanted: readonly string[];
  /** With record_follow_shell = false. */
  all: readonly string[];
}> = {
  "an unset HISTFILE": {
    name: "zsh",
    before: ZSH,
    lines: ["echo a", "unset HISTFILE", "echo b"],
    wanted: ["echo a", "unset HISTFILE"],
    all: ["echo a", "unset HISTFILE", "echo b"],
  },
  "a zshaddhistory that refuses": {
    name: "zsh",
    before: `${ZSH}
zshaddhistory() { [[ $1 != *secret* ]] }`,
    lines: ["echo secret", "# secret comment", "# comment", "echo b"],
    wanted: ["# comment", "echo b"],
    all: ["echo secret", "# secret comment", "# comment", "echo b"],
  },
  "one of several zshaddhistory functions": {
    name: "zsh",
    before: `${ZSH}
one() { return 0 }; two() { [[ $1 == secret* ]] && return 2; return 0 }
zshaddhistory_functions=(one two)`,
    lines: ["echo a", "secret", "echo b"],
    wanted: ["echo a", "echo b"],
    all: ["echo a", "secret", "echo b"],
  },
  "an alias that begins with a space": {
    name: "zsh",
    before: `${ZSH}; alias lss=' ls -d .'`,
    lines: ["lss", "echo seen"],
    wanted: ["echo seen"],
    all: ["lss", "echo seen"],
  },
  "HISTORY_IGNORE": {
    name: "zsh",
    before: `${ZSH}; HISTORY_IGNORE='(ls|pwd)*'`,
    lines: ["pwd", "echo seen"],
    wanted: ["echo seen"],
    all: ["pwd", "echo seen"],
  },
  "an empty fish_history": {
    name: "fish",
    before: "",
    lines: ["echo a", "set fish_history ''", "echo b", "set fish_history fish", "echo c"],
    wanted: ["echo a", "set fish_history ''", "echo c"],
    all: ["echo a", "set fish_history ''", "echo b", "set fish_history fish", "echo c"],
  },
  "fish_should_add_to_history": {
    name: "fish",
    before: "function fish_should_add_to_history; not string match -q '*secret*' -- $argv[1]; end",
    lines: ["echo secret", "echo b"],
    wanted: ["echo b"],
    all: ["echo secret", "echo b"],
  },
  "HISTFILE in bash": {
    name: "bash",
    before: "",
    lines: ["echo a", "unset HISTFILE", "echo b"],
    wanted: ["echo a"],
    all: ["echo a", "unset HISTFILE", "echo b"],
  },
};

for (const [what, { name, before, lines, wanted, all }] of Object.entries(PRIVATE)) {
  Deno.test(`${name} hook: follows ${what}, unless told not to`, async () => {
    assert.deepEqual(await recorded(name, lines, { before }), wanted);
    assert.deepEqual(await recorded(name, lines, { before, followShell: false }), all);
  });
}

Deno.test("zsh hook: a zshaddhistory of others keeps its say and is as it was without the hook", async () => {
  const { ZSH_UNINSTALL } = await import("../../src/shell/hook_zsh.ts");
  const before = `${ZSH}\nzshaddhistory() { [[ $1 != *secret* ]] }`;
  await using shell = await Shell.open("zsh", { before });
  for (const line of ["echo secret", "echo kept"]) await shell.line(line);
  assert.doesNotMatch(await shell.line("fc -l"), /secret/);
  await shell.line(ZSH_UNINSTALL.trim());
  assert.doesNotMatch(await shell.line("functions zshaddhistory"), /rustory/);
});

Deno.test("zsh hook: records comments and lines with a mistake in them, with their status", async () => {
  await using shell = await Shell.open("zsh", { before: ZSH });
  for (const line of ["false", "# a comment", "echo )", "echo ok"]) await shell.line(line);
  assert.deepEqual(
    shell.records().map(({ command, exitCode }) => [command, exitCode]),
    [["false", 1], ["# a comment", 0], ["echo )", 1], ["echo ok", 0]],
  );
});

Deno.test("zsh hook: a zsh without a history file of its own is recorded", async () => {
  assert.deepEqual(await recorded("zsh", ["echo a"]), ["echo a"]);
});

for (const name of ["zsh", "fish"] as const) {
  Deno.test(`${name} hook: keeps an exec that is not the first word or behind an alias, and not one that fails`, async () => {
    const failing = name === "fish" ? "false; and exec sh" : "false && exec sh";
    const before = `alias reload='exec ${name}'`;
    await using shell = await Shell.open(name, { before });
    await shell.line(failing);
    const [failed] = shell.records();
    assert.deepEqual([failed!.command, failed!.exitCode], [failing, 1]);
    const leave = name === "fish" ? "cd /; and exec fish" : "cd / && exec zsh";
    for (const line of [leave, "reload"]) {
      const from = shell.output.length;
      await shell.type(`${line}\r`);
      await shell.screen("\x1b]777;1\x07", from);
      await shell.screen("<@> ", shell.output.indexOf("777;1", from));
    }
    await shell.idle();
    const last = shell.records().map(({ command, exitCode }) => [command, exitCode]);
    for (const wanted of [leave, "reload"]) {
      assert.equal(last.filter(([c, e]) => c === wanted && e === 0).length, 1, wanted);
    }
    assert.deepEqual(shell.spoolFiles().filter((file) => file.endsWith(".exec")), []);
  });
}

for (const name of ["zsh", "fish"] as const) {
  Deno.test(`${name} hook: outlives ulimit -f 0`, async () => {
    await using shell = await Shell.open(name);
    await shell.line("ulimit -f 0");
    assert.match(await shell.line("echo alive"), /alive/);
  });
}

Deno.test("zsh hook: shows nothing of its own under set -x", async () => {
  await using shell = await Shell.open("zsh", { upArrow: true, suggest: true });
  await shell.line("set -x");
  assert.doesNotMatch(await shell.line("echo a"), /rustory/);
  // Their end runs the hooks of the shell's.
  assert.doesNotMatch(await shell.line("(exit 3); (echo b; exit 4)"), /rustory/);
  assert.deepEqual(shell.records().map(({ exitCode }) => exitCode), [0, 0, 4]);
});

for (const name of ["zsh", "bash", "fish"] as const) {
  Deno.test(`${name} hook: works from the file, which is made anew for another rr only`, async () => {
    const home = Deno.makeTempDirSync({ prefix: "rr-file-" });
    try {
      const world = await systemWorld();
      const dbPath = `${home}/db/history.db`;
      const settings = { home, dbPath, recordFollowShell: true };
      const path = await writeHookFile(world, settings, name, { upArrow: true, suggest: true });
      assert.equal(path, hookFile(home, name));
      const made = Deno.readTextFileSync(path);
      assert.match(made, /complete|compdef/);
      await using shell = await Shell.open(name, { home, hook: false, after: `source ${path}` });
      await shell.line("echo a");
      assert.deepEqual(shell.commands(), ["echo a"]);
      await refreshHookFiles(world, settings, true);
      assert.equal(Deno.readTextFileSync(path), made);
      Deno.writeTextFileSync(path, made.replace(/"version":"[^"]*"/, '"version":"0.0.0"'));
      await refreshHookFiles(world, { ...settings, dbPath: `${home}/other.db` });
      assert.notEqual(Deno.readTextFileSync(path), made, "of another database");
      await refreshHookFiles(world, settings, true);
      assert.equal(Deno.readTextFileSync(path), made);
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  });
}
