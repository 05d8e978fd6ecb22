/** Lists of buckets, with what is said of each. */
import { MAX_LABEL_CHARS } from "../../history/check_entry.ts";
import { type Bucket, MARK_CHARS, WIDE_MARK_CHARS } from "../../named/digest.ts";
import type { BucketMarks, BucketState } from "../../named/frames.ts";
import type { Fields } from "./fields.ts";

/** Most buckets of a frame: a hundred devices for ten years. */
const MOST_BUCKETS = 52_000;
const MOST_DEVICES = 4_096;
/** Most marks of a frame. */
export const MOST_MARKS = 64_000;
/** Beyond the year 9999. */
const LAST_WEEK = 500_000;
const HEX = /^[0-9a-f]*$/;

/** Columns `dv` (devices), `b` (index into them), `wk` (week). */
export function encodeBuckets(buckets: readonly Bucket[]): Record<string, unknown> {
  const devices = new Map<string, number>();
  const b = buckets.map(({ deviceId }) => {
    const known = devices.get(deviceId) ?? devices.size;
    devices.set(deviceId, known);
    return known;
  });
  return { dv: [...devices.keys()], b, wk: buckets.map(({ week }) => week) };
}

/** @throws {WireError} `invalid` */
export function decodeBuckets(fields: Fields): Bucket[] {
  const devices = fields.texts("dv", MOST_DEVICES, MAX_LABEL_CHARS);
  const b = fields.wholes("b", MOST_BUCKETS, 0, devices.length - 1);
  const weeks = fields.wholes("wk", MOST_BUCKETS, 0, LAST_WEEK);
  if (weeks.length !== b.length) throw fields.fail("wk");
  return b.map((device, i) => ({ deviceId: devices[device]!, week: weeks[i]! }));
}

/** Columns of {@linkcode encodeBuckets}, and `k`: all marks in one text. */
export function encodeStates(buckets: readonly BucketState[]): Record<string, unknown> {
  return { ...encodeBuckets(buckets), k: buckets.map(({ mark }) => mark).join("") };
}

/** @throws {WireError} `invalid` */
export function decodeStates(fields: Fields): BucketState[] {
  const buckets = decodeBuckets(fields);
  const text = fields.text("k", MOST_BUCKETS * MARK_CHARS, HEX);
  if (text.length !== buckets.length * MARK_CHARS) throw fields.fail("k");
  return buckets.map((bucket, i) => ({
    ...bucket,
    mark: text.slice(i * MARK_CHARS, (i + 1) * MARK_CHARS),
  }));
}

/** Columns of {@linkcode encodeBuckets}, `mc`: how many marks each has, `m`: all marks in one text. */
export function encodeMarks(buckets: readonly BucketMarks[]): Record<string, unknown> {
  return {
    ...encodeBuckets(buckets),
    mc: buckets.map(({ marks }) => marks.length),
    m: buckets.map(({ marks }) => marks.join("")).join(""),
  };
}

/** @throws {WireError} `invalid` */
export function decodeMarks(fields: Fields, wide: boolean): BucketMarks[] {
  const chars = wide ? WIDE_MARK_CHARS : MARK_CHARS;
  const buckets = decodeBuckets(fields);
  const counts = fields.wholes("mc", MOST_BUCKETS, 0, MOST_MARKS);
  const text = fields.text("m", MOST_MARKS * WIDE_MARK_CHARS, HEX);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length !== buckets.length || text.length !== total * chars) throw fields.fail("m");
  let at = 0;
  return buckets.map((bucket, i) => {
    const marks = Array.from({ length: counts[i]! }, () => text.slice(at, at += chars));
    return { ...bucket, marks };
  });
}
