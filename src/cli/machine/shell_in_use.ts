/** Which shell a person sits at. Nothing of a hot path: it starts a process. */
import type { World } from "../../base/world.ts";
import { HOOK_SHELLS } from "../../app/hook_file.ts";
import type { Run } from "../../service/run.ts";
import type { ShellName } from "../../shell/hook.ts";

/**
 * The shell that started this program, else the one of the login (`$SHELL`); `undefined` if neither
 * is one that there is a hook for. A bash that was started within zsh leaves `$SHELL` as it was.
 */
export async function shellInUse(world: World, run: Run): Promise<ShellName | undefined> {
  return await parentShell(world, run) ?? loginShell(world);
}

/** The shell of the login, as `$SHELL` has it. */
export function loginShell(world: Pick<World, "env">): ShellName | undefined {
  return shellNamed(world.env("SHELL") ?? "");
}

/** The shell that is this program's parent, if it is one. */
export async function parentShell(world: World, run: Run): Promise<ShellName | undefined> {
  const pid = String(world.parentPid);
  // Linux without procps is common; Deno itself opens nothing below /proc.
  const asked = world.os === "linux"
    ? ["cat", `/proc/${pid}/comm`]
    : ["ps", "-o", "comm=", "-p", pid];
  const { code, stdout } = await run(asked);
  return code === 0 ? shellNamed(stdout.trim()) : undefined;
}

// A login shell is called `-zsh`.
function shellNamed(program: string): ShellName | undefined {
  const name = program.split("/").at(-1)!.replace(/^-/, "");
  return HOOK_SHELLS.find((shell) => shell === name);
}
