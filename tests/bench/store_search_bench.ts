/**
 * How fast a large history is read: first paint of the newest commands under every filter, all
 * distinct commands, search for words, the runs of one command, statistics, a batch for a peer. The
 * baselines are the plain SQL that the original's schema allows, in the same run.
 *
 *     deno run --allow-read --allow-write --allow-env tests/bench/store_search_bench.ts [rows] [rounds]
 */
import { fill } from "./_fill.ts";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/base/clock.ts";
import { historySource } from "../../src/cli/picker/history_source.ts";
import type { Entry } from "../../src/history/entry.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import type { RunFilter } from "../../src/history/run_filter.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory } from "../fakes/history_generator.ts";

const rows = Number(Deno.args[0] ?? 200_000);
const rounds = Number(Deno.args[1] ?? 7);
const folder = Deno.makeTempDirSync({ prefix: "rr-bench-" });
try {
  for (const uniqueShare of [0.3, 0.65]) await measureAll(uniqueShare);
} finally {
  Deno.removeSync(folder, { recursive: true });
}

async function measureAll(uniqueShare: number): Promise<void> {
  const path = `${folder}/${uniqueShare}.db`;
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  const shape = { uniqueShare };
  const stored = time(() => fill(history, generateHistory(rows, shape)));
  await stored.result;
  const slices: number[] = [];
  while (history.index.left() > 0) slices.push(time(() => history.index.catchUp()).ms);
  history.maintenance.checkpoint(true);
  const size = history.maintenance.size();
  print(`\n${rows} rows, ${uniqueShare * 100} % distinct, ${Math.round(size.fileBytes / 1e6)} MB`);
  print(
    `index: ${Math.round(sum(slices))} ms in ${slices.length} slices, ` +
      `median ${round(median(slices))} ms, longest ${round(Math.max(...slices))} ms`,
  );
  using plain = new DatabaseSync(path, { readOnly: true });
  const toMeasure = steps(history, plain);
  measure(toMeasure);
  const [newest, ranked] = ["first slice, newest first", "first slice, ranked"].map((name) => {
    return Math.min(...Array.from({ length: 5 }, () => allocated(toMeasure[name]!)));
  }) as [number, number];
  print(
    `memory that the ranking adds         ${((ranked - newest) / 1e6).toFixed(2).padStart(8)} MB`,
  );
}

/** Bytes that a step asks for, given back or not; too few if the collector came in between. */
function allocated(step: () => unknown): number {
  const used = (): number => {
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  step();
  const bytes = used() - before;
  return bytes > 0 ? bytes : Infinity;
}

function steps(history: History, plain: DatabaseSync): Record<string, () => unknown> {
  const [newest] = history.search.find({ limit: 1 }) as [Entry];
  const { search } = history;
  const first = (filter: RunFilter) => (): unknown =>
    search.find({ ...filter, distinct: true, limit: 200 });
  const source = historySource({ search, deleteCommand: () => 0 }, {
    ...newest,
    workspace: undefined,
    session: newest.session,
  });
  const sql = (text: string) => (): unknown => plain.prepare(text).all();
  return {
    "newest 200 distinct: SQL GROUP BY": sql(
      "SELECT cmd, max(ts) FROM entries GROUP BY cmd ORDER BY 2 DESC LIMIT 200",
    ),
    "newest 200 distinct": first({}),
    "first slice, newest first": () => search.commands().next(),
    "first slice, ranked": () => source.slices({ scope: "all", okOnly: false }).next(),
    "of this host": first({ hostname: newest.hostname }),
    "of a folder": first({ cwd: "/home/ana/notes" }),
    "of a workspace": first({ below: newest.cwd.split("/").slice(0, 5).join("/") }),
    "of this session": first({ session: newest.session }),
    "successful": first({ exit: "success" }),
    "of a folder that is not there": first({ cwd: "/nowhere" }),
    "all distinct commands, in slices": () => [...search.commands()].length,
    "word that is not there: SQL LIKE": sql("SELECT 1 FROM entries WHERE cmd LIKE '%zzzq%'"),
    "word that is not there": () => search.find({ words: ["zzzq"], limit: 50 }),
    "frequent word": () => search.find({ words: ["git"], limit: 50 }),
    "two rare words": () => search.find({ words: ["LOGIN", "9999"], limit: 50, distinct: true }),
    "word of other letters": () => search.find({ words: ["größe 77"], limit: 50 }),
    "all runs of one command: SQL": sql("SELECT count(*) FROM entries WHERE cmd = 'git status'"),
    "all runs of one command": () => search.runsOf("git status"),
    "top commands: SQL GROUP BY": sql(
      "SELECT cmd, count(*), sum(exit_code <> 0) FROM entries GROUP BY cmd ORDER BY 2 DESC LIMIT 20",
    ),
    "all statistics": () => history.stats.summary({}, { bordersMs: days() }),
    "1000 entries for a peer": () =>
      history.log.entriesAfter(rows / 2, { entries: 1000, bytes: 1 << 24 }),
  };
}

function days(): number[] {
  return Array.from({ length: 3000 }, (_, i) => Date.UTC(2021, 0, 1 + i));
}

function measure(steps: Record<string, () => unknown>): void {
  const times = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) times.get(name)!.push(time(step).ms);
  }
  let base = NaN;
  for (const [name, all] of times) {
    const ms = median(all);
    if (name.includes("SQL")) base = ms;
    const ratio = `1/${round(base / ms)} of the SQL above`;
    print(`${name.padEnd(36)} ${round(ms).padStart(8)} ms  ${name.includes("SQL") ? "" : ratio}`);
  }
}

function time<T>(step: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now();
  const result = step();
  return { ms: performance.now() - start, result };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function round(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
