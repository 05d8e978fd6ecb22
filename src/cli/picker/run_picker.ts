/** Opens the picker on the terminal and puts the terminal back, whatever happens. */
import { RrError } from "../../base/rr_error.ts";
import type { Signal, World } from "../../base/world.ts";
import { COLUMN_NAMES } from "../../picker/choices.ts";
import { USUAL_KEYS } from "../../picker/keys/keymap.ts";
import { areaBelowPrompt, isBelowPrompt, USUAL_HEIGHT } from "../../picker/render/layout.ts";
import { fullScreen, inline } from "../../picker/render/paint.ts";
import { initialState, type Size } from "../../picker/state/state.ts";
import { type Theme, themeOf } from "../../picker/render/theme.ts";
import type { Terminal } from "../../world/terminal.ts";
import { openTerminal } from "../../world/open_terminal.ts";
import type { CommandSource } from "./command_source.ts";
import { copyCommand } from "./copy_command.ts";
import { isUtf8, plainSigns } from "../print/signs.ts";
import { runLinePicker } from "./line_picker.ts";
import type { Outcome } from "./outcome.ts";
import type { PickerRunOptions } from "./run_options.ts";
import { PickerSession } from "./session.ts";

/** Signals that end the picker; without us they would leave the terminal raw. */
const ENDING: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Lets a person choose a command. Draws on stderr, reads keys from stdin, or from the terminal itself
 * if stdin is something else.
 *
 * @throws {RrError} `usage` if there is no terminal to draw on or to read from
 */
export async function runPicker(
  world: World,
  source: CommandSource,
  options: PickerRunOptions = {},
  open: (onStdin: boolean) => Promise<Terminal> = openTerminal,
): Promise<Outcome> {
  if (!world.stderr.isTerminal()) throw noTerminal("error output");
  const onStdin = world.stdin.isTerminal();
  if (!onStdin && isDumb(world)) throw noTerminal("input");
  if (isDumb(world)) return runLinePicker(world, source, options);
  const terminal = await open(onStdin).catch((cause) => {
    throw noTerminal("input", cause);
  });
  return await onTerminal(isUtf8(world) ? terminal : plain(terminal), world, source, options);
}

/** The terminal, which is sent plain signs. */
function plain(terminal: Terminal): Terminal {
  return {
    size: () => terminal.size(),
    setRaw: (on) => terminal.setRaw(on),
    read: () => terminal.read(),
    unread: () => terminal.unread(),
    write: (text) => terminal.write(plainSigns(text)),
    breathe: () => terminal.breathe(),
    close: () => terminal.close(),
  };
}

function noTerminal(name: string, cause?: unknown): RrError {
  return new RrError("usage", `Cannot open the picker: the standard ${name} is not a terminal`, {
    hint: "Use `rr search WORDS` in scripts, or `rr search -i </dev/tty 2>/dev/tty`",
    cause,
  });
}

async function onTerminal(
  terminal: Terminal,
  world: World,
  source: CommandSource,
  options: PickerRunOptions,
): Promise<Outcome> {
  const { query = "", enter = "edit", mode = "fuzzy", place } = options;
  const { upward = false, leavesBelow = false, looks } = options;
  const { height = USUAL_HEIGHT, keymap = USUAL_KEYS, columns = COLUMN_NAMES } = looks ?? {};
  const { filter = { scope: "all", okOnly: false } } = options;
  const isInline = isBelowPrompt(sizeOf(terminal, world), height);
  const surfaceOptions = { marksPastes: !(options.inLineEditor ?? false) };
  const surface = isInline ? inline(surfaceOptions) : fullScreen(surfaceOptions);
  const areaOf = (): Size => {
    const size = sizeOf(terminal, world);
    return isInline ? areaBelowPrompt(size, height) : size;
  };
  const state = initialState({
    ...{ size: areaOf(), query, enter, mode, filter, place },
    ...{ upward, leavesBelow, keymap, columns },
  });
  const session = new PickerSession(
    {
      ...{ terminal, source, clock: world.clock },
      copy: (command) => copyCommand(world, terminal, command),
    },
    state,
    {
      surface,
      theme: themeFor(world, looks),
      home: world.env("HOME"),
      areaOf,
    },
  );
  options.typedAhead?.from(() => session.typedAhead());
  return await whileOpen(terminal, world, session, {
    opening: surface.open(state.size.rows),
    closing: surface.close(),
    signal: options.signal,
  });
}

function themeFor(world: World, looks: PickerRunOptions["looks"]): Theme {
  return themeOf({
    theme: looks?.theme,
    styles: looks?.styles,
    noColour: world.env("NO_COLOR") !== undefined,
    term: world.env("TERM"),
  });
}

interface OpenScreen {
  /** What is written to the terminal before the first frame, and after the last one. */
  readonly opening: string;
  readonly closing: string;
  /** Ends the picker without a choice. */
  readonly signal: AbortSignal | undefined;
}

/** Lets the session have the terminal, and puts back in reverse order what was changed of it. */
async function whileOpen(
  terminal: Terminal,
  world: World,
  session: PickerSession,
  { opening, closing, signal }: OpenScreen,
): Promise<Outcome> {
  const stop = (): void => session.cancel();
  const undo: (() => void)[] = [];
  try {
    undo.push(() => terminal.close());
    for (const name of ENDING) undo.push(disposer(world.onSignal(name, stop)));
    signal?.addEventListener("abort", stop);
    undo.push(() => signal?.removeEventListener("abort", stop));
    if (signal?.aborted) stop();
    terminal.setRaw(true);
    undo.push(() => leaveRaw(terminal));
    undo.push(disposer(world.onSignal("SIGWINCH", () => session.resize())));
    undo.push(() => terminal.write(closing));
    terminal.write(opening);
    return await session.run();
  } finally {
    for (const step of undo.reverse()) step();
  }
}

function disposer(resource: Disposable): () => void {
  return () => resource[Symbol.dispose]();
}

function leaveRaw(terminal: Terminal): void {
  try {
    terminal.setRaw(false);
  } catch {
    // The terminal is gone.
  }
}

function isDumb(world: World): boolean {
  const term = world.env("TERM");
  return term === undefined || term === "dumb";
}

/** Of a terminal that says nothing of itself: what they had when they were made of glass. */
const USUAL_SIZE: Size = { columns: 80, rows: 24 };
/** More is no width of a screen, but a mistake in the environment. */
const MOST_CELLS = 10_000;

/** The size, from the environment or the usual one where the terminal does not know. */
function sizeOf(terminal: Terminal, world: World): Size {
  const { columns, rows } = terminal.size();
  return {
    columns: columns || positive(world.env("COLUMNS")) || USUAL_SIZE.columns,
    rows: rows || positive(world.env("LINES")) || USUAL_SIZE.rows,
  };
}

function positive(text: string | undefined): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < MOST_CELLS ? value : 0;
}
