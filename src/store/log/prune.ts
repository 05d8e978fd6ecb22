/**
 * Takes entries out by age.
 *
 * A time before 2000 comes from a machine whose clock was not set yet; it says nothing of the age, so
 * such entries are not pruned.
 *
 * Pruned rows are forgotten, but not the age: entries from peers that are older stay out, or the next
 * sync with a device that never pruned would bring all of them back. The last prune decides: one with
 * an earlier cut-off lets older entries in again.
 */
import type { Clock } from "../../base/clock.ts";
import type { DeviceId } from "../../history/entry.ts";
import { WEEK_SECONDS } from "../../named/item.ts";
import type { Database } from "../file/database.ts";
import { CLOCK_UNSET_BEFORE, type Meta, PRUNED_HIGHEST, SET_FLOOR } from "../file/meta.ts";
import { movePruneMark, pruneMark } from "./prune_mark.ts";
import { compareFrom, givenToAll, parametersOf, WAITING } from "./waiting.ts";

/** What {@linkcode pruneEntries} works on. */
export interface PruneDeps {
  readonly db: Database;
  readonly meta: Meta;
  readonly clock: Clock;
}

/** What {@linkcode pruneEntries} takes. */
export interface PruneOptions {
  /** Entries older than this go; seconds since the Unix epoch. */
  readonly beforeUnix: number;
  /** The newest so many entries stay whatever their age. @default {0} */
  readonly keepRecent?: number | undefined;
  /** This device: its entries stay until every active peer has them. */
  readonly deviceId: DeviceId;
  /** Only count. @default {false} */
  readonly dryRun?: boolean | undefined;
  /** Most rows to delete in this call, for a caller that must not block. @default {all} */
  readonly maxRows?: number | undefined;
  /** The time by which to tell active peers from retired ones. @default {what the clock shows} */
  readonly nowUnix?: number | undefined;
}

/** What {@linkcode pruneEntries} did. */
export interface PruneResult {
  /** Entries that the rules allow to go, counted in the transaction that deleted. */
  readonly matched: number;
  readonly deleted: number;
  /** Old enough, but kept as an active peer does not have them yet, or to be compared with its. */
  readonly keptForPeers: number;
}

/** What goes and what stays, as values for {@linkcode OLD} and {@linkcode WAITING}. */
interface PrunePlan {
  /** All that are old enough by what was asked for. */
  readonly aged: readonly [beforeUnix: number, keptTs: number, keptSeq: number];
  /** Those of them that need not stay to be compared with a peer's. */
  readonly old: readonly [beforeUnix: number, keptTs: number, keptSeq: number];
  readonly waiting: readonly (number | string)[];
}

/** Values: the cut-off, time and number of the oldest entry that is kept whatever its age. */
const OLD = `ts < ? AND (ts, ingest_seq) < (?, ?) AND ts >= ${CLOCK_UNSET_BEFORE}`;

/**
 * Deletes old entries, or counts them.
 *
 * @throws {RangeError} naming an option that is out of bounds
 */
export function pruneEntries(deps: PruneDeps, options: PruneOptions): PruneResult {
  const { beforeUnix, keepRecent = 0, dryRun = false, maxRows } = options;
  checkWhole("beforeUnix", beforeUnix, Number.MIN_SAFE_INTEGER);
  checkWhole("keepRecent", keepRecent, 0);
  checkWhole("maxRows", maxRows ?? 1, 1);
  const { db } = deps;
  return db.transaction(() => {
    const plan = planOf(deps, options);
    // Fewer rows than are to be kept: nothing may go, and nothing needs to stay out.
    if (plan === undefined) return { matched: 0, deleted: 0, keptForPeers: 0 };
    const counted = countOf(db, plan);
    if (dryRun) return { ...counted, deleted: 0 };
    const { old: [before, keptTs] } = plan;
    // First, as the floor tells our deletions from those of other programs.
    raiseFloor(deps, Math.min(before, keptTs, Math.floor(deps.clock.now() / 1000)));
    const deleted = db.run(
      `DELETE FROM entries WHERE ingest_seq IN
       (SELECT ingest_seq FROM entries WHERE ${OLD} AND NOT (${WAITING}) LIMIT ?)`,
      ...plan.old,
      ...plan.waiting,
      maxRows ?? -1,
    );
    return { ...counted, deleted };
  });
}

function planOf({ db, meta, clock }: PruneDeps, options: PruneOptions): PrunePlan | undefined {
  const { beforeUnix, keepRecent = 0, deviceId } = options;
  const kept = oldestKept(db, keepRecent);
  if (kept === undefined) return undefined;
  const nowUnix = options.nowUnix ?? Math.floor(clock.now() / 1000);
  const aged = [beforeUnix, kept.ts, kept.seq] as const;
  const waits = { which: OLD, values: aged, deviceId, nowUnix };
  const before = Math.min(beforeUnix, compareFrom(db, waits, pruneMark(meta)));
  return {
    aged,
    old: [before, kept.ts, kept.seq],
    waiting: [deviceId, ...parametersOf(givenToAll(db, nowUnix))],
  };
}

function countOf(db: Database, { aged, old, waiting }: PrunePlan): Omit<PruneResult, "deleted"> {
  const count = (which: string, ...values: (number | string)[]): number =>
    db.integer(`SELECT count(*) FROM entries WHERE ${which}`, ...values);
  const matched = count(`${OLD} AND NOT (${WAITING})`, ...old, ...waiting);
  const waits = count(`${OLD} AND ${WAITING}`, ...old, ...waiting);
  const compared = old[0] < aged[0] ? count(OLD, ...aged) - count(OLD, ...old) : 0;
  return { matched, keptForPeers: waits + compared };
}

function raiseFloor({ db, meta }: PruneDeps, before: number): void {
  movePruneMark(db, meta, before);
  meta.set(PRUNED_HIGHEST, Math.max(before, meta.integer(PRUNED_HIGHEST) ?? 0));
  const floor = Math.ceil(Math.max(0, before) / WEEK_SECONDS);
  meta.set(SET_FLOOR, Math.max(floor, meta.integer(SET_FLOOR) ?? 0));
}

/** Time and number of the oldest of the newest `keepRecent`; `undefined` if there are not so many. */
function oldestKept(
  db: Database,
  keepRecent: number,
): { readonly ts: number; readonly seq: number } | undefined {
  if (keepRecent === 0) return { ts: Number.MAX_SAFE_INTEGER, seq: 0 };
  const row = db.row(
    "SELECT ts, ingest_seq FROM entries ORDER BY ts DESC, ingest_seq DESC LIMIT 1 OFFSET ?",
    keepRecent - 1,
  );
  return row && { ts: row[0] as number, seq: row[1] as number };
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `Cannot prune as '${name}' must be an integer of at least ${least}: current value is ${value}`,
    );
  }
}
