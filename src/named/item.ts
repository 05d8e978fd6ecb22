/** What is replicated: entries and tombstones, each with one place in time and one order of precedence. */
import type { DeviceId, Entry, EntryId } from "../history/entry.ts";

/**
 * A week of Unix time, `floor(seconds / 604800)`. Whole seconds, since a v1 hop keeps no more: the same
 * entry falls into the same week on every device.
 */
export type Week = number;

/** Seconds of a {@linkcode Week}. */
export const WEEK_SECONDS = 604_800;
/**
 * Start of 2000 in unix seconds. A clock that shows an earlier time was not set, so the time says
 * nothing of the age: such items share one week that every floor lets through.
 */
const CLOCK_UNSET_BEFORE = 946_684_800;
/** The week of all items whose clock was not set, and of all tombstones. */
export const UNSET_WEEK: Week = 0;
/** A floor that lets everything through. */
export const NO_FLOOR: Week = 0;

/** An entry as it is stored and sent. */
export interface EntryItem {
  readonly entry: Entry;
}

/** What is left of an entry that a person deleted. It never expires, or the entry would come back. */
export interface Tombstone {
  readonly entry?: undefined;
  readonly id: EntryId;
  /** The device of the entry that is gone. */
  readonly deviceId: DeviceId;
  /** When the entry had started, in seconds since the Unix epoch. */
  readonly ts: number;
  /** When it was deleted, in seconds since the Unix epoch; for people, no rule reads it. */
  readonly deletedAt: number;
}

/** One item of the set that all devices share. */
export type Item = EntryItem | Tombstone;

/** What the rules of replication look at. */
export interface Facts {
  readonly id: string;
  readonly deviceId: string;
  /** Whole seconds since the Unix epoch. */
  readonly ts: number;
  /** Whether it is a tombstone. */
  readonly dead: boolean;
}

/** Facts of some items; no array, since of a long exchange hardly any are looked at. */
export interface FactsList extends Iterable<Facts> {
  readonly length: number;
}

/** The facts of an item. */
export function factsOf(item: Item): Facts {
  if (item.entry === undefined) {
    return { id: item.id, deviceId: item.deviceId, ts: item.ts, dead: true };
  }
  const { id, deviceId, startedAtMs } = item.entry;
  return { id, deviceId, ts: Math.floor(startedAtMs / 1000), dead: false };
}

/**
 * The week of an item. All tombstones share the one that every floor lets through: a device that keeps
 * little must still hear, and tell, that an old entry was deleted.
 */
export function weekOf({ ts, dead }: Pick<Facts, "ts" | "dead">): Week {
  return dead || ts < CLOCK_UNSET_BEFORE ? UNSET_WEEK : Math.floor(ts / WEEK_SECONDS);
}

/** Whether items of the week are compared when the floor is `floor`. */
export function isAbove(week: Week, floor: Week): boolean {
  return week >= floor || week === UNSET_WEEK;
}

/**
 * Whether `one` replaces `other`, which has the same id: a tombstone replaces an entry, and of two
 * bodies (an import without times invents them) the smaller `(ts, device)` wins on every device.
 */
export function beats(one: Facts, other: Facts): boolean {
  if (one.dead !== other.dead) return one.dead;
  if (one.ts !== other.ts) return one.ts < other.ts;
  return one.deviceId < other.deviceId;
}
