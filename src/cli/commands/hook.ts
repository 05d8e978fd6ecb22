import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import { spoolFolder } from "../../config/paths.ts";
import type { HookOptions } from "../../shell/hook.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag } from "../flags.ts";

interface Flags {
  readonly shell: "zsh" | "bash" | "fish";
  readonly upArrow: boolean;
  readonly uninstall: boolean;
}

/** `rr hook` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["--shell zsh|bash|fish [--up-arrow]", "--shell zsh|bash|fish --uninstall"],
  details: `Examples, each for the end of your shell's start-up file:
  source <(rr hook --shell zsh)             in ~/.zshrc (zsh 5.8 and newer)
  eval "$(rr hook --shell bash)"            in ~/.bashrc (bash 5.0 and newer)
  rr hook --shell fish | source             in ~/.config/fish/config.fish (fish 3.6 and newer)

Every command is recorded when it ends: its text, start, duration, status and folder. The shell
appends it to a file beside the database by itself: no process is started, and nothing is printed.
The next rr that reads the history takes it in; the daemon does at once.

Not recorded: a line that begins with a blank, what fish's private mode or bash's HISTIGNORE or zsh's
HISTORY_IGNORE hide, rr itself, and what record_ignore_regex, record_ignore_dirs and
record_secrets_filter leave out. \`rr pause\` and \`rr resume\` stop and go on in one shell; while
RUSTORY_HOOK_DISABLE is set to anything nothing is recorded.

In bash, \`exit\` and \`exec\` lines are not recorded, lines of a compound command are joined as bash
joins them (\`shopt -s lithist\` keeps them apart), and Enter in the search puts the command on the
prompt even with search_enter = "run". Older versions of bash get ctrl-r only, and
\`rr import --from bash\`.`,
  flags: {
    shell: {
      kind: "enum",
      values: ["zsh", "bash", "fish"],
      default: "zsh",
      brief: "The shell that will read it",
    },
    upArrow: switchFlag("Search with Up too, this session's commands first"),
    uninstall: switchFlag("Print what takes the hook out of a running shell"),
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const script = await scriptOf(flags.shell);
  if (flags.uninstall) {
    world.stdout.write(script.uninstall);
    return ExitCode.OK;
  }
  const { dbPath } = loadSettings(world, { dbPath: flags.dbPath }, { lenient: true });
  if (dbPath === ":memory:") {
    throw new RrError("usage", "Cannot hook a shell to a database that is only in memory", {
      hint: "Name a file with --db-path",
    });
  }
  const folder = absolute(spoolFolder(dbPath), world);
  world.files.makePrivateFolder(folder);
  const scratch = scratchFolder(world) ?? folder;
  const options = { folder, scratch, program: world.program(), upArrow: flags.upArrow };
  world.stdout.write(script.hook(options));
  return ExitCode.OK;
}

// A file that is cut short at every prompt belongs into memory: some file systems write it out each time.
function scratchFolder(world: World): string | undefined {
  const runtime = world.env("XDG_RUNTIME_DIR");
  if (runtime === undefined || !runtime.startsWith("/")) return undefined;
  try {
    const folder = `${runtime}/rustory`;
    world.files.makePrivateFolder(folder);
    removeOld(folder, world);
    return folder;
  } catch {
    // Gone or not ours, as after `su`.
    return undefined;
  }
}

const OLD_MS = 7 * 24 * 3_600_000;

function removeOld(folder: string, { files, clock }: World): void {
  for (const name of files.list(folder)) {
    const { mtimeMs = Infinity } = files.stat(`${folder}/${name}`) ?? {};
    if (name.endsWith(".line") && clock.now() - mtimeMs > OLD_MS) files.remove(`${folder}/${name}`);
  }
}

interface Script {
  readonly hook: (options: HookOptions) => string;
  readonly uninstall: string;
}

// Each shell start runs this: only the one script is loaded.
async function scriptOf(shell: Flags["shell"]): Promise<Script> {
  switch (shell) {
    case "zsh": {
      const { zshHook, ZSH_UNINSTALL } = await import("../../shell/hook_zsh.ts");
      return { hook: zshHook, uninstall: ZSH_UNINSTALL };
    }
    case "bash": {
      const { bashHook, BASH_UNINSTALL } = await import("../../shell/hook_bash.ts");
      return { hook: bashHook, uninstall: BASH_UNINSTALL };
    }
    case "fish": {
      const { fishHook, FISH_UNINSTALL } = await import("../../shell/hook_fish.ts");
      return { hook: fishHook, uninstall: FISH_UNINSTALL };
    }
  }
}

// The shell may change its folder; the script must not depend on it.
function absolute(path: string, world: World): string {
  if (path.startsWith("/")) return path;
  const cwd = world.cwd();
  if (cwd === undefined) {
    throw new RrError("io", `Cannot tell where "${path}" is: the current folder is gone`, {
      hint: "Change to a folder that exists, or name the database by its full path",
    });
  }
  return `${cwd}/${path}`;
}
