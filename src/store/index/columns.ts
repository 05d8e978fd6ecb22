/**
 * Runs of commands as columns of numbers: what a filter, a ranking or a statistic looks at, without
 * the text. A million runs are 32 MB in this form and are gone through in a few milliseconds; as rows
 * of `entries` they are 200 MB.
 */
import { letGo } from "../../base/bytes.ts";
import type { Database } from "../file/database.ts";
import type { Row, Value } from "../file/sqlite_rows.ts";
import { damagedIndex, seal, unseal } from "./seal.ts";
import { words } from "./words.ts";

/** Runs in the order of the log. All columns have the same length. */
export interface Columns {
  /** Sequence number in the log. */
  readonly seqs: Float64Array<ArrayBuffer>;
  readonly startedAtMs: Float64Array<ArrayBuffer>;
  /** Numbers of {@linkcode import("./texts.ts").TextBlock texts}. */
  readonly commands: Uint32Array<ArrayBuffer>;
  /** Where: one id for folder, host and device together. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** 0 for none. */
  readonly sessions: Uint32Array<ArrayBuffer>;
  readonly exitCodes: Int32Array<ArrayBuffer>;
}

/** The blobs of `rr_chunk` in the order of {@linkcode fromBlobs} and {@linkcode toBlobs}. */
export const BLOB_COLUMNS = "places, sessions, commands, exits, started, seqs";

/** Columns for `count` runs, all zero. */
export function emptyColumns(count: number): Columns {
  return {
    seqs: new Float64Array(count),
    startedAtMs: new Float64Array(count),
    commands: new Uint32Array(count),
    places: new Uint32Array(count),
    sessions: new Uint32Array(count),
    exitCodes: new Int32Array(count),
  };
}

/** Columns as stored. The bytes are little-endian, as on every machine that rr runs on. */
export function toBlobs(columns: Columns): Value[] {
  const { exitCodes, startedAtMs, seqs, commands } = columns;
  const [places, sessions, started, numbers] = [
    columns.places,
    columns.sessions,
    startedAtMs,
    seqs,
  ].map(bytesOf) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const exits = new Uint32Array(exitCodes.buffer, exitCodes.byteOffset, exitCodes.length);
  return [
    places,
    sessions,
    seal(commands, places, sessions),
    seal(exits, started, numbers),
    started,
    numbers,
  ];
}

/** What a chunk is looked through by. */
export type FrontColumns = Pick<Columns, "places" | "sessions" | "commands">;

/**
 * The first three of {@linkcode BLOB_COLUMNS}, which lie at the front of their row.
 *
 * @throws {RrError} `database` if they are damaged
 */
export function frontOf(db: Database, row: Row): FrontColumns {
  const [places, sessions, commands] = row.slice(0, 3).map(words) as [Words, Words, Words];
  if (places.length !== sessions.length) throw damagedIndex(db);
  const covered = [bytesOf(places), bytesOf(sessions)];
  return { places, sessions, commands: unseal(db, commands, places.length, ...covered) };
}

/**
 * Columns from a row of {@linkcode BLOB_COLUMNS}.
 *
 * @throws {RrError} `database` if it is damaged
 */
export function fromBlobs(db: Database, row: Row): Columns {
  const front = frontOf(db, row);
  const [exits, started, seqs] = row.slice(3).map(words) as [Words, Words, Words];
  const count = front.places.length;
  if (started.length !== 2 * count || seqs.length !== 2 * count) throw damagedIndex(db);
  const exitCodes = unseal(db, exits, count, bytesOf(started), bytesOf(seqs));
  return {
    ...front,
    seqs: new Float64Array(seqs.buffer),
    startedAtMs: new Float64Array(started.buffer),
    exitCodes: new Int32Array(exitCodes.buffer, 0, count),
  };
}

type Words = Uint32Array<ArrayBuffer>;

function bytesOf(column: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** Gives their memory back; they cannot be read any more. */
export function freeColumns(columns: Columns): void {
  Object.values(columns).forEach(letGo);
}

/** `a`, then `b`. */
export function concat(a: Columns, b: Columns): Columns {
  const both = emptyColumns(a.seqs.length + b.seqs.length);
  for (const name of Object.keys(both) as (keyof Columns)[]) {
    both[name].set(a[name]);
    both[name].set(b[name], a.seqs.length);
  }
  return both;
}

/** The runs at which `keep` says so, by position. */
export function pick(columns: Columns, keep: (i: number) => boolean): Columns {
  const kept: number[] = [];
  for (let i = 0; i < columns.seqs.length; i++) if (keep(i)) kept.push(i);
  if (kept.length === columns.seqs.length) return columns;
  const picked = emptyColumns(kept.length);
  for (const name of Object.keys(picked) as (keyof Columns)[]) {
    kept.forEach((from, to) => picked[name][to] = columns[name][from]!);
  }
  return picked;
}
