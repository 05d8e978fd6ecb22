/** What the entries of a history say about how late it is. */
import type { DeviceId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import { CLOCK_UNSET_BEFORE } from "../file/meta.ts";
import { GAP_SEC, type TimeEvidence } from "./believed_time.ts";

/** What was recorded lately has its time from the clock that is doubted. */
const RECENT_SEC = 3_600;
/** What this device has recorded behind a long pause speaks for itself once it goes on for so long. */
const SETTLED_SEC = 7 * 86_400;

/**
 * Gathers what speaks for a time.
 *
 * @param now what the clock shows, in unix seconds
 * @param previous what was believed last, in unix seconds
 */
export function timeEvidence(
  db: Database,
  deviceId: DeviceId,
  now: number,
  previous: number | undefined,
): TimeEvidence {
  const own = previous === undefined ? settled(db, deviceId, now - RECENT_SEC) : undefined;
  const sure = previous ?? whereMostAre(db, deviceId, { now, own });
  const others = sure === undefined ? undefined : reached(db, deviceId, sure, now);
  return { previous, others, own };
}

/**
 * See {@linkcode TimeEvidence.own}. A clock that is wrong for an afternoon dates more than one command,
 * and all of them lie together, far from the others.
 */
function settled(db: Database, deviceId: DeviceId, until: number): number | undefined {
  const from = CLOCK_UNSET_BEFORE - 1;
  let at = newest(db, "device_id = ?", deviceId, from, until);
  while (at !== undefined) {
    const before = newest(db, "device_id = ?", deviceId, from, at - SETTLED_SEC);
    if (before === undefined || oldest(db, deviceId, before, at) - before <= GAP_SEC) return at;
    at = before;
  }
  return undefined;
}

/** The oldest entry of a device behind a time, of which one is at `until`. */
function oldest(db: Database, deviceId: DeviceId, after: number, until: number): number {
  const sql = `SELECT ts FROM entries WHERE ts > ? AND ts <= ? AND device_id = ?
    ORDER BY ts LIMIT 1`;
  return db.integer(sql, after, until, deviceId);
}

/** See {@linkcode TimeEvidence.others}. */
function reached(db: Database, deviceId: DeviceId, from: number, now: number): number {
  for (let at = from;;) {
    const next = newest(db, "device_id <> ?", deviceId, at, Math.min(now, at + GAP_SEC));
    if (next === undefined) return at;
    at = next;
  }
}

/**
 * Where half of the devices have been, so that a few wrong clocks do not count; this one as far as it
 * speaks for itself.
 */
function whereMostAre(
  db: Database,
  deviceId: DeviceId,
  { now, own = -Infinity }: { readonly now: number; readonly own: number | undefined },
): number | undefined {
  const sql = `SELECT max(ts) AS newest FROM entries
    WHERE ts <= iif(device_id = ?, ?, ?) GROUP BY device_id ORDER BY newest`;
  const all = db.rows(sql, deviceId, own, now);
  return all[(all.length - 1) >> 1]?.[0] as number | undefined;
}

function newest(
  db: Database,
  which: "device_id = ?" | "device_id <> ?",
  deviceId: DeviceId,
  after: number,
  until: number,
): number | undefined {
  const sql = `SELECT ts FROM entries WHERE ts > ? AND ts <= ? AND ${which}
    ORDER BY ts DESC LIMIT 1`;
  return db.row(sql, after, until, deviceId)?.[0] as number | undefined;
}
