/** Which runs took longest. */
import type { Database } from "../file/database.ts";
import { LONG_RUN_MS } from "../file/migrations.ts";

/** Looked up one by one; among more, those that took long are soon met in a walk through all. */
const FEW_RUNS = 50_000;
/** Looked through one after the other: finding the rows is cheap, sorting all of a large history is not. */
const SHORTER_MS = [60_000, 1_000, 1];
const BY_DURATION = "ORDER BY duration_ms DESC, ingest_seq DESC";

/**
 * Numbers in the log of the runs that took longest, the longest first.
 *
 * Those of rows that another program broke are among them. Few runs take very long and those have an
 * index: mostly no other row is looked at.
 *
 * @param wanted numbers of the only runs that count; `undefined` for all. Sorted on the way
 */
export function* longestRuns(
  db: Database,
  wanted: Float64Array | undefined,
): Generator<number, void, undefined> {
  wanted?.sort();
  const isWanted = (seq: number): boolean => wanted === undefined || holds(wanted, seq);
  let given = 0;
  // The index is of use only where its condition stands as it is.
  for (const seq of seqsWhere(db, `duration_ms >= ${LONG_RUN_MS}`)) {
    if (!isWanted(seq)) continue;
    yield seq;
    if (++given === wanted?.length) return;
  }
  if (wanted !== undefined && wanted.length <= FEW_RUNS) {
    const few = "ingest_seq IN (SELECT value FROM json_each(?)) AND duration_ms > 0";
    const list = JSON.stringify(Array.from(wanted));
    yield* seqsWhere(db, `${few} AND duration_ms < ${LONG_RUN_MS}`, list);
    return;
  }
  let belowMs = LONG_RUN_MS;
  for (const leastMs of SHORTER_MS) {
    const shorter = `duration_ms >= ${leastMs} AND duration_ms < ${belowMs}`;
    for (const seq of seqsWhere(db, shorter)) if (isWanted(seq)) yield seq;
    belowMs = leastMs;
  }
}

function* seqsWhere(db: Database, condition: string, ...values: string[]): Generator<number> {
  const rest = `FROM entries WHERE ${condition} ${BY_DURATION}`;
  for (const [seq] of db.walk(["ingest_seq"], rest, ...values)) yield seq as number;
}

function holds(sorted: Float64Array, seq: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < seq) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === seq;
}
