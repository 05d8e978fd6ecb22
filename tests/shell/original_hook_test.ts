/**
 * A shell that was open before the change-over, or that has the original's hook in a file. What is here
 * does with the same names what that hook does.
 */
import assert from "node:assert/strict";
import { bashHook } from "../../src/shell/hook_bash.ts";
import { ZSH_UNINSTALL, zshHook } from "../../src/shell/hook_zsh.ts";
import { denoFolder, Shell } from "./_shell.ts";

const GUARD = `[[ -z \${__RUSTORY_HOOK_INSTALLED-} ]] || return 0; __RUSTORY_HOOK_INSTALLED=1
__rustory_hook_disabled() { [[ -n \${RUSTORY_HOOK_DISABLE-} ]]; }
__rustory_epoch_ms() { printf 0; }
`;

const ORIGINAL = {
  bash: (search: string): string =>
    `${GUARD}__rustory_last_histnum= __rustory_last_start_ms= __rustory_in_hook=
__rustory_preexec() { printf 'old-preexec\\n' >>"$HOME/old"; }
trap '__rustory_preexec' DEBUG
__rustory_precmd() { printf 'old-precmd\\n' >>"$HOME/old"; }
PROMPT_COMMAND="__rustory_precmd\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
__rustory_ctrl_r() {
  local selected
  selected="$(${search})" || return 0
  READLINE_LINE="\${READLINE_LINE:0:$READLINE_POINT}$selected\${READLINE_LINE:$READLINE_POINT}"
  READLINE_POINT=$((READLINE_POINT + \${#selected}))
}
bind -x '"\\C-r":__rustory_ctrl_r'
`,
  zsh: (search: string): string =>
    `${GUARD}autoload -Uz add-zsh-hook
typeset -g __rustory_last_cmd= __rustory_last_start_ms=
__rustory_preexec() { print old-preexec >>"$HOME/old"; }
__rustory_precmd() { print old-precmd >>"$HOME/old"; }
add-zsh-hook preexec __rustory_preexec
add-zsh-hook precmd __rustory_precmd
__rustory_widget_ctrl_r() {
  local selected
  selected="$(${search})" || return 0
  [[ -n $selected ]] && LBUFFER+=$selected
  zle redisplay
}
zle -N __rustory_ctrl_r_widget __rustory_widget_ctrl_r
bindkey '^R' __rustory_ctrl_r_widget
`,
};

const SEARCHES = ['rr search --limit "${RUSTORY_SEARCH_LIMIT:-100000}"', "rr search"];
const PROGRAM = `#!/bin/sh
exec '${Deno.execPath()}' run -A --quiet '${new URL("../../cli.ts", import.meta.url).pathname}' "$@"
`;
// The program itself starts in these shells; its modules are cached already.
const ENV = { DENO_DIR: denoFolder(), RUSTORY_DB_PATH: "db/history.db" };

for (const name of ["bash", "zsh"] as const) {
  for (const search of SEARCHES) {
    Deno.test(`${name}: ctrl-r of the original's hook, ${search}, puts one chosen command on the prompt`, async () => {
      const before = ORIGINAL[name](search);
      await using shell = await Shell.open(name, {
        hook: false,
        rr: PROGRAM,
        env: ENV,
        after: before,
      });
      for (const n of [1, 2, 3]) await shell.line(`rr record --cmd 'touch ran-${n}' --cwd /`);
      const from = shell.output.length;
      await shell.type("\x12");
      await shell.screen("touch ran-1", from);
      await shell.type("ran-3\r");
      await shell.until(() => shell.output.lastIndexOf("touch ran-3") > from, "choice");
      await shell.runs(name);
      await shell.idle();
      assert.deepEqual(ran(shell.home), [], "nothing runs by itself");
      await shell.type("\r");
      await shell.prompt();
      assert.deepEqual(ran(shell.home), ["ran-3"]);
    });
  }

  Deno.test(`${name}: our hook takes the place of the original's in an open shell, and keeps it`, async () => {
    await using shell = await Shell.open(name, {
      hook: false,
      after: ORIGINAL[name](SEARCHES[0]!),
    });
    const hook = { folder: shell.spool, scratch: shell.spool, program: ["rr"], upArrow: false };
    Deno.writeTextFileSync(`${shell.home}/ours`, name === "zsh" ? zshHook(hook) : bashHook(hook));
    Deno.writeTextFileSync(`${shell.home}/theirs`, ORIGINAL[name](SEARCHES[0]!));
    await shell.line("source ./ours");
    Deno.writeTextFileSync(`${shell.home}/old`, "");
    await shell.line("echo one");
    await shell.line("source ./theirs");
    await shell.line("echo two");
    const old = Deno.readTextFileSync(`${shell.home}/old`);
    assert.deepEqual(shell.commands(), ["echo one", "source ./theirs", "echo two"]);
    assert.equal(old, "", "the original's functions are not called any more");
    const bound = await shell.line(name === "zsh" ? "bindkey '^R'" : "bind -X");
    assert.match(bound, /rustory[-_]search/);
    assert.doesNotMatch(bound, /ctrl_r/);
  });
}

Deno.test("zsh: without our hook again, ctrl-r is zsh's own search, not the original's", async () => {
  await using shell = await Shell.open("zsh", { before: ORIGINAL.zsh(SEARCHES[0]!) });
  await shell.line("echo one");
  assert.deepEqual(shell.commands(), ["echo one"]);
  await shell.line(ZSH_UNINSTALL.trim());
  assert.match(await shell.line("bindkey '^R'"), /history-incremental-search-backward/);
});

function ran(home: string): string[] {
  return Array.from(Deno.readDirSync(home), (file) => file.name).filter((name) =>
    name.startsWith("ran-")
  ).sort();
}
