/**
 * Which own entries an active peer does not have yet. The original lets a retired peer hold them back
 * for ever and does not count a peer that was never pushed to. Peers count here if they were seen lately;
 * those never given anything count as having nothing.
 */
import { WEEK_SECONDS } from "../../named/item.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";

/** A peer that was not seen for so long is retired. */
const ACTIVE_SECONDS = 30 * 86_400;

/**
 * What all active peers have of this device, a little less where they differ in what they keep: all up to
 * `pushed`, and what is not older than `fromUnix` up to `shared`, as equality above a floor says nothing of
 * what lies below.
 */
export interface Given {
  readonly pushed: number;
  readonly shared: number;
  readonly fromUnix: number;
}

/** True of a row that waits; takes the device and {@linkcode parametersOf}. */
export const WAITING = "device_id = ? AND ingest_seq > ? AND (ingest_seq > ? OR ts < ?)";

/** The last three parameters of {@linkcode WAITING}. */
export function parametersOf({ pushed, shared, fromUnix }: Given): [number, number, number] {
  return [pushed, shared, fromUnix];
}

/** Nobody is given anything, so nothing waits. */
const NOBODY: Given = {
  pushed: Number.MAX_SAFE_INTEGER,
  shared: Number.MAX_SAFE_INTEGER,
  fromUnix: 0,
};

/** What the active peers have. */
export function givenToAll(db: Database, nowUnix: number): Given {
  return givenTo(
    db,
    `b.last_seen >= ? AND
       (EXISTS (SELECT 1 FROM peer_push_state) OR EXISTS (SELECT 1 FROM rr_pin))`,
    nowUnix,
  );
}

/** Entries of this device that are to go. */
export interface Aged {
  /** A condition on a row, and its parameters. */
  readonly which: string;
  readonly values: readonly number[];
  readonly deviceId: DeviceId;
  readonly nowUnix: number;
}

/**
 * The start (unix seconds) of the oldest week that must go on being compared: peers of protocol 2 get
 * nothing from below the floor, so it may not pass what one of them lacks. What lies below the present
 * mark is kept, but not compared. `Infinity` if nobody lacks anything.
 */
export function compareFrom(
  db: Database,
  { which, values, deviceId, nowUnix }: Aged,
  markUnix: number = 0,
): number {
  const given = givenTo(db, "b.last_seen >= ? AND p.peer_id IS NOT NULL", nowUnix);
  const oldest = db.row(
    `SELECT min(ts) FROM entries WHERE ${which} AND ${WAITING} AND ts >= ?`,
    ...values,
    deviceId,
    ...parametersOf(given),
    Math.ceil(Math.max(0, markUnix) / WEEK_SECONDS) * WEEK_SECONDS,
  )?.[0];
  if (typeof oldest !== "number") return Infinity;
  return Math.floor(oldest / WEEK_SECONDS) * WEEK_SECONDS;
}

function givenTo(db: Database, peers: string, nowUnix: number): Given {
  const row = db.row(
    `SELECT min(pushed), min(max(pushed, shared)), max(iif(shared > pushed, floor, 0)) FROM (
       SELECT coalesce(s.last_pushed_seq, 0) AS pushed, coalesce(e.seq, 0) AS shared,
         coalesce(e.floor, 0) AS floor
       FROM peer_book b
       LEFT JOIN peer_push_state s ON s.peer_id = b.peer_id
       LEFT JOIN rr_pin p ON p.peer_id = b.peer_id
       LEFT JOIN rr_base e ON e.name = p.name
       WHERE ${peers})`,
    nowUnix - ACTIVE_SECONDS,
  );
  const [pushed, shared, floor] = row ?? [];
  if (typeof pushed !== "number") return NOBODY;
  return { pushed, shared: Number(shared), fromUnix: Number(floor) * WEEK_SECONDS };
}
