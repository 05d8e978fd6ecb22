/** Databases for benchmarks: made once per run, the same every time. */
import { systemClock } from "../../src/base/clock.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory, type HistoryShape } from "../fakes/history_generator.ts";
import type { Entry } from "../../src/history/entry.ts";

const BATCH = 10_000;

/** Fills the database at `path` with `count` generated entries. */
export function fillHistory(path: string, count: number, shape: HistoryShape = {}): void {
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  let batch: Entry[] = [];
  for (const entry of generateHistory(count, shape)) {
    batch.push(entry);
    if (batch.length < BATCH) continue;
    history.log.append(batch);
    batch = [];
  }
  history.log.append(batch);
}
