/**
 * The hook as a file, so that a shell starts no process to get it. The file has the hook and the
 * completions. Whoever runs a newer rr makes it anew: the daemon when it starts, `rr hook`, ctrl-r.
 */
import { RrError } from "../base/rr_error.ts";
import type { World } from "../base/world.ts";
import { configFolder, shellDoorFile, spoolFolder } from "../config/paths.ts";
import type { HookOptions, ShellName } from "../shell/hook.ts";
import { VERSION } from "../version.ts";

/** What a hook is made from. */
export interface HookSettings {
  readonly home: string;
  readonly dbPath: string;
  readonly recordFollowShell: boolean;
}

/** What is asked for besides recording and ctrl-r. */
export type HookExtras = Pick<HookOptions, "upArrow" | "suggest">;

const NO_EXTRAS: HookExtras = { upArrow: false, suggest: false };

/** The shells, in the order in which their files are looked at. */
export const HOOK_SHELLS: readonly ShellName[] = ["zsh", "bash", "fish"];

/** Where the file of a shell is. */
export function hookFile(home: string, shell: ShellName): string {
  return `${configFolder(home)}/hook.${shell}`;
}

/** The hook of a shell, to be sourced; makes the folder it writes to. */
export async function hookScript(
  world: World,
  settings: HookSettings,
  shell: ShellName,
  extras: HookExtras,
): Promise<string> {
  const dbPath = absolute(settings.dbPath, world);
  const folder = spoolFolder(dbPath);
  const door = shellDoorFile(dbPath);
  world.files.makePrivateFolder(folder);
  const make = await hookOf(shell);
  const followShell = settings.recordFollowShell;
  const { upArrow, suggest } = extras;
  return make({ folder, door, program: world.program(), upArrow, suggest, followShell });
}

/**
 * Writes the file of a shell, unless it is as it should be; its path.
 *
 * @param extras @default {those of the file that is there}
 */
export async function writeHookFile(
  world: World,
  settings: HookSettings,
  shell: ShellName,
  extras?: HookExtras,
): Promise<string> {
  const path = hookFile(settings.home, shell);
  const there = world.files.readText(path);
  const { upArrow, suggest } = extras ?? madeFrom(there) ?? NO_EXTRAS;
  const { COMPLETIONS } = await import("../shell/completions.ts");
  const dbPath = absolute(settings.dbPath, world);
  const made: MadeFrom = { version: VERSION, upArrow, suggest: suggest === true, dbPath };
  const script = await hookScript(world, settings, shell, made);
  const text = `${HEAD}${JSON.stringify(made)}\n${script}\n${COMPLETIONS[shell]}`;
  if (there !== text) {
    world.files.makePrivateFolder(configFolder(settings.home));
    world.files.replacePrivate(path, text);
  }
  return path;
}

const HEAD = "# Made by rr, which keeps it up to date: ";

/**
 * Makes the files anew that there are. One of another database stays as it is.
 *
 * @param onlyOlder only those of another version of rr, which takes no more than a look at each
 */
export async function refreshHookFiles(
  world: World,
  settings: HookSettings,
  onlyOlder = false,
): Promise<void> {
  for (const shell of HOOK_SHELLS) {
    const made = madeFrom(world.files.readText(hookFile(settings.home, shell)));
    if (made === undefined || made.dbPath !== absolute(settings.dbPath, world)) continue;
    if (onlyOlder && made.version === VERSION) continue;
    await writeHookFile(world, settings, shell, made);
  }
}

interface MadeFrom {
  readonly version: string;
  readonly upArrow: boolean;
  readonly suggest: boolean;
  readonly dbPath: string;
}

function madeFrom(text: string | undefined): MadeFrom | undefined {
  if (!text?.startsWith(HEAD)) return undefined;
  try {
    const { version, upArrow, suggest, dbPath } = JSON.parse(
      text.slice(HEAD.length, text.indexOf("\n")),
    );
    return { version, upArrow: upArrow === true, suggest: suggest === true, dbPath };
  } catch {
    return undefined;
  }
}

// Each shell start may run this: only the one script is loaded.
async function hookOf(shell: ShellName): Promise<(options: HookOptions) => string> {
  switch (shell) {
    case "zsh":
      return (await import("../shell/hook_zsh.ts")).zshHook;
    case "bash":
      return (await import("../shell/hook_bash.ts")).bashHook;
    case "fish":
      return (await import("../shell/hook_fish.ts")).fishHook;
  }
}

// The shell may change its folder; the script must not depend on it.
function absolute(path: string, world: World): string {
  if (path === ":memory:") {
    throw new RrError("usage", "Cannot hook a shell to a database that is only in memory", {
      hint: "Name a file with --db-path",
    });
  }
  if (path.startsWith("/")) return path;
  const cwd = world.cwd();
  if (cwd === undefined) {
    throw new RrError("io", `Cannot tell where "${path}" is: the current folder is gone`, {
      hint: "Change to a folder that exists, or name the database by its full path",
    });
  }
  return `${cwd}/${path}`;
}
