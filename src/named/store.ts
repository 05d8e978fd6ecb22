/** What replication needs of the place where the items are. `tests/contracts/item_store.ts` checks it. */
import type { BucketState } from "./frames.ts";
import type { Difference } from "./apart.ts";
import type { Digest, Mark, Name } from "./digest.ts";
import type { Facts, FactsList, Item, Week } from "./item.ts";

/** Counts what a store has taken in; only grows, and a changed item gets a new one. */
export type Seq = number;

/**
 * "When my newest item was `seq`, my name above `floor` was `name`." A fact about this store's own past:
 * nothing that happens to another device can make it wrong.
 */
export interface Base {
  readonly name: Name;
  readonly floor: Week;
  readonly seq: Seq;
}

/** An item as comparisons see it. */
export interface Marked {
  readonly seq: Seq;
  readonly mark: Mark;
  /** Its mark if it were a tombstone instead of an entry, or the other way round. */
  readonly twin: Mark;
  readonly dead: boolean;
}

/** A bucket, and the number of the last change in it. */
export interface StoredBucket extends BucketState {
  readonly seq: Seq;
}

/** Those gained in a range in one week, of all devices or of these. */
export interface WeekSpan {
  readonly kind: "week";
  readonly week: Week;
  readonly devices: ReadonlySet<string> | undefined;
  readonly after: Seq;
  readonly upTo: Seq;
}

/** Items to read: of one week, those gained in a range, or some by number. */
export type Span =
  /** Gained after `after` and up to `upTo`, above `floor`, in the order they were gained. */
  | { readonly kind: "range"; readonly after: Seq; readonly upTo: Seq; readonly floor: Week }
  | WeekSpan
  | { readonly kind: "seqs"; readonly seqs: readonly Seq[] };

/** Where a span is to be read on; only the store knows what it means. */
export type Place = unknown;

/** A run of items. */
export interface Page {
  readonly items: readonly Item[];
  /** Entries of the span that were deleted on this device only: they count as there, but have no body. */
  readonly held: readonly Facts[];
  /** `undefined` at the end of the span. */
  readonly next: Place | undefined;
}

/** What an {@linkcode ItemStore.apply} did. */
export interface Applied {
  /** Items of this device that were not accounted for before, such as a command just recorded. */
  readonly absorbed: readonly Item[];
  /** Of the items handed in, those that changed the store. */
  readonly gained: readonly Item[];
  /** Own items that won over one handed in and that its sender may never hear of otherwise. */
  readonly answers: readonly Item[];
  /** Entries handed in that lie below the floor and so are not kept, but that have ended what was here. */
  readonly overruling: readonly Item[];
  /** Entries handed in that were deleted on this device only, and what counts for them now. */
  readonly held: readonly Difference[];
  /** Whether the compared set has lost an item, as happens below a floor: past states prove nothing. */
  readonly shrank: boolean;
}

/** An {@linkcode Applied}, told by whoever has done it beside the machine. */
export interface Outcome extends Omit<Applied, "gained"> {
  readonly peer: string;
  /** Items handed in. */
  readonly received: number;
  /** Of these, those that changed the store. */
  readonly gained: FactsList;
}

/** The items of this device. Every call that changes something is one transaction. */
export interface ItemStore {
  /** Weeks before it are neither kept nor compared. */
  readonly floor: Week;
  /** Number of the newest item that the names account for. */
  head(): Seq;
  /** The name of all items above a floor. */
  name(floor: Week): Name;
  /** The digest that this is the name of. */
  digest(floor: Week): Digest;
  /** Items gained after `seq` above a floor; a store may stop counting at 100,000. */
  countSince(seq: Seq, floor: Week): number;
  /** Every bucket above the floor, newest week first. */
  buckets(floor: Week): readonly StoredBucket[];
  /** The items of a span as comparisons see them, by device. */
  weekMarks(span: WeekSpan, wide: boolean): ReadonlyMap<string, readonly Marked[]>;
  /** Most items of one page. */
  readonly pageItems: number;
  /** The next items of a span, at most what one frame takes. */
  page(span: Span, from: Place | undefined): Page;
  /** Takes items in. Doing it twice is the same as once. */
  apply(items: readonly Item[]): Applied;
  /** Newest first. */
  bases(): readonly Base[];
  /** Keeps a base, for these peers also when it is no longer among the newest. */
  saveBase(base: Base, peers: readonly string[]): void;
  /** The base kept for a peer. */
  pinned(peer: string): Base | undefined;
  /** Forgets all bases. */
  wipeBases(): void;
  /** Computes all digests anew from the items themselves. */
  rebuild(): void;
}
