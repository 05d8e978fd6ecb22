/** Finds what two sides lack of each other, bucket by bucket. Pure but for the marks it reads. */
import type { Bucket } from "./digest.ts";
import type { BucketMarks, BucketState } from "./frames.ts";
import { UNSET_WEEK, type Week } from "./item.ts";
import type { Comparison } from "./state.ts";
import type { ItemStore, Marked, Seq, Span, StoredBucket, WeekSpan } from "./store.ts";

/**
 * A comparison that has found nothing yet.
 *
 * @param upTo our newest item that takes part
 * @param tombstones ours that the other side may lack
 */
export function createComparison(
  wide: boolean,
  upTo: Seq,
  tombstones: Iterable<Marked>,
): Comparison {
  return {
    dead: new Set(),
    gone: new Set(Array.from(tombstones, ({ twin }) => twin)),
    wide,
    upTo,
    awaited: new Map(),
    partial: undefined,
    places: 0,
    want: { buckets: [], places: [] },
    send: { buckets: [], seqs: [] },
  };
}

/** Names a bucket in maps. */
export function bucketKey({ deviceId, week }: Bucket): string {
  return `${week} ${deviceId}`;
}

/** Compares whole buckets; those that differ on both sides stay awaited. */
export function compareBuckets(
  found: Comparison,
  mine: readonly StoredBucket[],
  theirs: readonly BucketState[],
  after: Seq,
): void {
  const listed = new Set(theirs.map(bucketKey));
  const own = new Map(mine.map((bucket) => [bucketKey(bucket), bucket]));
  for (const bucket of mine) {
    if (bucket.seq > after && !listed.has(bucketKey(bucket))) found.send.buckets.push(bucket);
  }
  for (const bucket of theirs) {
    const same = own.get(bucketKey(bucket));
    if (same?.mark === bucket.mark) continue;
    if (same === undefined || same.seq <= after) found.want.buckets.push(bucket);
    else found.awaited.set(bucketKey(bucket), bucket);
  }
}

/** Compares a list of all that the other side has gained. */
export function compareMarks(
  found: Comparison,
  mine: readonly StoredBucket[],
  theirs: readonly BucketMarks[],
  after: Seq,
  read: ReadMarks,
): void {
  const listed = new Set(theirs.map(bucketKey));
  for (const bucket of mine) {
    if (bucket.seq > after && !listed.has(bucketKey(bucket))) found.send.buckets.push(bucket);
  }
  // In the order in which the other side counts places, but its tombstones are known from the start.
  for (const bucket of theirs) noteDead(found, bucket);
  for (const bucket of theirs) compareBucket(found, bucket, read);
}

/** Gives our marks of one bucket. */
export type ReadMarks = (bucket: Bucket) => readonly Marked[];

/**
 * Reads a week at a time, as its buckets are asked for one after the other, and of that the devices that will
 * be: where a week is so large that its buckets come in several lists, it is not gone through for each.
 */
export function readerOf(
  store: Pick<ItemStore, "weekMarks">,
  buckets: readonly Bucket[],
  range: Pick<WeekSpan, "after" | "upTo">,
  wide: boolean,
): ReadMarks {
  const weeks = devicesByWeek(buckets);
  let last: { readonly week: Week; readonly marks: ReturnType<ItemStore["weekMarks"]> } | undefined;
  return ({ deviceId, week }) => {
    if (last?.week !== week) {
      const span: WeekSpan = { kind: "week", week, devices: weeks.get(week), ...range };
      last = { week, marks: store.weekMarks(span, wide) };
    }
    return last.marks.get(deviceId) ?? [];
  };
}

function devicesByWeek(buckets: readonly Bucket[]): Map<Week, Set<string>> {
  const weeks = new Map<Week, Set<string>>();
  for (const { deviceId, week } of buckets) {
    const devices = weeks.get(week);
    if (devices) devices.add(deviceId);
    else weeks.set(week, new Set([deviceId]));
  }
  return weeks;
}

/** Compares all marks of one bucket. */
export function compareBucket(found: Comparison, theirs: BucketMarks, read: ReadMarks): void {
  noteDead(found, theirs);
  // What stays of it is what we lack. One set, as both sides may have a hundred thousand in a week.
  const lacking = new Set(theirs.marks);
  for (const own of read(theirs)) {
    const isListed = lacking.delete(own.mark);
    if (isListed || own.seq > found.upTo) continue;
    // An entry that they have deleted is not sent. A tombstone is, above all to who has the entry: where
    // the clock was not set, both lie in the same bucket.
    if (own.dead || !found.dead.has(own.twin)) found.send.seqs.push(own.seq);
  }
  for (const mark of theirs.marks) {
    if (lacking.has(mark) && !found.gone.has(mark)) found.want.places.push(found.places);
    found.places++;
  }
}

function noteDead(found: Comparison, { week, marks }: BucketMarks): void {
  if (week === UNSET_WEEK) { for (const mark of marks) found.dead.add(mark); }
}

/** What is to be read to send whole buckets, newest first. */
export function spansOf(buckets: readonly Bucket[], after: Seq, upTo: Seq): Span[] {
  return [...devicesByWeek(buckets)].sort(([a], [b]) => byWeek(a, b))
    .map(([week, devices]) => ({ kind: "week", week, devices, after, upTo }));
}

/** Tombstones first, as they save entries from being sent; then the newest week. */
export function byWeek(a: Week, b: Week): number {
  return rank(a) === rank(b) ? 0 : rank(b) - rank(a);
}

function rank(week: Week): number {
  return week === UNSET_WEEK ? Infinity : week;
}

/** What is to be read to send single items, newest first. */
export function spanOf(seqs: readonly Seq[]): Span[] {
  return seqs.length === 0 ? [] : [{ kind: "seqs", seqs: seqs.toSorted((a, b) => b - a) }];
}
