/** Runs in the order in which people want to see them: the newest first. */
import type { Columns } from "./columns.ts";
import type { RunReader } from "./run_reader.ts";

/** One run of a command. */
export interface Run {
  readonly seq: number;
  readonly startedAtMs: number;
  /** Number of its text. */
  readonly command: number;
}

/** How to walk. */
export interface WalkOptions {
  /** Commands that are left out of distinct ones. @default {none} */
  readonly without?: Iterable<number> | undefined;
  /** Only the newest run of each command. */
  readonly distinct: boolean;
  /** Whether a command is wanted, by its number. @default {every command is} */
  readonly wanted?: ((command: number) => boolean) | undefined;
}

/**
 * Portions of runs, newest first, over all portions; of one time, those taken in last first. The first
 * portion comes after one or two blocks were read.
 */
export function* walkRuns(
  reader: RunReader,
  options: WalkOptions,
): Generator<readonly Run[], void, undefined> {
  const { distinct, wanted } = options;
  const given = new Marks();
  for (const command of options.without ?? []) given.mark(command);
  // Runs that a later block may still come before, by command or, if all are wanted, by number.
  let waiting = new Map<number, Run>();
  for (const { columns, newestMs } of reader.blocks(wanted)) {
    const ready = sorted(waiting, (run) => run.startedAtMs > newestMs);
    if (ready.length > 0) {
      if (ready.length === waiting.size) waiting = new Map();
      for (const run of ready) {
        waiting.delete(distinct ? run.command : run.seq);
        if (distinct) given.mark(run.command);
      }
      yield ready;
    }
    for (let i = 0; i < columns.seqs.length; i++) {
      const command = columns.commands[i]!;
      if (distinct && given.has(command) || wanted?.(command) === false) continue;
      if (reader.wants(columns, i)) keepNewest(waiting, columns, i, distinct);
    }
  }
  if (waiting.size > 0) yield sorted(waiting, () => true);
}

function keepNewest(
  waiting: Map<number, Run>,
  columns: Columns,
  i: number,
  distinct: boolean,
): void {
  const run = {
    seq: columns.seqs[i]!,
    startedAtMs: columns.startedAtMs[i]!,
    command: columns.commands[i]!,
  };
  const key = distinct ? run.command : run.seq;
  const other = waiting.get(key);
  if (other === undefined || newestFirst(run, other) < 0) waiting.set(key, run);
}

function sorted(runs: ReadonlyMap<number, Run>, isReady: (run: Run) => boolean): Run[] {
  return [...runs.values()].filter(isReady).sort(newestFirst);
}

function newestFirst(a: Run, b: Run): number {
  return b.startedAtMs - a.startedAtMs || b.seq - a.seq;
}

/** A set of small integers. */
class Marks {
  #marks = new Uint8Array(1 << 12);

  has(n: number): boolean {
    return this.#marks[n] === 1;
  }

  mark(n: number): void {
    if (n >= this.#marks.length) {
      const grown = new Uint8Array(Math.max(n + 1, this.#marks.length * 2));
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks[n] = 1;
  }
}
