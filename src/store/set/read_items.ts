/** Reads items and their marks. */
import { hashOf, markOf } from "../../named/digest.ts";
import { type Facts, type Item, UNSET_WEEK, type Week, WEEK_SECONDS } from "../../named/item.ts";
import type { Marked, Page, Place, Seq, Span } from "../../named/store.ts";
import type { DeviceId, EntryId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import { CLOCK_UNSET_BEFORE } from "../file/meta.ts";
import { entryRows, toEntry } from "../log/rows.ts";

/** Items of one frame. */
export const PAGE_ITEMS = 2_000;
/** Text of one frame, about; the codec bounds the frame itself. */
const PAGE_CHARS = 400_000;
/** Numbers asked for in one query. */
const SEQS_AT_ONCE = 2_000;

/** Where a page ended: among the tombstones, or among the entries. */
type At =
  | { readonly in: "tombs"; readonly seq: Seq }
  | { readonly in: "entries"; readonly ts: number; readonly seq: Seq }
  | { readonly in: "seqs"; readonly from: number };

const HELD = "SELECT entry_id, device_id, ts FROM rr_deleted WHERE counted = 1";
const TOMBS = "SELECT seq, entry_id, device_id, ts, deleted_at FROM rr_tomb";

/** The next items of a span; see `ItemStore.page`. */
export function readPage(db: Database, span: Span, from: Place | undefined): Page {
  const at = from as At | undefined;
  if (span.kind === "seqs") return bySeqs(db, span.seqs, at?.in === "seqs" ? at.from : 0);
  const held = at === undefined ? heldIn(db, span) : [];
  // Tombstones first: they save the other side from taking in what they delete.
  const hasTombs = span.kind === "range" || span.week === UNSET_WEEK;
  if (hasTombs && at?.in !== "entries") {
    const after = Math.max(span.after, at?.in === "tombs" ? at.seq : 0);
    const rows = db.rows(
      `${TOMBS} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE_ITEMS}`,
      after,
      span.upTo,
    );
    const items = ofDevices(rows.map(toTombstone), span);
    const last = rows.at(-1)?.[0];
    const next: At = rows.length === PAGE_ITEMS
      ? { in: "tombs", seq: Number(last) }
      : { in: "entries", ts: Number.MIN_SAFE_INTEGER, seq: 0 };
    if (rows.length > 0) return { items, held, next };
  }
  const place = at?.in === "entries" ? at : { ts: Number.MIN_SAFE_INTEGER, seq: 0 };
  const rows = span.kind === "range"
    ? rangeRows(db, span, Math.max(span.after, place.seq))
    : weekRows(db, span, place);
  return pageOf(
    rows,
    held,
    (row) => ({ in: "entries", ts: Number(row[4]), seq: Number(row[0]) }),
    span,
  );
}

function rangeRows(db: Database, span: Span & { kind: "range" }, after: Seq): Row[] {
  return entryRows(
    db,
    `FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? AND (ts >= ? OR ts < ${CLOCK_UNSET_BEFORE})
     ORDER BY ingest_seq LIMIT ${PAGE_ITEMS}`,
    after,
    span.upTo,
    span.floor * WEEK_SECONDS,
  );
}

// SQLite would go by device, of which there are few, and read years of it.
function weekRows(
  db: Database,
  { week, after, upTo }: Span & { kind: "week" },
  place: { readonly ts: number; readonly seq: Seq },
): Row[] {
  const [least, most] = secondsOf(week);
  return entryRows(
    db,
    `FROM entries INDEXED BY idx_entries_ts
     WHERE ts >= ? AND ts < ? AND (ts, ingest_seq) > (?, ?) AND ingest_seq > ? AND ingest_seq <= ?
     ORDER BY ts, ingest_seq LIMIT ${PAGE_ITEMS}`,
    Math.max(least, place.ts),
    most,
    place.ts,
    place.seq,
    after,
    upTo,
  );
}

function pageOf(rows: readonly Row[], held: Facts[], placeOf: (row: Row) => At, span: Span): Page {
  const items: Item[] = [];
  let chars = 0;
  for (const [i, row] of rows.entries()) {
    const entry = toEntry(row);
    if (entry !== undefined) items.push({ entry });
    chars += entry === undefined ? 0 : entry.command.length + entry.cwd.length + 120;
    const isLast = i === rows.length - 1;
    if (chars > PAGE_CHARS && !isLast) {
      return { items: ofDevices(items, span), held, next: placeOf(row) };
    }
  }
  const next = rows.length === PAGE_ITEMS ? placeOf(rows.at(-1)!) : undefined;
  return { items: ofDevices(items, span), held, next };
}

function ofDevices(items: readonly Item[], span: Span): Item[] {
  if (span.kind !== "week" || span.devices === undefined) return [...items];
  const { devices } = span;
  return items.filter((item) =>
    devices.has(item.entry?.deviceId ?? (item as { deviceId: string }).deviceId)
  );
}

function bySeqs(db: Database, seqs: readonly Seq[], from: number): Page {
  const part = seqs.slice(from, from + SEQS_AT_ONCE);
  const list = JSON.stringify(part);
  const tombs = db.rows(`${TOMBS} WHERE seq IN (SELECT value FROM json_each(?))`, list).map(
    toTombstone,
  );
  const held = db.rows(
    `${HELD} AND seq IN (SELECT value FROM json_each(?))`,
    list,
  ).map((row) => factsOfRow(row, false));
  const items: Item[] = [...tombs];
  let chars = 0;
  let end = from + part.length;
  const rows = entryRows(
    db,
    "FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?)) ORDER BY ingest_seq DESC",
    list,
  );
  for (const row of rows) {
    const entry = toEntry(row);
    if (entry === undefined) continue;
    // What does not fit is asked for once more: the numbers are in descending order as well.
    if (chars > PAGE_CHARS) {
      end = Math.max(from + 1, seqs.indexOf(Number(row[0]), from));
      break;
    }
    chars += entry.command.length + entry.cwd.length + 120;
    items.push({ entry });
  }
  const next: At | undefined = end < seqs.length ? { in: "seqs", from: end } : undefined;
  return { items, held, next };
}

function heldIn(db: Database, span: Exclude<Span, { kind: "seqs" }>): Facts[] {
  const [least, most] = span.kind === "week"
    ? secondsOf(span.week)
    : [span.floor * WEEK_SECONDS, Number.MAX_SAFE_INTEGER];
  const rows = db.rows(
    `${HELD} AND seq > ? AND seq <= ?
       AND (ts >= ? AND ts < ? OR ts < ${span.kind === "range" ? CLOCK_UNSET_BEFORE : 0})`,
    span.after,
    span.upTo,
    least,
    most,
  );
  const devices = span.kind === "week" ? span.devices : undefined;
  return rows.map((row) => factsOfRow(row, false))
    .filter(({ deviceId }) => devices?.has(deviceId) ?? true);
}

/** The first second of a week and the first after it. */
export function secondsOf(week: Week): readonly [number, number] {
  return week === UNSET_WEEK
    ? [Number.MIN_SAFE_INTEGER, CLOCK_UNSET_BEFORE]
    : [Math.max(week * WEEK_SECONDS, CLOCK_UNSET_BEFORE), (week + 1) * WEEK_SECONDS];
}

function toTombstone(row: Row): Item {
  const [, id, deviceId, ts, deletedAt] = row;
  return {
    id: String(id) as EntryId,
    deviceId: String(deviceId) as DeviceId,
    ts: Number(ts),
    deletedAt: Number(deletedAt),
  };
}

/** What the digests of a week account for, with the number of each. */
export function* factsOfWeek(
  db: Database,
  week: Week,
  after: Seq,
  upTo: Seq,
): Generator<{ readonly facts: Facts; readonly seq: Seq }> {
  const [least, most] = secondsOf(week);
  const entries = entryRows(
    db,
    `FROM entries INDEXED BY idx_entries_ts WHERE ts >= ? AND ts < ? AND ingest_seq > ? AND ingest_seq <= ?`,
    least,
    most,
    after,
    upTo,
  );
  for (const row of entries) {
    if (toEntry(row) === undefined) continue;
    yield { seq: Number(row[0]), facts: factsOfRow([row[1]!, row[2]!, row[4]!], false) };
  }
  const held = db.rows(
    `SELECT seq, entry_id, device_id, ts FROM rr_deleted
     WHERE counted = 1 AND ts >= ? AND ts < ? AND seq > ? AND seq <= ?`,
    least,
    most,
    after,
    upTo,
  );
  for (const [seq, ...row] of held) yield { seq: Number(seq), facts: factsOfRow(row, false) };
  if (week !== UNSET_WEEK) return;
  const tombs = db.rows(
    "SELECT seq, entry_id, device_id, ts FROM rr_tomb WHERE seq > ? AND seq <= ?",
    after,
    upTo,
  );
  for (const [seq, ...row] of tombs) yield { seq: Number(seq), facts: factsOfRow(row, true) };
}

/** Facts from `entry_id, device_id, ts`. */
export function factsOfRow([id, deviceId, ts]: Row, dead: boolean): Facts {
  return { id: String(id), deviceId: String(deviceId), ts: Number(ts), dead };
}

/** See `ItemStore.weekMarks`. */
export function readWeekMarks(
  db: Database,
  week: Week,
  after: Seq,
  upTo: Seq,
  wide: boolean,
): Map<string, Marked[]> {
  const all = new Map<string, Marked[]>();
  for (const { facts, seq } of factsOfWeek(db, week, after, upTo)) {
    let marks = all.get(facts.deviceId);
    if (marks === undefined) all.set(facts.deviceId, marks = []);
    marks.push({
      seq,
      mark: markOf(hashOf(facts), wide),
      twin: markOf(hashOf({ ...facts, dead: !facts.dead }), wide),
      dead: facts.dead,
    });
  }
  return all;
}
