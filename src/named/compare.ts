/** Finds what two sides lack of each other, bucket by bucket. Pure but for the marks it reads. */
import type { Bucket } from "./digest.ts";
import type { BucketMarks, BucketState } from "./frames.ts";
import { UNSET_WEEK, type Week } from "./item.ts";
import type { Comparison, Listing } from "./state.ts";
import type { ItemStore, Marked, Seq, Span, StoredBucket, WeekSpan } from "./store.ts";

/**
 * What one exchange may list: twice the largest history that is known of. A history lists each mark once; this
 * is for a list that would never end.
 */
const MOST_LISTED = 4_000_000;
/** Places in one want: 4 MB of digits. What is left over is found by the next exchange. */
const MOST_PLACES = 500_000;
/** Tombstones that are looked up. An entry that one of the others ends is sent in vain, and left there. */
const MOST_DEAD = 200_000;

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
    pending: [],
    listing: undefined,
    listed: 0,
    places: 0,
    want: { buckets: [], places: [], isCut: false },
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

/** Whether a frame may be listed on top of all before it. */
export function mayList(found: Comparison, buckets: readonly BucketMarks[]): boolean {
  found.listed += 1;
  for (const { marks } of buckets) found.listed += 1 + marks.length;
  return found.listed <= MOST_LISTED;
}

/** Compares marks of an awaited bucket, which may go on what was listed last; of others only counts them. */
export function listMarks(found: Comparison, theirs: BucketMarks, read: ReadMarks): void {
  const key = bucketKey(theirs);
  if (found.listing?.key !== key) {
    endListing(found);
    if (found.awaited.delete(key)) beginListing(found, theirs, read);
  }
  if (found.listing === undefined) found.places += theirs.marks.length;
  else compareListed(found, found.listing, theirs);
}

/** Compares all marks of one bucket. */
function compareBucket(found: Comparison, theirs: BucketMarks, read: ReadMarks): void {
  compareListed(found, beginListing(found, theirs, read), theirs);
  endListing(found);
}

function beginListing(found: Comparison, bucket: Bucket, read: ReadMarks): Listing {
  const own = read(bucket);
  const unlisted = new Set(own.map(({ mark }) => mark));
  return found.listing = { key: bucketKey(bucket), own, unlisted };
}

function compareListed(found: Comparison, { unlisted }: Listing, theirs: BucketMarks): void {
  noteDead(found, theirs);
  const { want, gone } = found;
  for (const mark of theirs.marks) {
    const place = found.places++;
    if (unlisted.delete(mark) || gone.has(mark)) continue;
    if (want.places.length < MOST_PLACES) want.places.push(place);
    else want.isCut = true;
  }
}

/** No more marks come of the bucket that was listed last: what they have not listed there is sent. */
export function endListing(found: Comparison): void {
  const { listing, upTo, dead, send } = found;
  found.listing = undefined;
  for (const own of listing?.own ?? []) {
    if (own.seq > upTo || !listing?.unlisted.has(own.mark)) continue;
    // An entry that they have deleted is not sent. A tombstone is, above all to who has the entry: where
    // the clock was not set, both lie in the same bucket.
    if (own.dead || !dead.has(own.twin)) send.seqs.push(own.seq);
  }
}

function noteDead({ dead }: Comparison, { week, marks }: BucketMarks): void {
  if (week !== UNSET_WEEK) return;
  for (const mark of marks) if (dead.size < MOST_DEAD) dead.add(mark);
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
