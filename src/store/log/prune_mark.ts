/**
 * The mark before which entries of peers stay out, as they were pruned here. Nothing may be dropped for
 * it and be passed over for good: when the mark moves back, every peer's log is followed from its start
 * again, and what is here already is ignored by its id.
 */
import type { Database } from "../file/database.ts";
import { type Meta, PRUNED_BEFORE } from "../file/meta.ts";

/** The newest entry (unix seconds) that was left out for the mark since it last moved back. */
const LEFT_OUT_NEWEST = "left_out_newest";

/** Before any entry: nothing was left out so far. */
const NOTHING = 0;

/** The mark; `undefined` if nothing was pruned. */
export function pruneMark(meta: Meta): number | undefined {
  return meta.integer(PRUNED_BEFORE);
}

/** Notes that entries up to this time were left out for the mark. */
export function noteLeftOut(meta: Meta, newestTs: number): void {
  if (newestTs > (meta.integer(LEFT_OUT_NEWEST) ?? -Infinity)) meta.set(LEFT_OUT_NEWEST, newestTs);
}

/** Moves the mark; `undefined` removes it. To be called inside a transaction. */
export function movePruneMark(db: Database, meta: Meta, mark: number | undefined): void {
  const before = pruneMark(meta);
  meta.set(PRUNED_BEFORE, mark);
  const to = mark ?? -Infinity;
  if (before === undefined) meta.set(LEFT_OUT_NEWEST, NOTHING);
  if (before === undefined || to >= before) return;
  // A mark that an older program has set says nothing of what was left out for it.
  const newest = meta.integer(LEFT_OUT_NEWEST) ?? before;
  if (newest < to) return;
  meta.set(LEFT_OUT_NEWEST, NOTHING);
  db.run("UPDATE peer_state SET last_cursor = 0");
  db.run("DELETE FROM rr_pull_state");
}

/** Takes back a mark that lies in the future: a clock that was wrong has set it. Whether it did. */
export function healPruneMark(db: Database, meta: Meta, nowUnix: number): boolean {
  const mark = pruneMark(meta);
  if (mark === undefined || mark <= nowUnix) return false;
  db.transaction(() => movePruneMark(db, meta, undefined));
  return true;
}
