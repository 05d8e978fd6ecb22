import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { hookScript, writeHookFile } from "../../app/hook_file.ts";
import { quoteForFish, quoteForShell } from "../../base/shell_words.ts";
import type { ShellName } from "../../shell/hook.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag } from "../flags/flags.ts";

interface Flags {
  readonly shell: ShellName | undefined;
  readonly file: boolean;
  readonly upArrow: boolean;
  readonly suggest: boolean;
  readonly uninstall: boolean;
}

/** `rr hook` */
export const command: CliCommand = defineCommand<Flags>({
  usage: [
    "[--shell zsh|bash|fish] [--file] [--up-arrow] [--suggest]",
    "[--shell zsh|bash|fish] --uninstall",
  ],
  details: `Examples, each for the end of your shell's start-up file:
  source <(rr hook --shell zsh)             in ~/.zshrc (zsh 5.8 and newer)
  eval "$(rr hook --shell bash)"            in ~/.bashrc (bash 5.0 and newer)
  rr hook --shell fish | source             in ~/.config/fish/config.fish (fish 3.6 and newer)
  rr hook --shell zsh --file >> ~/.zshrc    once: from then on a new shell starts no process for it

Every command is recorded when it ends: its text, start, duration, status and folder. The shell
appends it to a file beside the database by itself: no process is started, and nothing is printed.
The next rr that reads the history takes it in; the daemon does at once. The file that --file makes
is kept up to date by the daemon and by ctrl-r.

--up-arrow and --suggest are answered by the daemon, and no process is started in zsh and bash; where
none runs, the keys do what they did before. With --up-arrow, Up puts the command before on the line:
of this session, then of this device, of those that begin with what was typed; Down comes back.
With --suggest, zsh shows the likeliest next command behind the line, before a key is typed and while
you type: End or Right takes it. zsh-autosuggestions shows it in its place if you have that. fish has
suggestions of its own, so there Right on an empty line puts ours on it. bash has no place to show one.

Not recorded: a line that begins with a blank, a line that is nothing but a command of rr, what
record_ignore_regex, record_ignore_dirs and record_secrets_filter leave out, and, unless
record_follow_shell = false, what the shell is told not to keep: while HISTFILE is unset, with an empty
fish_history or in private mode, by HISTIGNORE or HISTORY_IGNORE, or by zshaddhistory. \`rr pause\` and
\`rr resume\` stop and go on in one shell; while RUSTORY_HOOK_DISABLE is set nothing is recorded.

Kept too: the line that ends the shell (exit, a closed terminal), and in zsh and fish one that becomes
another program (exec). Lost: what runs when the shell is killed by kill -9, and an exec in bash. bash
joins the lines of a compound command (\`shopt -s lithist\` keeps them apart), and puts the choice of a
search on the prompt even with search_enter = "run". Older versions of bash have
\`rr import --from bash\`.`,
  flags: {
    shell: {
      kind: "enum",
      values: ["zsh", "bash", "fish"],
      optional: true,
      brief: "The shell that will read it [default the one that is in use, else zsh]",
    },
    file: switchFlag("Put it into a file, with the completions, and print the line that loads it"),
    upArrow: switchFlag("Go back with Up through this session's commands, then earlier ones"),
    suggest: switchFlag("Offer the likeliest next command: zsh behind the line, fish at Right"),
    uninstall: switchFlag("Print what takes the hook out of a running shell"),
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const shell = flags.shell ?? await usedShell(world);
  if (flags.uninstall) {
    world.stdout.write(await uninstallerOf(shell));
    return ExitCode.OK;
  }
  const settings = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  if (flags.file) {
    const path = await writeHookFile(world, settings, shell, flags);
    world.stdout.write(`${sourceLine(shell, path)}\n`);
    return ExitCode.OK;
  }
  world.stdout.write(await hookScript(world, settings, shell, flags));
  return ExitCode.OK;
}

// Start files name the shell: what finds it out starts a process.
async function usedShell(world: World): Promise<ShellName> {
  const { shellInUse } = await import("../machine/shell_in_use.ts");
  const { systemRun } = await import("../../service/run.ts");
  return await shellInUse(world, systemRun) ?? "zsh";
}

// It must do no harm on a machine with the same start-up files and without rr.
function sourceLine(shell: ShellName, path: string): string {
  return shell === "fish"
    ? `not test -r ${quoteForFish(path)}; or source ${quoteForFish(path)}`
    : `[ ! -r ${quoteForShell(path)} ] || . ${quoteForShell(path)}`;
}

async function uninstallerOf(shell: ShellName): Promise<string> {
  switch (shell) {
    case "zsh":
      return (await import("../../shell/hook_zsh.ts")).ZSH_UNINSTALL;
    case "bash":
      return (await import("../../shell/hook_bash.ts")).BASH_UNINSTALL;
    case "fish":
      return (await import("../../shell/hook_fish.ts")).FISH_UNINSTALL;
  }
}
