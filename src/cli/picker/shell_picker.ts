/** The picker of the daemon: what `rr search -i --widget` does, on the terminal of a shell that waits. */
import type { ShellPicker } from "../../app/daemon/shells/shell_picker.ts";
import type { World } from "../../base/world.ts";
import type { PickRequest } from "../../control/shell_request.ts";
import type { ForeignTerminal } from "../../world/foreign_terminal.ts";
import type { Settings } from "../../config/settings.ts";
import { searchInteractively } from "./interactive.ts";
import { aheadForWidget, TypedAhead } from "./typed_ahead.ts";

/** Creates it; `load` reads the settings, each time: they may have changed. */
export function shellPicker(world: World, load: () => Settings): ShellPicker {
  return {
    // fzf, and a window of tmux, come from the process that the shell starts then.
    isWanted({ inTmux }): boolean {
      const { searchUi, pickerPopup } = load();
      return searchUi === "builtin" && !(pickerPopup && inTmux);
    },
    pick: (request, terminal, history, signal) =>
      pick(world, load(), request, terminal, history, signal),
  };
}

async function pick(
  world: World,
  settings: Settings,
  ...[request, terminal, history, signal]: Parameters<ShellPicker["pick"]>
): Promise<string> {
  let answer = "";
  const view = worldOf(world, request, terminal, (text) => answer += text);
  const { query, up, ahead } = request;
  const flags = { query, up, ahead, widget: true };
  const typedAhead = new TypedAhead();
  const open = (): Promise<ForeignTerminal> => Promise.resolve(terminal);
  await searchInteractively(view, settings, history, flags, { open, signal, typedAhead });
  return ahead ? answer + aheadForWidget(typedAhead.text()) : answer;
}

/** The World as the shell has it. */
function worldOf(
  world: World,
  request: PickRequest,
  terminal: ForeignTerminal,
  write: (text: string) => void,
): World {
  const env: Readonly<Record<string, string | undefined>> = {
    TERM: request.term,
    RUSTORY_SESSION: request.session || undefined,
    NO_COLOR: request.noColour ? "1" : undefined,
    // A hook of an older rr does not tell; most terminals take UTF-8.
    LC_ALL: request.locale ?? "C.UTF-8",
    COLUMNS: String(request.columns),
    LINES: String(request.rows),
  };
  const atTerminal = { isTerminal: () => true };
  return {
    ...world,
    execPath: world.execPath,
    stdin: { ...world.stdin, ...atTerminal },
    stderr: { ...world.stderr, ...atTerminal },
    stdout: { ...world.stdout, write },
    cwd: () => request.cwd || undefined,
    env: (name) => Object.hasOwn(env, name) ? env[name] : world.env(name),
    // The daemon's own signals are not the picker's.
    onSignal: (signal, handler) =>
      signal === "SIGWINCH" ? terminal.onResize(handler) : { [Symbol.dispose]: () => {} },
  };
}
