/** The newest runs of all, whatever is filtered: what a ranking and a completion go by. */
import type { Database } from "../file/database.ts";
import { type Columns, emptyColumns } from "./columns.ts";
import type { Place } from "./dictionary.ts";
import type { RunReader } from "./run_reader.ts";

/**
 * Runs that tell what a person does of late: two months of one. Of a run further back a ranking hears
 * a hundredth. MRR is .002 to .004 better than with half of them, and not .001 worse than with all
 * (`deno task bench recall`).
 */
export const RECENT_RUNS = 8_000;

/**
 * As many in a process that has just started while a person waits: nothing is compiled there yet, and
 * each thousand takes several milliseconds.
 */
export const RECENT_RUNS_AT_START = 4_000;

/** The newest runs, oldest first. Numbers are those of the reader. */
export interface RecentRuns {
  /** Oldest first. */
  readonly runs: Columns;
  /** Where those runs were. */
  readonly places: ReadonlyMap<number, Place>;
  /** Number of a session; -1 if none of these runs can be of it. */
  session(name: string): number;
}

/** The `most` newest runs, at the time `nowMs`. */
export function recentRuns(
  db: Database,
  reader: RunReader,
  most: number,
  nowMs: number,
): RecentRuns {
  const blocks: Columns[] = [];
  let count = 0;
  for (const { columns } of reader.blocks()) {
    blocks.push(columns);
    count += columns.seqs.length;
    if (count >= most) break;
  }
  const runs = newest(inOrder(joined(blocks.reverse(), count), nowMs), most);
  return {
    runs,
    places: placesOf(db, reader, runs),
    session(name): number {
      for (const [id, own] of reader.own.sessions) if (own === name) return id;
      return db.integer("SELECT id FROM rr_session WHERE name = ?", name) || -1;
    },
  };
}

function newest(runs: Columns, most: number): Columns {
  const { seqs, startedAtMs, commands, places, sessions, exitCodes } = runs;
  return {
    seqs: seqs.subarray(-most),
    startedAtMs: startedAtMs.subarray(-most),
    commands: commands.subarray(-most),
    places: places.subarray(-most),
    sessions: sessions.subarray(-most),
    exitCodes: exitCodes.subarray(-most),
  };
}

function placesOf(db: Database, reader: RunReader, { places }: Columns): Map<number, Place> {
  const wanted = distinct(places);
  const known = new Map<number, Place>();
  for (const id of wanted) {
    const own = reader.own.places.get(id);
    if (own !== undefined) known.set(id, own);
  }
  for (
    const [id, cwd, host, device] of db.rows(
      "SELECT id, cwd, hostname, device_id FROM rr_place WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(wanted.filter((id) => id < reader.own.firstPlace)),
    )
  ) {
    known.set(id as number, {
      cwd: String(cwd),
      hostname: String(host),
      deviceId: String(device),
    });
  }
  return known;
}

// A set of thousands of numbers takes longer than reading them from the file.
function distinct(numbers: Uint32Array): number[] {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i]!);
  const seen = new Uint8Array(most + 1);
  const found: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (seen[number] === 1) continue;
    seen[number] = 1;
    found.push(number);
  }
  return found;
}

function joined(blocks: readonly Columns[], count: number): Columns {
  const all = emptyColumns(count);
  for (const name of Object.keys(all) as (keyof Columns)[]) {
    let at = 0;
    for (const block of blocks) {
      all[name].set(block[name], at);
      at += block.seqs.length;
    }
  }
  return all;
}

/** Runs of several devices are in order as far as their clocks agree, or nearer. */
const CLOCKS_AGREE_MS = 5 * 60_000;

/**
 * By time; of one time, in the order of the log. Runs that are nearly in order stay as they are: of two
 * devices nobody can tell which was first to the minute, and each for itself is in order.
 *
 * A run that is still to come was dated by a clock that is wrong, and would be what was run last for as
 * long as it was ahead: it belongs to what the log has before it.
 */
export function inOrder(runs: Columns, nowMs: number): Columns {
  const startedAtMs = believable(runs.startedAtMs, nowMs + CLOCKS_AGREE_MS);
  let newest = -Infinity;
  let isSorted = true;
  for (let i = 0; i < startedAtMs.length && isSorted; i++) {
    const ms = startedAtMs[i]!;
    if (ms > newest) newest = ms;
    else isSorted = newest - ms <= CLOCKS_AGREE_MS;
  }
  return isSorted ? runs : rearranged(runs, orderOf(startedAtMs, runs.seqs));
}

function believable(times: Float64Array, latestMs: number): Float64Array {
  if (times.every((ms) => ms <= latestMs)) return times;
  let before = -Infinity;
  for (let i = 0; i < times.length && before === -Infinity; i++) {
    if (times[i]! <= latestMs) before = times[i]!;
  }
  if (before === -Infinity) return times; // all of them: the clock of this machine is the wrong one
  return times.map((ms) => ms <= latestMs ? before = ms : before);
}

// Plain numbers are sorted ten times as fast as by a function: the time in front, the place behind it.
// Loops, as `from()` and `reduce()` of a typed array take longer than the sorting.
function orderOf(startedAtMs: Float64Array, seqs: Float64Array): Uint32Array {
  const count = startedAtMs.length;
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    first = Math.min(first, startedAtMs[i]!);
    last = Math.max(last, startedAtMs[i]!);
  }
  const order = new Uint32Array(count);
  const byTime = (a: number, b: number): number =>
    startedAtMs[a]! - startedAtMs[b]! || seqs[a]! - seqs[b]!;
  if ((last - first + 1) * count > Number.MAX_SAFE_INTEGER) {
    for (let i = 0; i < count; i++) order[i] = i;
    return order.sort(byTime);
  }
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (startedAtMs[i]! - first) * count + i;
  keys.sort();
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && startedAtMs[order[to]!] === startedAtMs[order[from]!]) to++;
    if (to - from > 1) order.subarray(from, to).sort(byTime);
    from = to;
  }
  return order;
}

function rearranged(runs: Columns, order: Uint32Array): Columns {
  const sorted = emptyColumns(order.length);
  for (const name of Object.keys(sorted) as (keyof Columns)[]) {
    const [from, to] = [runs[name], sorted[name]];
    for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
  }
  return sorted;
}
