import type { CommandSource } from "../../src/cli/picker/command_source.ts";
import type { CommandRuns, Filter, RunInfo } from "../../src/picker/state/state.ts";
import type { Slice } from "../../src/search/index.ts";
import { sliceOf } from "../search/_index_of.ts";

/** When everything in a {@linkcode ListSource} was run. */
const RAN_AT = Date.UTC(2024, 4, 1, 12);

/** Commands of a test, newest first; ids are their places plus one. */
export class ListSource implements CommandSource {
  readonly commands: (string | undefined)[];
  readonly filters: Filter[] = [];
  /** Commands that have a run under a scope other than `all`. */
  scoped: readonly string[] = [];
  failure: Error | undefined;
  /** What is said where nothing matches; `?` stands for the query. */
  doubt: string | undefined;
  /** Commands in a slice. */
  sliceSize = 2;

  constructor(commands: readonly string[]) {
    this.commands = [...commands];
  }

  *slices(filter: Filter): Generator<Slice> {
    this.filters.push(filter);
    if (this.failure) throw this.failure;
    const all = this.commands.map((command, i) => ({ command, id: i + 1 })).filter(({ command }) =>
      command !== undefined && (filter.scope === "all" || this.scoped.includes(command))
    );
    for (let i = 0; i < all.length; i += this.sliceSize) {
      const part = all.slice(i, i + this.sliceSize);
      const slice = sliceOf(part.map(({ command }) => command!));
      yield { ...slice, ids: part.map(({ id }) => id) };
    }
  }

  latest(ids: readonly number[]): Map<number, RunInfo> {
    const run = { startedAtMs: RAN_AT, durationMs: 10, exitCode: 0, hostname: "desk", cwd: "/tmp" };
    return new Map(ids.map((id) => [id, run]));
  }

  doubts({ query }: { readonly query: string }): string[] {
    return this.doubt === undefined ? [] : [this.doubt.replace("?", query)];
  }

  text(id: number): string | undefined {
    return this.commands[id - 1];
  }

  runs(id: number): CommandRuns | undefined {
    const command = this.text(id);
    if (command === undefined) return undefined;
    const run = { startedAtMs: RAN_AT, durationMs: 10, exitCode: 3, hostname: "desk", cwd: "/tmp" };
    return { command, total: 2, failed: 1, firstMs: RAN_AT, lastMs: RAN_AT, runs: [run, run] };
  }

  delete(id: number): number {
    if (this.failure) throw this.failure;
    this.commands[id - 1] = undefined;
    return 2;
  }
}
