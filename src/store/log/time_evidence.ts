/** What the entries of a history say about how late it is. */
import type { DeviceId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import { GAP_SEC, type TimeEvidence } from "./believed_time.ts";

/** What was recorded lately has its time from the clock that is doubted. */
const RECENT_SEC = 3_600;

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
  const own = newest(db, "device_id = ?", deviceId, -Infinity, now - RECENT_SEC);
  const sure = previous ?? whereMostAre(db, deviceId, now);
  const others = sure === undefined ? undefined : reached(db, deviceId, sure, now);
  return { previous, others, own };
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
 * Where half of the devices have been, so that a few wrong clocks do not count. What this one has
 * recorded lately has its time from the clock that is doubted.
 */
function whereMostAre(db: Database, deviceId: DeviceId, now: number): number | undefined {
  const sql = `SELECT max(ts) AS newest FROM entries
    WHERE ts <= iif(device_id = ?, ?, ?) GROUP BY device_id ORDER BY newest`;
  const all = db.rows(sql, deviceId, now - RECENT_SEC, now);
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
