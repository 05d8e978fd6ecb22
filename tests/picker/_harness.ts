import type { Key } from "../../src/picker/keys/keys.ts";
import { reduce } from "../../src/picker/state/reduce.ts";
import type { Effect, PickerEvent } from "../../src/picker/state/step.ts";
import type { RenderContext } from "../../src/picker/render/render.ts";
import {
  initialState,
  type PickerOptions,
  type PickerState,
  questionOf,
  type RunInfo,
} from "../../src/picker/state/state.ts";
import { COLOURS, type Theme } from "../../src/picker/render/theme.ts";
import { parseQuery } from "../../src/search/query.ts";
import { IncrementalSearch } from "../../src/search/search.ts";
import { indexOf } from "../search/_index_of.ts";

/** The time of every test. */
export const NOW = Date.UTC(2024, 4, 1, 12);

/** A picker over a few commands, newest first, that searches at once. */
export class PickerHarness {
  state: PickerState;
  readonly effects: Effect[] = [];
  readonly commands: string[];
  #answers = true;

  constructor(commands: readonly string[], options: Partial<PickerOptions> = {}) {
    this.commands = [...commands];
    this.state = initialState({ size: { columns: 80, rows: 24 }, ...options });
    this.#search();
  }

  /** Leaves searches unanswered until {@linkcode answer}. */
  hold(): void {
    this.#answers = false;
  }

  /** Answers the last search. */
  answer(complete = true): void {
    this.#answers = true;
    this.#search(complete);
  }

  send(event: PickerEvent): Effect[] {
    const step = reduce(this.state, event);
    this.state = step.state;
    this.effects.push(...step.effects);
    if (this.#answers && step.effects.some((effect) => effect.kind === "search")) this.#search();
    return [...step.effects];
  }

  /** Named keys, and text in quotes: `press("ctrl-r", "'git'", "enter")`. */
  press(...keys: string[]): Effect[] {
    return keys.flatMap((key) => this.send({ kind: "key", key: keyOf(key) }));
  }

  selected(): string | undefined {
    const line = this.state.results.lines[this.state.selected];
    return line === undefined ? undefined : this.commands[line];
  }

  found(): string[] {
    return this.state.results.lines.map((line) => this.commands[line]!);
  }

  #search(complete = true): void {
    const { mode, limit, generation } = this.state;
    const index = indexOf(this.commands);
    const search = new IncrementalSearch(
      index,
      parseQuery(questionOf(this.state).text, mode),
      limit,
    );
    search.step(() => false);
    const found = search.found();
    const results = { ...found, complete, generation, total: index.count };
    this.send({ kind: "results", results });
  }
}

export function keyOf(key: string): Key {
  return key.startsWith("'")
    ? { kind: "text", text: key.slice(1, -1) }
    : { kind: "key", name: key };
}

/** A context in which every command ran once, an hour ago, on the host `desk` in `/home/ana/src`. */
export function contextOf(
  commands: readonly string[],
  latest: Partial<RunInfo> = {},
  theme: Theme = COLOURS,
): RenderContext {
  return {
    theme,
    nowMs: NOW,
    home: "/home/ana",
    command: (line) => commands[line] ?? "",
    runCount: () => 3,
    latest: () => ({
      startedAtMs: NOW - 3_600_000,
      durationMs: 1500,
      exitCode: 0,
      hostname: "desk.local",
      cwd: "/home/ana/src",
      ...latest,
    }),
  };
}
