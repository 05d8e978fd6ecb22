/** The picker of the daemon: what `rr search -i --widget` does, on the terminal of a shell that waits. */
import type { OpenShellPicker, ShellPicker } from "../../app/daemon/shells/shell_picker.ts";
import type { World } from "../../base/world.ts";
import type { PickRequest } from "../../control/shell_request.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { Settings } from "../../config/settings.ts";
import type { History } from "../../store/file/open_history.ts";
import type { Terminal } from "../../world/terminal.ts";
import type { ForeignTerminal } from "../../world/foreign_terminal.ts";
import { FirstSlices } from "./first_slices.ts";
import { pick, prepareFirst, searchInteractively } from "./interactive.ts";
import { aheadForWidget, TypedAhead } from "./typed_ahead.ts";
import { unseenTerminal } from "./unseen_terminal.ts";

/** For so long after a picker, or the start, what the next one shows first is read ahead. */
const LATELY_MS = 24 * 3_600_000;
/** Shells for which it is. */
const MOST_SHELLS = 4;

/** Where a shell is, as far as is known. */
type Whereabouts = Pick<PickRequest, "session" | "cwd">;

/** What a terminal is like. */
type TerminalFacts = Pick<
  PickRequest,
  "term" | "noColour" | "locale" | "columns" | "rows" | "inTmux" | "tmux"
>;
const UNSEEN: TerminalFacts = {
  ...{ term: "xterm-256color", noColour: false, locale: "C.UTF-8", columns: 80, rows: 24 },
  ...{ inTmux: false, tmux: undefined },
};

/** Creates it; `load` reads the settings, each time: they may have changed. */
export function shellPicker(world: World, load: () => Settings): ShellPicker {
  return new DaemonPicker(world, load);
}

class DaemonPicker implements ShellPicker {
  readonly #world: World;
  readonly #load: () => Settings;
  /** Of one history: a daemon may open another file at its path. */
  #first: { readonly history: History; readonly slices: FirstSlices } | undefined;
  /** By session, the one used last is last; the one without is for new shells. Empty if none was lately. */
  readonly #shells = new Map<string, Whereabouts>();
  #usedAtMs = -Infinity;

  constructor(world: World, load: () => Settings) {
    this.#world = world;
    this.#load = load;
  }

  open(request: PickRequest, history: History): OpenShellPicker | undefined {
    const settings = this.#load();
    const { searchUi, pickerPopup } = settings;
    // fzf, and a window of tmux, come from the process that the shell starts then.
    if (searchUi !== "builtin" || pickerPopup && request.inTmux) return undefined;
    this.#lookAfter(request);
    const firstSlices = this.#slicesOf(history);
    const at = placedIn(this.#world, request);
    return async (terminal, signal) => {
      let answer = "";
      const view = onTerminalOf(at, request, terminal, (text) => answer += text);
      const { query, up, ahead } = request;
      const flags = { query, up, ahead, widget: true };
      const typedAhead = new TypedAhead();
      const open = (): Promise<ForeignTerminal> => Promise.resolve(terminal);
      const where = { open, signal, typedAhead, firstSlices };
      await searchInteractively(view, settings, history, flags, where);
      return ahead ? answer + aheadForWidget(typedAhead.text()) : answer;
    };
  }

  async warmUp(history: History, signal: AbortSignal): Promise<void> {
    const settings = this.#load();
    if (settings.searchUi !== "builtin") return;
    // Where a terminal opens its first shell, most of the time.
    this.#lookAfter({ session: "", cwd: settings.home });
    this.#follow(history, settings.deviceId);
    const at = placedIn(this.#world, { session: "", cwd: settings.home });
    const view = onTerminalOf(at, UNSEEN, { onResize: nothingToEnd }, () => {});
    const flags = { query: "", up: false, ahead: true, widget: true };
    const open = (): Promise<Terminal> => Promise.resolve(unseenTerminal());
    const firstSlices = this.#slicesOf(history);
    await pick(view, settings, history, flags, { open, signal, firstSlices });
  }

  async readAhead(history: History, signal: AbortSignal): Promise<void> {
    if (this.#world.clock.monotonic() - this.#usedAtMs > LATELY_MS) {
      this.#shells.clear();
      this.#first = undefined;
      return;
    }
    const settings = this.#load();
    this.#follow(history, settings.deviceId);
    // The one that is most likely to be asked for first.
    for (const shell of [...this.#shells.values()].reverse()) {
      prepareFirst(placedIn(this.#world, shell), settings, history, this.#slicesOf(history));
      await this.#world.clock.sleep(0, signal);
    }
  }

  // The shell that has just run a command stands, as far as is known, where it ran.
  #follow(history: History, deviceId: DeviceId): void {
    const newest = history.search.newestPlace(deviceId);
    if (newest !== undefined) this.#note(newest.session, newest.cwd);
  }

  #lookAfter({ session, cwd }: Whereabouts): void {
    this.#note(session, cwd);
    this.#usedAtMs = this.#world.clock.monotonic();
  }

  #note(session: string, cwd: string): void {
    this.#shells.delete(session);
    this.#shells.set(session, { session, cwd });
    const [oldest] = this.#shells.keys();
    if (this.#shells.size > MOST_SHELLS) this.#shells.delete(oldest!);
  }

  #slicesOf(history: History): FirstSlices {
    if (this.#first?.history !== history) {
      this.#first = { history, slices: new FirstSlices(history) };
    }
    return this.#first.slices;
  }
}

function nothingToEnd(): Disposable {
  return { [Symbol.dispose]: () => {} };
}

/** The World as a shell has it. */
function placedIn(world: World, { session, cwd }: Whereabouts): World {
  return {
    ...world,
    execPath: world.execPath,
    cwd: () => cwd || undefined,
    env: (name) => name === "RUSTORY_SESSION" ? session || undefined : world.env(name),
  };
}

/** That World on the terminal of a shell. */
function onTerminalOf(
  at: World,
  { term, noColour, locale, columns, rows, inTmux, tmux }: TerminalFacts,
  terminal: Pick<ForeignTerminal, "onResize">,
  write: (text: string) => void,
): World {
  const env: Readonly<Record<string, string | undefined>> = {
    TERM: term,
    NO_COLOR: noColour ? "1" : undefined,
    // A hook of an older rr does not tell; most terminals take UTF-8.
    LC_ALL: locale ?? "C.UTF-8",
    COLUMNS: String(columns),
    LINES: String(rows),
    // A hook of an older rr does not tell which one.
    TMUX: tmux ?? (inTmux ? "" : undefined),
  };
  const isTerminal = (): boolean => true;
  return {
    ...at,
    stdin: { ...at.stdin, isTerminal },
    stderr: { ...at.stderr, isTerminal },
    stdout: { ...at.stdout, write },
    env: (name) => Object.hasOwn(env, name) ? env[name] : at.env(name),
    // The daemon's own signals are not the picker's.
    onSignal: (signal, handler) =>
      signal === "SIGWINCH" ? terminal.onResize(handler) : { [Symbol.dispose]: () => {} },
  };
}
