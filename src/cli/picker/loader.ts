/** The commands of one filter: loaded slice by slice, searched meanwhile, with what is shown beside them. */
import {
  type Filter,
  type PickerState,
  questionOf,
  type Results,
  type RunInfo,
} from "../../picker/state/state.ts";
import { CommandIndex, type Slice } from "../../search/index.ts";
import { parseQuery } from "../../search/query.ts";
import { IncrementalSearch } from "../../search/search.ts";
import type { CommandSource } from "./command_source.ts";

/** Loads the commands of one filter and searches them. One at a time is kept: each holds all texts. */
export class Loader {
  readonly filter: Filter;
  readonly index: CommandIndex = new CommandIndex();
  readonly #source: CommandSource;
  #slices: Iterator<Slice> | undefined;
  readonly #latest = new Map<number, RunInfo | undefined>();
  readonly #counts = new Map<number, number>();
  #search: IncrementalSearch | undefined;
  #generation = 0;

  constructor(source: CommandSource, filter: Filter) {
    this.filter = filter;
    this.#source = source;
    this.#slices = source.slices(filter);
  }

  /** Whether commands wait to be loaded or looked at. */
  get hasWork(): boolean {
    return !this.index.complete || (this.#search?.hasWork ?? false);
  }

  /** Starts the search for the query of the state in place of the one before. */
  search(state: PickerState): void {
    const query = parseQuery(questionOf(state).text, state.mode);
    this.#search = new IncrementalSearch(this.index, query, state.limit, this.#search);
    this.#generation = state.generation;
  }

  /**
   * Searches until `isOver()`; if there is nothing to search, loads one more slice. It always looks at some
   * commands: to load the first ones may take all the time, and a frame without a row is of no use.
   */
  work(isOver: () => boolean): void {
    if (!this.#search?.hasWork) this.#load();
    this.#search?.step(isOver);
  }

  /** What the search has found; `undefined` before the first one. */
  results(): Results | undefined {
    const found = this.#search?.found();
    return found && { ...found, generation: this.#generation, total: this.index.count };
  }

  /** The command of a line, possibly cut; for what is shown. */
  command(line: number): string {
    return this.index.text(line);
  }

  /** Reads what is shown beside the lines, if it is not known yet. */
  describe(lines: readonly number[]): void {
    const unknown = lines.filter((line) => !this.#latest.has(line));
    if (unknown.length === 0) return;
    const found = this.#source.latest(unknown.map((line) => this.index.id(line)), this.filter);
    for (const line of unknown) this.#latest.set(line, found.get(this.index.id(line)));
  }

  /** The latest run of a line that was described. */
  latest(line: number): RunInfo | undefined {
    return this.#latest.get(line);
  }

  /** How many runs the command of a line has; goes through all of them. */
  runCount(line: number): number {
    let count = this.#counts.get(line);
    if (count === undefined) {
      count = this.#source.runs(this.index.id(line))?.total ?? 0;
      this.#counts.set(line, count);
    }
    return count;
  }

  /** Stops reading. */
  close(): void {
    this.#slices?.return?.();
    this.#slices = undefined;
  }

  #load(): void {
    const next = this.#slices?.next();
    if (next?.done === false) return this.index.append(next.value);
    this.#slices = undefined; // and with it what it holds of the history
    this.index.finish();
  }
}
