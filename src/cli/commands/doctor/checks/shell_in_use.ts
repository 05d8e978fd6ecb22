/** Which shell `rr doctor` was called from, and whether the hook is loaded in it. */
import type { World } from "../../../../base/world.ts";
import type { Run } from "../../../../service/run.ts";
import type { ShellName } from "../../../../shell/hook.ts";

/** A shell that a person types into. */
export interface ShellInUse {
  readonly name: ShellName;
  /** Its process; `undefined` if only `$SHELL` tells of it. */
  readonly pid: number | undefined;
  /** Whether the hook is loaded in this very process; `undefined` if that cannot be seen. */
  readonly isHooked: boolean | undefined;
}

const SHELLS: readonly string[] = ["zsh", "bash", "fish"] satisfies ShellName[];
/** Between `rr` and its shell lie wrappers such as npx, sudo or time; more is a loop. */
const MOST_PARENTS = 16;

/** The nearest interactive shell above this process, else the login shell; `undefined` for others. */
export async function shellInUse(
  world: Pick<World, "pid" | "os" | "env">,
  run: Run,
): Promise<ShellInUse | undefined> {
  const session = world.env("RUSTORY_SESSION");
  let below = await processOf(world.pid, world.os, run);
  let copy: ShellInUse | undefined;
  for (let n = 0; below !== undefined && below.parent > 1 && n < MOST_PARENTS; n++) {
    const pid = below.parent;
    const process = await processOf(pid, world.os, run);
    const name = interactiveShell(process?.argv ?? []);
    if (name !== undefined) {
      // A session's name begins with the process it was made in; a shell within it inherits the variable.
      const shell = { name, pid, isHooked: session?.startsWith(`${pid}-`) ?? false };
      // A shell that a person types into gives each line a group. One in the group of what it runs is a
      // copy of it, such as bash makes for a function in a pipeline.
      if (shell.isHooked || process?.group !== below.group) return shell;
      copy ??= shell;
    }
    below = process;
  }
  if (copy !== undefined) return copy;
  const login = world.env("SHELL")?.split("/").at(-1) ?? "";
  if (!isShell(login)) return undefined;
  return { name: login, pid: undefined, isHooked: session === undefined ? undefined : true };
}

function isShell(name: string): name is ShellName {
  return SHELLS.includes(name);
}

/** The name of the shell that a command line starts, if a person types into it. */
export function interactiveShell(
  [program = "", ...args]: readonly string[],
): ShellName | undefined {
  const name = program.replace(/^-/, "").split("/").at(-1)!;
  if (!isShell(name)) return undefined;
  const isAsked = args.some((arg) => /^-[a-zA-Z]*i/.test(arg) || arg === "--interactive");
  // Whatever else is given names a script or a command, and then nobody types.
  const isValue = (i: number): boolean => /^--(?:rcfile|init-file)$/.test(args[i - 1] ?? "");
  const runsScript = args.some((arg, i) =>
    !isValue(i) && (!arg.startsWith("-") || /^-[a-z]*c/.test(arg))
  );
  return isAsked || !runsScript ? name : undefined;
}

interface Process {
  readonly parent: number;
  readonly group: number;
  readonly argv: readonly string[];
}

/** A process as the system shows it: by `cat`, since Deno keeps programs out of `/proc`, or by `ps`. */
async function processOf(
  pid: number,
  os: World["os"],
  run: Run,
): Promise<Process | undefined> {
  if (os !== "linux") {
    const { stdout } = await run(["ps", "-o", "ppid=,pgid=,command=", "-p", String(pid)]);
    const [parent, group, ...argv] = stdout.trim().split(/\s+/);
    return parent ? { parent: Number(parent), group: Number(group), argv } : undefined;
  }
  const { stdout } = await run(["cat", `/proc/${pid}/stat`, `/proc/${pid}/cmdline`]);
  const [stat = "", ...rest] = stdout.split("\n");
  // The name in parentheses may hold anything, parentheses too.
  const [, parent, group] = /^ \S (\d+) (\d+)/.exec(stat.split(")").at(-1)!) ?? [];
  if (parent === undefined) return undefined;
  return {
    parent: Number(parent),
    group: Number(group),
    argv: rest.join("\n").split("\0").filter(Boolean),
  };
}
