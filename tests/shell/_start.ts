/** How the shells of the tests are started: their start-up files, with a mark where a command is over. */
import type { HookOptions } from "../../src/shell/hook.ts";
import { bashHook } from "../../src/shell/hook_bash.ts";
import { fishHook } from "../../src/shell/hook_fish.ts";
import { zshHook } from "../../src/shell/hook_zsh.ts";

export type ShellName = "zsh" | "bash" | "fish";
export const SHELLS: readonly ShellName[] = ["zsh", "bash", "fish"];

/** How a shell is started. */
export interface ShellOptions {
  /** Lines of the start-up file before and after the hook. */
  readonly before?: string;
  readonly after?: string;
  /** Lines directly before the hook, behind the harness's own. */
  readonly between?: string;
  /** @default {true} */
  readonly hook?: boolean;
  /** Makes another script of the hook's. */
  readonly edit?: (script: string) => string;
  /** Whether the start-up file has the prompt and the mark. @default {true} */
  readonly rc?: boolean;
  /** The folder for files of a moment. @default {the spool folder} */
  readonly scratch?: string;
  readonly upArrow?: boolean;
  readonly suggest?: boolean;
  /** The file that says where a daemon listens. */
  readonly door?: string;
  /** @default {true} */
  readonly followShell?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Words to put before the shell, such as `strace -f`. */
  readonly through?: readonly string[];
  /** A folder with another version of the shell, to be first on the PATH. */
  readonly bin?: string;
  /** A script that is `rr` on the PATH. */
  readonly rr?: string;
  /** The folder of an earlier shell, to share its home and spool. */
  readonly home?: string;
}

/** What a shell of the tests shows when it waits for a command. */
export const PROMPT = "<@> ";
// Each prints a mark when a command is over, before the prompt: a prompt itself may be drawn twice.
const MARK = "\\033]777;%s\\007";
const RC: Record<ShellName, string> = {
  zsh: `PS1='${PROMPT}'; PS2='> '; unsetopt prompt_sp prompt_cr
_marks=0
_mark() { printf '${MARK}' $((++_marks)); }
precmd_functions=(_mark)`,
  bash: `PS1='${PROMPT}'; PS2='> '
_marks=0
PROMPT_COMMAND=\${PROMPT_COMMAND:+$PROMPT_COMMAND$'\\n'}'\\builtin printf "${MARK}" "$((++_marks))"'`,
  fish: `function fish_greeting; end
function fish_title; end
function fish_prompt; printf '${PROMPT}'; end
set -g _marks 0
function _mark --on-event fish_prompt
  set _marks (math $_marks + 1)
  printf '${MARK}' $_marks
end`,
};
const HOOKS: Record<ShellName, (options: HookOptions) => string> = {
  zsh: zshHook,
  bash: bashHook,
  fish: fishHook,
};

/** Writes the start-up file; the words that start the shell. */
export function start(name: ShellName, home: string, options: ShellOptions): string[] {
  const { before = "", after = "", hook = true, upArrow = false, rc: hasRc = true } = options;
  const { edit = (script) => script } = options;
  const script = edit(HOOKS[name]({
    folder: `${home}/db/spool`,
    scratch: options.scratch ?? `${home}/db/spool`,
    program: ["rr"],
    upArrow,
    suggest: options.suggest,
    door: options.door,
    followShell: options.followShell ?? true,
  }));
  if (options.scratch !== undefined) Deno.mkdirSync(options.scratch, { mode: 0o700 });
  Deno.writeTextFileSync(`${home}/hook`, script);
  const rc = [
    before,
    hasRc ? RC[name] : "",
    options.between ?? "",
    hook ? `source ${home}/hook` : "",
    after,
    "",
  ].join(
    "\n",
  );
  switch (name) {
    case "zsh":
      Deno.writeTextFileSync(`${home}/.zshrc`, rc);
      return ["zsh", "-d", "-i"];
    case "bash":
      Deno.writeTextFileSync(`${home}/.bashrc`, rc);
      return ["bash", "--noprofile", "--rcfile", `${home}/.bashrc`, "-i"];
    case "fish":
      // Without the folder, the first fish of a user starts a scan of all manual pages.
      Deno.mkdirSync(`${home}/data/fish/generated_completions`, { recursive: true });
      Deno.mkdirSync(`${home}/config/fish`, { recursive: true });
      Deno.writeTextFileSync(`${home}/config/fish/config.fish`, rc);
      return ["fish"];
  }
}
