/** Entries into a history, as fast as they go in. */
import { systemClock } from "../../src/base/clock.ts";
import { writeWith } from "../../src/app/writer/write_with.ts";
import type { Entry } from "../../src/history/entry.ts";
import type { History } from "../../src/store/file/open_history.ts";

const BATCH = 2_000;

/** Stores all entries, in large transactions. */
export async function fill(history: History, entries: Iterable<Entry>): Promise<void> {
  await using writer = writeWith(history, systemClock());
  let batch: Entry[] = [];
  for (const entry of entries) {
    if (batch.push(entry) < BATCH) continue;
    void writer.append(batch, { more: true });
    batch = [];
    await writer.room();
  }
  await writer.append(batch);
}
