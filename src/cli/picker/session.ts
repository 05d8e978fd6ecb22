/**
 * The picker at work: reads keys, searches and loads in slices of time, draws.
 *
 * Nothing takes longer than some 10 ms at a time, so that a key is answered in the next frame even
 * while a million commands are being loaded.
 */
import type { Clock } from "../../base/clock.ts";
import { toError } from "../../base/rr_error.ts";
import { commandOf } from "../../picker/keys/keymap.ts";
import { paint, type Surface } from "../../picker/render/paint.ts";
import { reduce } from "../../picker/state/reduce.ts";
import type { CopiedTo, Effect, PickerEvent } from "../../picker/state/step.ts";
import { inFolderOf } from "../../picker/render/format.ts";
import {
  type Frame,
  render,
  type RenderContext,
  visibleLines,
} from "../../picker/render/render.ts";
import type { PickerState } from "../../picker/state/state.ts";
import type { Theme } from "../../picker/render/theme.ts";
import type { Terminal } from "../../world/terminal.ts";
import type { CommandSource } from "./command_source.ts";
import { Loader } from "./loader.ts";
import type { Outcome } from "./outcome.ts";
import { TypedKeys } from "./typed_keys.ts";

/** What the session needs. */
export interface PickerDeps {
  readonly terminal: Terminal;
  readonly source: CommandSource;
  readonly clock: Clock;
  /** Puts a command on the clipboard. */
  readonly copy: (command: string) => Promise<CopiedTo>;
}

/** How it looks. */
export interface SessionOptions {
  readonly surface: Surface;
  readonly theme: Theme;
  readonly home: string | undefined;
  /** The area for a size of the terminal. */
  readonly areaOf: (terminal: { columns: number; rows: number }) => PickerState["size"];
}

/** Searching or loading goes on for so long before keys are looked at again. */
const SLICE_MS = 8;
/** Partial results are drawn at most this often while more come in. */
const PARTIAL_MS = 60;
const GONE = "It was deleted meanwhile";
/** One use of the picker, from the first frame to the choice. Used once. */
export class PickerSession {
  readonly #deps: PickerDeps;
  readonly #options: SessionOptions;
  readonly #keys: TypedKeys;
  #state: PickerState;
  #loader: Loader;
  #frame: Frame | undefined;
  #paintedAt = -Infinity;
  #shownGeneration = 0;
  #isDirty = true;
  #outcome: Outcome | undefined;
  #failure: unknown;
  #wake: () => void = () => {};
  #pinned: ReadonlySet<string>;
  #copying: Promise<void> | undefined;

  constructor(deps: PickerDeps, state: PickerState, options: SessionOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#state = state;
    this.#keys = new TypedKeys(deps, state.keymap, () => this.#wake());
    this.#pinned = deps.source.pinned?.() ?? new Set();
    this.#loader = new Loader(deps.source, state.filter);
    this.#loader.search(state);
  }

  /** Draws until a choice is made. The terminal must be raw, and its surface open. */
  async run(): Promise<Outcome> {
    try {
      this.#workToFirstRow();
      this.#paint();
      this.#read().catch((error) => this.#fail(error));
      while (this.#outcome === undefined) await this.#turn();
      if (this.#failure !== undefined) throw this.#failure;
      await this.#copying;
      return this.#outcome;
    } finally {
      this.#keys.close();
      this.#loader.close();
    }
  }

  /** The terminal has another size: draws anew. */
  resize(): void {
    const { terminal } = this.#deps;
    const size = this.#options.areaOf(terminal.size());
    terminal.write(this.#options.surface.reopen(size.rows));
    this.#frame = undefined;
    this.#dispatch({ kind: "resize", size });
    this.#wake();
  }

  /** Ends without a choice: a signal came, or the terminal is gone. */
  cancel(): void {
    this.#outcome ??= { kind: "cancelled" };
    this.#wake();
  }

  /** What was typed behind the key that ended it, as it came. */
  typedAhead(): string {
    return this.#keys.rest();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.cancel();
  }

  async #turn(): Promise<void> {
    await this.#deps.terminal.breathe();
    while (this.#nextKeyCounts()) this.#dispatch({ kind: "key", key: this.#keys.take() });
    if (this.#outcome !== undefined) return;
    if (this.#loader.hasWork || !this.#isAnswered()) this.#work();
    if (this.#outcome !== undefined) return;
    if (this.#isPaintDue()) this.#paint();
    if (!this.#loader.hasWork && !this.#nextKeyCounts()) {
      if (this.#isDirty) this.#paint();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#nextKeyCounts() || this.#outcome !== undefined) resolve();
      });
    }
  }

  // The next bytes are asked for only when the last ones were acted on: what is typed after the choice
  // is left in the terminal for the shell.
  async #read(): Promise<void> {
    while (this.#outcome === undefined) {
      if (!await this.#keys.read()) return this.cancel();
      this.#wake();
      while (this.#keys.length > 0 && this.#outcome === undefined) {
        await this.#deps.terminal.breathe();
      }
    }
  }

  // A choice that waits for its answer is not given up for what is typed behind it, but for leaving.
  #nextKeyCounts(): boolean {
    const key = this.#keys.next;
    if (key === undefined || this.#outcome !== undefined) return false;
    if (this.#state.pending === undefined) return true;
    const command = key.kind === "key" ? commandOf(this.#state.keymap, key.name) : undefined;
    return command?.kind === "cancel" || command?.kind === "escape";
  }

  #work(): void {
    const { clock } = this.#deps;
    const end = clock.monotonic() + SLICE_MS;
    this.#loader.work(() => clock.monotonic() >= end);
    const results = this.#loader.results();
    if (results) this.#dispatch({ kind: "results", results });
  }

  #dispatch(event: PickerEvent): void {
    const { state, effects } = reduce(this.#state, event);
    if (state !== this.#state) this.#isDirty = true;
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case "search":
        return this.#search();
      case "redraw":
        this.#frame = undefined;
        return;
      case "leave":
        this.#outcome = { kind: effect.why };
        return;
      case "keep":
        this.#outcome = { kind: "typed", text: effect.text };
        return;
      case "choose":
        return this.#choose(effect.line, effect.action, effect.inFolder ?? false);
      case "copy":
        return this.#try(() => this.#copy(effect.line));
      case "pin":
        return this.#try(() => this.#pin(effect.line));
      case "complete":
        return this.#try(() => {
          const names = this.#deps.source.names?.();
          if (names) this.#dispatch({ kind: "names", names, home: this.#options.home });
        });
      case "keep-order":
        return this.#try(() => this.#deps.source.keepOrder?.(effect.newestFirst));
      case "details":
        return this.#try(() => {
          const runs = this.#deps.source.runs(this.#loader.index.id(effect.line));
          this.#dispatch({ kind: "runs", line: effect.line, runs });
        });
      case "delete":
        return this.#try(() => {
          const id = this.#loader.index.id(effect.line);
          const count = this.#deps.source.delete(id, effect.reach);
          this.#loader.index.remove(effect.line);
          this.#dispatch({ kind: "deleted", line: effect.line, count, reach: effect.reach });
        });
    }
  }

  #search(): void {
    const { filter } = this.#state;
    if (filter !== this.#loader.filter) {
      this.#loader.close();
      this.#loader = new Loader(this.#deps.source, filter);
    }
    this.#loader.search(this.#state);
  }

  #copy(line: number): void {
    const command = this.#deps.source.text(this.#loader.index.id(line));
    if (command === undefined) return this.#dispatch({ kind: "failed", message: GONE });
    this.#copying = this.#deps.copy(command).then((to) => {
      this.#dispatch({ kind: "copied", to });
      this.#wake();
    }, (error) => this.#fail(error));
  }

  #pin(line: number): void {
    const isPinned = this.#deps.source.pin?.(this.#loader.index.id(line));
    if (isPinned === undefined) return;
    this.#pinned = this.#deps.source.pinned?.() ?? this.#pinned;
    this.#dispatch({ kind: "pinned", isPinned });
  }

  #choose(line: number, action: "edit" | "run", inFolder: boolean): void {
    this.#try(() => {
      const text = this.#deps.source.text(this.#loader.index.id(line));
      const cwd = inFolder ? this.#loader.latest(line)?.cwd : undefined;
      const command = text === undefined || cwd === undefined ? text : inFolderOf(cwd, text);
      if (command !== undefined) this.#outcome = { kind: "chosen", action, command };
      else this.#dispatch({ kind: "failed", message: GONE });
    });
  }

  // What cannot be done now (another process writes) is said; the picker stays.
  #try(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#dispatch({ kind: "failed", message: toError(error).message });
    }
  }

  // Nothing is shown before there is a row to show, or before it is known that there is none: a frame
  // without rows would only put off the one with them.
  #workToFirstRow(): void {
    do this.#work(); while (this.#loader.index.count === 0 && this.#loader.hasWork);
  }

  /** Whether what was found, in part at least, is for the query as it is now. */
  #isAnswered(): boolean {
    return this.#state.results.generation === this.#state.generation;
  }

  // Right after a key: as soon as there is an answer. Then not too often.
  #isPaintDue(): boolean {
    if (!this.#isDirty) return false;
    if (this.#isAnswered() && this.#shownGeneration !== this.#state.generation) return true;
    return !this.#loader.hasWork ||
      this.#deps.clock.monotonic() - this.#paintedAt >= PARTIAL_MS;
  }

  #paint(): void {
    const { terminal } = this.#deps;
    const lines = visibleLines(this.#state);
    this.#loader.describe(lines);
    const frame = render(this.#state, this.#context());
    terminal.write(paint(frame, this.#frame, this.#options.surface));
    this.#frame = frame;
    this.#isDirty = false;
    this.#shownGeneration = this.#state.results.generation;
    this.#paintedAt = this.#deps.clock.monotonic();
  }

  #context(): RenderContext {
    return {
      theme: this.#options.theme,
      home: this.#options.home,
      nowMs: this.#deps.clock.now(),
      command: (line) => this.#loader.command(line),
      latest: (line) => this.#loader.latest(line),
      runCount: (line) => this.#loader.runCount(line),
      isPinned: (line) => this.#pinned.has(this.#loader.command(line)),
      doubts: () => this.#deps.source.doubts?.(this.#state) ?? [],
    };
  }
}
