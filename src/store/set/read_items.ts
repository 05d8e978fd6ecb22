/** Reads items and their marks. */
import { hashOf, type Mark, markOf, WIDE_MARK_CHARS } from "../../named/digest.ts";
import { type Facts, type Item, UNSET_WEEK, type Week, WEEK_SECONDS } from "../../named/item.ts";
import type { Marked, Page, Place, Seq, Span, WeekSpan } from "../../named/store.ts";
import type { DeviceId, EntryId } from "../../history/entry.ts";
import type { Database } from "../file/database.ts";
import type { Row, Value } from "../file/sqlite_rows.ts";
import { CLOCK_UNSET_BEFORE } from "../file/meta.ts";
import { entryRows, fitting, toEntry } from "../log/rows.ts";

/** Items of one frame. */
export const PAGE_ITEMS = 2_000;
/** Text of one frame, about; the codec bounds the frame itself. */
const PAGE_CHARS = 400_000;
/** What is read at once: a page, and text for several, as that is counted in bytes here. */
const AT_ONCE = { rows: PAGE_ITEMS, bytes: 2 * 1024 * 1024 };
/** The same for a list of marks. Few enough that the rows are garbage before they count as old. */
const MARKED_AT_ONCE = { ...AT_ONCE, rows: 200 };
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
  const place = at?.in === "entries" ? at : FIRST;
  const run = span.kind === "range"
    ? rangeRows(db, span, Math.max(span.after, place.seq))
    : weekRows(db, span, place, AT_ONCE);
  return pageOf(run, held, span);
}

type EntriesAt = At & { readonly in: "entries" };
const FIRST: EntriesAt = { in: "entries", ts: Number.MIN_SAFE_INTEGER, seq: 0 };

/** Rows of entries, and where to read on; `undefined` at the end. */
interface Run {
  readonly rows: readonly Row[];
  readonly next: EntriesAt | undefined;
}

function rangeRows(db: Database, span: Span & { kind: "range" }, after: Seq): Run {
  return runOf(
    db,
    `FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? AND (ts >= ? OR ts < ${CLOCK_UNSET_BEFORE})
     ORDER BY ingest_seq`,
    [after, span.upTo, span.floor * WEEK_SECONDS],
    AT_ONCE,
  );
}

/** Of some devices, or of all; see {@linkcode list}. */
const OF_DEVICES = "(? IS NULL OR device_id IN (SELECT value FROM json_each(?)))";

function list(devices: ReadonlySet<string> | undefined): [string | null, string | null] {
  const json = devices === undefined ? null : JSON.stringify([...devices]);
  return [json, json];
}

// SQLite would go by device, of which there are few, and read years of it.
function weekRows(
  db: Database,
  { week, devices, after, upTo }: Omit<WeekSpan, "kind">,
  place: EntriesAt,
  limit: typeof AT_ONCE,
): Run {
  const [least, most] = secondsOf(week);
  return runOf(
    db,
    `FROM entries INDEXED BY idx_entries_ts
     WHERE ts >= ? AND ts < ? AND (ts, ingest_seq) > (?, ?) AND ingest_seq > ? AND ingest_seq <= ?
       AND ${OF_DEVICES}
     ORDER BY ts, ingest_seq`,
    [Math.max(least, place.ts), most, place.ts, place.seq, after, upTo, ...list(devices)],
    limit,
  );
}

function runOf(
  db: Database,
  rest: string,
  values: readonly Value[],
  limit: typeof AT_ONCE,
): Run {
  const count = fitting(db, rest, values, limit);
  const rows = entryRows(db, `${rest} LIMIT ?`, ...values, count);
  return { rows, next: rows.length === count ? placeOf(rows.at(-1)!) : undefined };
}

function placeOf(row: Row): EntriesAt {
  return { in: "entries", ts: Number(row[4]), seq: Number(row[0]) };
}

function pageOf({ rows, next }: Run, held: Facts[], span: Span): Page {
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
  const { rows, next: more } = runOf(
    db,
    "FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?)) ORDER BY ingest_seq DESC",
    [list],
    AT_ONCE,
  );
  let end = more === undefined ? from + part.length : seqs.indexOf(more.seq, from) + 1;
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
  span: Omit<WeekSpan, "kind">,
): Generator<{ readonly facts: Facts; readonly seq: Seq }> {
  const { week, devices, after, upTo } = span;
  const [least, most] = secondsOf(week);
  // A run at a time: a week may have a hundred thousand commands, or some thousand of a megabyte.
  for (let place: EntriesAt | undefined = FIRST; place !== undefined;) {
    const { rows, next }: Run = weekRows(db, span, place, MARKED_AT_ONCE);
    for (const row of rows) {
      if (toEntry(row) === undefined) continue;
      yield { seq: Number(row[0]), facts: factsOfRow([row[1]!, row[2]!, row[4]!], false) };
    }
    place = next;
  }
  const held = db.rows(
    `SELECT seq, entry_id, device_id, ts FROM rr_deleted
     WHERE counted = 1 AND ts >= ? AND ts < ? AND seq > ? AND seq <= ? AND ${OF_DEVICES}`,
    least,
    most,
    after,
    upTo,
    ...list(devices),
  );
  for (const [seq, ...row] of held) yield { seq: Number(seq), facts: factsOfRow(row, false) };
  if (week !== UNSET_WEEK) return;
  const tombs = db.rows(
    `SELECT seq, entry_id, device_id, ts FROM rr_tomb WHERE seq > ? AND seq <= ? AND ${OF_DEVICES}`,
    after,
    upTo,
    ...list(devices),
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
  span: Omit<WeekSpan, "kind">,
  wide: boolean,
): Map<string, Marked[]> {
  const all = new Map<string, Marked[]>();
  for (const { facts, seq } of factsOfWeek(db, span)) {
    let marks = all.get(facts.deviceId);
    if (marks === undefined) all.set(facts.deviceId, marks = []);
    marks.push(new MarkedRow(facts, seq, wide));
  }
  return all;
}

/** Its twin is computed when asked for, which is done of few. */
class MarkedRow implements Marked {
  readonly seq: Seq;
  readonly mark: Mark;
  readonly #facts: Facts;

  constructor(facts: Facts, seq: Seq, wide: boolean) {
    this.seq = seq;
    this.mark = markOf(hashOf(facts), wide);
    this.#facts = facts;
  }

  get dead(): boolean {
    return this.#facts.dead;
  }

  get twin(): Mark {
    const { dead } = this.#facts;
    return markOf(hashOf({ ...this.#facts, dead: !dead }), this.mark.length === WIDE_MARK_CHARS);
  }
}
