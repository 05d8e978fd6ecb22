/**
 * The picker in a window that tmux lays over the others (`picker_popup`). What runs there is `rr search
 * -i` again, in a terminal of its own: nothing of the caller's is touched. What it prints comes back by a
 * file, as its output is that window.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { toBase64Url } from "../../base/bytes.ts";
import type { World } from "../../base/world.ts";
import { stateFolder } from "../../config/paths.ts";
import { SETTING_NAMES, SETTINGS } from "../../config/schema.ts";
import type { Settings } from "../../config/settings.ts";
import { quoteForShell } from "../../base/shell_words.ts";
import type { InteractiveFlags } from "./interactive.ts";
import { EXIT_CANCELLED } from "./outcome.ts";

/** What the picker in the window printed, and its exit code. */
export interface PopupAnswer {
  readonly text: string;
  readonly code: number;
}

const NAME_BYTES = 8;

/** Variables that the program in the window needs besides rr's own: tmux gives it those of its server. */
const HANDED_OVER = [
  "HOME",
  "PATH",
  "PWD",
  "NO_COLOR",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "USER",
  "LOGNAME",
  "DENO_DIR",
  "HOSTNAME",
];

/** Whether the picker is to open in a window of tmux. */
export function wantsPopup(world: World, { pickerPopup }: Pick<Settings, "pickerPopup">): boolean {
  return pickerPopup && world.env("TMUX") !== undefined;
}

/**
 * Has a person choose there. `undefined` if nothing was shown, since there is no tmux, or one older than
 * 3.2, which has no such windows: then the picker opens in place.
 *
 * @param program the tmux to ask
 */
export async function searchInPopup(
  world: World,
  settings: Pick<Settings, "dbPath">,
  flags: InteractiveFlags,
  program = "tmux",
): Promise<PopupAnswer | undefined> {
  const { files } = world;
  const folder = stateFolder(settings.dbPath);
  const name = `${folder}/popup-${toBase64Url(world.random.bytes(NAME_BYTES))}`;
  const paths = {
    run: `${name}.sh`,
    started: `${name}.started`,
    out: `${name}.out`,
    code: `${name}.code`,
  };
  const told = Promise.withResolvers<void>();
  // Until all is removed: a pane that is closed and the end of its shell each send one.
  using _hangUp = world.onSignal("SIGHUP", told.resolve);
  using _end = world.onSignal("SIGTERM", told.resolve);
  files.makePrivateFolder(folder);
  try {
    files.createPrivate(paths.run, script(world, settings, flags, paths));
    const target = world.env("TMUX_PANE");
    const window = ended(program, [
      ...["display-popup", "-E", "-w", "80%", "-h", "70%"],
      ...(target === undefined ? [] : ["-t", target]),
      // Given to whatever shell the user has set for tmux: words that all of them read alike.
      `sh ${quoteForShell(paths.run)}`,
    ]);
    await Promise.race([window, told.promise]);
    const started = files.readText(paths.started);
    if (started === undefined) return undefined;
    const code = files.readText(paths.code);
    if (code === undefined) closeWindow(Number(started));
    return { text: files.readText(paths.out) ?? "", code: Number(code ?? EXIT_CANCELLED) };
  } finally {
    for (const path of Object.values(paths)) files.remove(path);
  }
}

function script(
  world: World,
  { dbPath }: Pick<Settings, "dbPath">,
  flags: InteractiveFlags,
  paths: { readonly started: string; readonly out: string; readonly code: string },
): string {
  const names = [...SETTING_NAMES.flatMap((name) => SETTINGS[name].env ?? []), "RUSTORY_SESSION"];
  const handed = [...HANDED_OVER, ...names].map((name) => {
    const value = world.env(name);
    // One that only the server has must not count either.
    return value === undefined ? `unset ${name}` : `export ${name}=${quoteForShell(value)}`;
  });
  const words = [
    ...world.program(),
    ...["search", "-i", "--db-path", dbPath, `--query=${flags.query ?? ""}`],
    ...(flags.widget ? ["--widget"] : []),
    ...(flags.ahead ? ["--ahead"] : []),
    ...(flags.up ? ["--up"] : []),
  ];
  return [
    "umask 077",
    ...handed,
    // The window is the height; and no window opens another one.
    "export RUSTORY_PICKER_HEIGHT=full RUSTORY_PICKER_POPUP=false",
    `cd ${quoteForShell(world.cwd() ?? "/")}`,
    `echo "$$" >${quoteForShell(paths.started)}`,
    `${words.map(quoteForShell).join(" ")} >${quoteForShell(paths.out)}`,
    `echo "$?" >${quoteForShell(paths.code)}`,
    "",
  ].join("\n");
}

function ended(program: string, args: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // What it says, such as that it knows no such command, is nothing for the prompt.
  const child = spawn(program, args, { stdio: "ignore" });
  child.once("error", () => resolve()).once("close", () => resolve());
  return promise;
}

// tmux leaves the window over whatever it shows next when the pane that asked for it is closed, and with
// it a picker whose choice nobody takes.
function closeWindow(shell: number): void {
  // Whole groups have the numbers below.
  if (!(shell > 1)) return;
  try {
    process.kill(shell, "SIGHUP");
  } catch {
    // It was closed from outside, or in a way that left no code.
  }
}
