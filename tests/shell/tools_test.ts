/**
 * The matrix: each shell with each tool that people load beside the hook, loaded before it and after
 * it. The tool must do its job, and every command must be recorded once with its start, duration and
 * status. The tools are the real ones, as packages install them; a machine without one skips it.
 */
import assert from "node:assert/strict";
import { crate, existing, programs } from "./_find.ts";
import { Shell, type ShellName, timed } from "./_shell.ts";

/** A tool, and how to see that it does its job. */
interface Tool {
  readonly shells: readonly ShellName[];
  /** A file that is there where the tool is installed. */
  readonly file: (shell: ShellName) => string | undefined;
  /** What loads it. */
  readonly load: (shell: ShellName, file: string) => string;
  /** What the screen must show for `sleep 0.3` and `(exit 3)`. */
  readonly shows?: { readonly sleep?: RegExp; readonly exit?: RegExp };
  /** What a command must answer where the tool is at work. */
  readonly asks?: Partial<Record<ShellName, readonly [command: string, answer: RegExp]>>;
}

// Its prompt is drawn by a program. In its place one that shows what it was told.
const STARSHIP = `#!/bin/sh
case $1 in
  time) date +%s%3N ;;
  prompt) case "$*" in *--continuation* | *--right*) exit ;; esac
    for word; do case $word in --status=* | --cmd-duration=*) printf '{%s}' "$word" ;; esac; done
    printf '<@> ' ;;
esac
`;

// A history program in whose place one notes how it is called.
const NOTES = `#!/bin/sh
echo "\${0##*/} $*" >>~/calls
case "$1 $2" in "history start" | "uuid "*) echo id ;; esac
`;
function noting(shell: ShellName, name: string, load: string): string {
  const set = shell === "fish" ? "set -gx PATH $HOME/bin $PATH" : "PATH=$HOME/bin:$PATH";
  const script = NOTES.replaceAll("'", shell === "fish" ? "\\'" : `'\\''`);
  return `mkdir -p ~/bin
printf '%s' '${script}' >~/bin/${name}
chmod +x ~/bin/${name}
${set}
${load}`;
}

// As editors bring to their terminals: takes the prompt command that is there into its own, and names what
// runs by a DEBUG trap.
const EDITOR = `__ed_running=1; __ed_others=\${PROMPT_COMMAND:-}
__ed_pre() { if [ "$__ed_running" = 0 ]; then __ed_running=1; printf '{E:%s}' "$BASH_COMMAND"; fi; }
__ed_set() { return "$1"; }
__ed_prompt() {
  __ed_status=$?
  __ed_set "$__ed_status"
  local one
  for one in "\${__ed_others[@]}"; do eval "\${one:-}"; done
  printf '{D:%s}' "$__ed_status"
  __ed_running=0
}
trap '__ed_pre "$_"' DEBUG
PROMPT_COMMAND=__ed_prompt`;

const TOOLS: Record<string, Tool> = {
  "an editor's terminal": {
    shells: ["bash"],
    file: () => "",
    load: () => EDITOR,
    shows: { sleep: /\{E:sleep 0\.3\}.*\{D:0\}/s, exit: /\{D:3\}/ },
  },
  "bash-preexec": {
    shells: ["bash"],
    file: () => crate("atuin", "vendor/bash-preexec/bash-preexec.sh"),
    load: (_, file) =>
      `. '${file}'; preexec() { printf '{pre %s}' "$1"; }; precmd() { printf '{post %s}' "$?"; }`,
    shows: { sleep: /\{pre sleep 0\.3\}.*\{post 0\}/s, exit: /\{post 3\}/ },
  },
  "atuin": {
    shells: ["zsh", "bash", "fish"],
    file: (shell) => crate("atuin", `src/shell/atuin.${shell}`),
    load: (shell, file) => {
      const preexec = crate("atuin", "vendor/bash-preexec/bash-preexec.sh");
      const first = shell === "bash" ? `. '${preexec}'; ATUIN_NOBIND=1\n` : "";
      return noting(shell, "atuin", `${first}source '${file}'`);
    },
    // bash-preexec does not see a command in parentheses.
    asks: {
      zsh: ["cat ~/calls", /start .*sleep 0\.3[^]*end [^]*start .*exit 3[^]*end .*--exit 3/],
      bash: ["cat ~/calls", /start .*sleep 0\.3[^]*end .*--exit 0/],
      fish: ["cat ~/calls", /start .*sleep 0\.3[^]*end [^]*start .*exit 3[^]*end .*--exit 3/],
    },
  },
  "mcfly": {
    shells: ["zsh", "bash"],
    file: (shell) => crate("mcfly", `mcfly.${shell}`),
    load: (shell, file) =>
      noting(shell, "mcfly", `HISTFILE=~/.own_history; : >>$HISTFILE\nsource '${file}'`),
    asks: {
      zsh: ["cat ~/calls", /add --exit 0[^]*add --exit 3/],
      bash: ["cat ~/calls", /add --exit 0[^]*add --exit 3/],
    },
  },
  "starship": {
    shells: ["zsh", "bash", "fish"],
    file: (shell) => crate("starship", `src/init/starship.${shell}`),
    load: (shell, file) => {
      const script = Deno.readTextFileSync(file).replaceAll("::STARSHIP::", "starship");
      const set = shell === "fish" ? "set -gx PATH $HOME/bin $PATH" : "PATH=$HOME/bin:$PATH";
      return `mkdir -p ~/bin
printf '%s' '${STARSHIP.replaceAll("'", shell === "fish" ? "\\'" : `'\\''`)}' >~/bin/starship
chmod +x ~/bin/starship
${set}
${script}`;
    },
    shows: {
      sleep: /\{--status=0\}.*\{--cmd-duration=[34]\d\d\}|\{--cmd-duration=[34]\d\d\}/s,
      exit: /\{--status=3\}/,
    },
  },
  "direnv": {
    shells: ["zsh", "bash", "fish"],
    file: () => programs("direnv"),
    load: (shell) =>
      shell === "fish" ? "direnv hook fish | source" : `eval "$(direnv hook ${shell})"`,
    asks: {
      zsh: [
        `mkdir -p d; echo 'export FOUND=yes' >d/.envrc; direnv allow d; cd d`,
        /export \+FOUND/,
      ],
      bash: [
        `mkdir -p d; echo 'export FOUND=yes' >d/.envrc; direnv allow d; cd d`,
        /export \+FOUND/,
      ],
      fish: [
        `mkdir -p d; echo 'export FOUND=yes' >d/.envrc; direnv allow d; cd d`,
        /export \+FOUND/,
      ],
    },
  },
  "fzf": {
    shells: ["zsh", "bash", "fish"],
    file: (shell) => existing(`/usr/share/doc/fzf/examples/key-bindings.${shell}`),
    load: (shell, file) => shell === "fish" ? `source ${file}; fzf_key_bindings` : `source ${file}`,
    asks: {
      zsh: ["bindkey '^T'", /fzf-file-widget/],
      bash: ["bind -X | grep -c fzf", /^[1-9]/m],
      fish: ["bind \\ct", /fzf-file-widget/],
    },
  },
  "zsh-autosuggestions": {
    shells: ["zsh"],
    file: () => existing("/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh"),
    load: (_, file) => `source ${file}`,
    asks: { zsh: ["echo $widgets[self-insert]", /user:_zsh_autosuggest/] },
  },
  "zsh-syntax-highlighting": {
    shells: ["zsh"],
    file: () => existing("/usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh"),
    load: (_, file) => `source ${file}`,
    asks: { zsh: ["echo $+functions[_zsh_highlight]", /^1/m] },
  },
};

for (const [what, tool] of Object.entries(TOOLS)) {
  for (const shell of tool.shells) {
    for (const order of ["hook first", "tool first"] as const) {
      const file = tool.file(shell);
      Deno.test({
        name: `${shell} hook: gets along with ${what}, ${order}`,
        ignore: file === undefined,
        fn: () => together(shell, tool, tool.load(shell, file!), order),
      });
    }
  }
}

async function together(
  name: ShellName,
  tool: Tool,
  load: string,
  order: "hook first" | "tool first",
): Promise<void> {
  const start = Date.now();
  await using shell = await Shell.open(
    name,
    order === "hook first" ? { after: load } : {
      between: load,
    },
  );
  const failing = name === "fish" ? "sh -c 'exit 3'" : "(exit 3)";
  await shell.line("true");
  let slept = "";
  const took = await timed(async () => slept = await shown(shell, "sleep 0.3"));
  const failed = await shown(shell, failing);
  if (tool.shows?.sleep !== undefined) assert.match(slept, tool.shows.sleep);
  if (tool.shows?.exit !== undefined) assert.match(failed, tool.shows.exit);
  const lines = ["true", "sleep 0.3", failing];
  const asked = tool.asks?.[name];
  if (asked !== undefined) {
    lines.push(asked[0]);
    assert.match(await shown(shell, asked[0]), asked[1]);
  }
  const records = shell.records();
  assert.deepEqual(records.map(({ command }) => command), lines);
  assert.deepEqual(records.slice(0, 3).map(({ exitCode }) => exitCode), [0, 0, 3]);
  const [, sleep, fail] = records;
  assert.ok(sleep!.durationMs >= 300 && sleep!.durationMs <= took, `${sleep!.durationMs} ms`);
  assert.ok(sleep!.startedAtMs >= start - 50 && fail!.startedAtMs >= sleep!.startedAtMs + 290);
}

// What the screen got for one line, the prompt behind it included.
async function shown(shell: Shell, line: string): Promise<string> {
  const from = shell.output.length;
  await shell.line(line);
  await shell.idle();
  return shell.output.slice(from);
}
