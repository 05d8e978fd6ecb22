/**
 * Runs of commands as columns of numbers: what a filter, a ranking or a statistic looks at, without
 * the text. A million runs are 32 MB in this form and are gone through in a few milliseconds; as rows
 * of `entries` they are 200 MB.
 */
import type { Row, Value } from "../file/database.ts";

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
  const { places, sessions, commands, exitCodes, startedAtMs, seqs } = columns;
  return [places, sessions, commands, exitCodes, startedAtMs, seqs].map((column) =>
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  );
}

/** Columns from a row of {@linkcode BLOB_COLUMNS}; `undefined` if it is not one of ours. */
export function fromBlobs(row: Row): Columns | undefined {
  const blobs = row.map((value) => value instanceof Uint8Array ? aligned(value) : undefined);
  const count = (blobs[0]?.byteLength ?? 0) / 4;
  if (blobs.some((blob, i) => blob?.byteLength !== count * (i < 4 ? 4 : 8))) return undefined;
  const [places, sessions, commands, exits, started, seqs] = blobs as ArrayBuffer[];
  return {
    seqs: new Float64Array(seqs!),
    startedAtMs: new Float64Array(started!),
    commands: new Uint32Array(commands!),
    places: new Uint32Array(places!),
    sessions: new Uint32Array(sessions!),
    exitCodes: new Int32Array(exits!),
  };
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

function aligned(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
    ? buffer
    : bytes.slice().buffer as ArrayBuffer;
}
