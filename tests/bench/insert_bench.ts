/**
 * How fast entries are stored, against a bare insert of the same rows into the original's schema in
 * the same run.
 *
 *     deno run --allow-read --allow-write --allow-env tests/bench/insert_bench.ts [rows] [rounds]
 */
import type { Entry } from "../../src/history/entry.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemClock } from "../../src/base/clock.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateEntries } from "../fakes/history_generator.ts";
import { bareDatabase } from "./_bare_insert.ts";

const BATCH = 1000;

/** Stores all entries in the database at `path`; the milliseconds of each call. */
type Store = (path: string, entries: readonly Entry[]) => number[];

const rows = Number(Deno.args[0] ?? 100_000);
const rounds = Number(Deno.args[1] ?? 3);
const folder = Deno.makeTempDirSync({ prefix: "rr-bench-" });
try {
  print(`${rows} rows in transactions of ${BATCH}, ${rounds} interleaved rounds, medians`);
  for (const idVersion of [7, 4] as const) {
    const entries = generateEntries(rows, { idVersion });
    const stores = { bare: insertBare, append, "append, indexed": appendIndexed };
    const calls = measure(stores, entries);
    const totals = new Map([...calls].map(([name, all]) => [name, median(all.map(sum))]));
    for (const [name, ms] of totals) {
      const rate = Math.round(rows / ms * 1000);
      const times = calls.get(name)!.flat().sort((a, b) => a - b);
      print(
        `UUIDv${idVersion} ${name.padEnd(16)} ${Math.round(ms)} ms ${rate} rows/s ` +
          `${(ms / totals.get("bare")!).toFixed(2)}x, a call ${median(times).toFixed(1)} ms, ` +
          `p99 ${times[Math.floor(times.length * 0.99)]!.toFixed(0)} ms, ` +
          `longest ${times.at(-1)!.toFixed(0)} ms`,
      );
    }
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}

function measure(
  stores: Record<string, Store>,
  entries: readonly Entry[],
): Map<string, number[][]> {
  const calls = new Map<string, number[][]>(Object.keys(stores).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, store] of Object.entries(stores)) {
      const path = `${folder}/${name}-${round}.db`;
      calls.get(name)!.push(store(path, entries));
      for (const end of ["", "-wal", "-shm"]) removeIfThere(path + end);
    }
  }
  return calls;
}

function insertBare(path: string, entries: readonly Entry[]): number[] {
  using database = bareDatabase(path);
  return inBatches(entries, (batch) => database.insert(batch));
}

function append(path: string, entries: readonly Entry[]): number[] {
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  return inBatches(entries, (batch) => history.log.append(batch));
}

// As the daemon does it: the index follows every batch.
function appendIndexed(path: string, entries: readonly Entry[]): number[] {
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  return inBatches(entries, (batch) => {
    history.log.append(batch);
    while (history.index.catchUp() > 0);
  });
}

function inBatches(
  entries: readonly Entry[],
  store: (batch: readonly Entry[]) => void,
): number[] {
  const times: number[] = [];
  for (let i = 0; i < entries.length; i += BATCH) {
    const start = performance.now();
    store(entries.slice(i, i + BATCH));
    times.push(performance.now() - start);
  }
  return times;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
