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
