/**
 * The history as a set that is compared with other devices': entries, tombstones, digests.
 *
 * Invariant: the digests account for every well-formed row up to `set_absorbed`, every tombstone up to
 * it, and every row of `rr_deleted` that is `counted`; and for nothing else above the floor. Rows come
 * in through other doors as well (record, import, v1, the original): those have higher numbers and are
 * absorbed before anything else happens. A deletion that another program made leaves its week in
 * `rr_dirty`.
 */
import type { Clock } from "../../base/clock.ts";
import type { Digest, Name } from "../../named/digest.ts";
import { type Item, type Week, WEEK_SECONDS } from "../../named/item.ts";
import type {
  Applied,
  Base,
  ItemStore,
  Marked,
  Page,
  Place,
  Seq,
  Span,
  StoredBucket,
  WeekSpan,
} from "../../named/store.ts";
import type { Database } from "../file/database.ts";
import { type Meta, PRUNED_BEFORE, SET_ABSORBED, SET_FLOOR } from "../file/meta.ts";
import { Bases } from "./bases.ts";
import { Digests } from "./digests.ts";
import { newestNumber } from "../log/numbers.ts";
import { PAGE_ITEMS, readPage, readWeekMarks } from "./read_items.ts";
import { ItemTaker } from "./take_items.ts";
import { RowTaker } from "./take_rows.ts";

/** What {@linkcode ItemSet.absorb} found. */
export interface Absorbed {
  /** New items of this device, or from a v1 peer. */
  readonly items: readonly Item[];
  /** Whether something is gone without a tombstone. */
  readonly shrank: boolean;
  /** Whether there is more to account for: call again. */
  readonly more?: boolean;
}

const NOTHING: Absorbed = { items: [], shrank: false };
/** Rows of one slice: some 5 ms. */
const SLICE_ROWS = 1_000;
/** Beyond this, a count only says that there are many. */
const MOST_COUNTED = 100_000;

/** The set of one history, on SQLite. */
export class ItemSet implements ItemStore {
  readonly pageItems = PAGE_ITEMS;
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #digests: Digests;
  readonly #bases: Bases;
  readonly #rows: RowTaker;
  readonly #items: ItemTaker;
  /** Version of the file that the digests in memory are of. */
  #version: number | undefined;
  #head = 0;
  #floor: Week = 0;

  /** The set in an open, migrated database. */
  constructor(db: Database, meta: Meta, clock: Clock) {
    this.#db = db;
    this.#meta = meta;
    this.#digests = new Digests(db);
    this.#bases = new Bases(db, clock);
    this.#rows = new RowTaker(db, this.#digests);
    this.#items = new ItemTaker(db, meta, this.#digests);
  }

  /** The week after that of the last prune: what lies in the same week may be there or not. */
  get floor(): Week {
    this.#look();
    return this.#floor;
  }

  head(): Seq {
    this.#look();
    return this.#head;
  }

  name(floor: Week): Name {
    this.#look();
    return this.#digests.name(floor);
  }

  digest(floor: Week): Digest {
    this.#look();
    return this.#digests.digest(floor);
  }

  countSince(seq: Seq, floor: Week): number {
    this.#look();
    if (seq === 0) return this.#digests.count(floor);
    if (seq >= this.#head) return 0;
    return this.#db.integer(
      `SELECT count(*) FROM (SELECT 1 FROM entries WHERE ingest_seq > ? AND ts >= ? LIMIT ${MOST_COUNTED})`,
      seq,
      floor * WEEK_SECONDS,
    ) + this.#db.integer("SELECT count(*) FROM rr_tomb WHERE seq > ?", seq);
  }

  buckets(floor: Week): readonly StoredBucket[] {
    this.#look();
    return this.#digests.list(floor);
  }

  weekMarks(span: WeekSpan, wide: boolean): Map<string, Marked[]> {
    return readWeekMarks(this.#db, { ...span, upTo: Math.min(span.upTo, this.head()) }, wide);
  }

  page(span: Span, from: Place | undefined): Page {
    return readPage(this.#db, span, from);
  }

  bases(): readonly Base[] {
    this.#look();
    return this.#bases.list();
  }

  saveBase(base: Base, peers: readonly string[]): void {
    this.#look();
    this.#bases.save(base, peers);
  }

  pinned(peer: string): Base | undefined {
    this.#look();
    return this.#bases.pinned(peer);
  }

  wipeBases(): void {
    this.#bases.wipe();
  }

  /** How many rows are not accounted for yet, at most; 0 once names can be told. */
  left(): number {
    const head = this.#rows.newest();
    const absorbed = this.#meta.integer(SET_ABSORBED) ?? 0;
    if (head <= absorbed) return 0;
    // Counting the rows goes through all of them: asked between two slices, it took nine tenths of the time
    // of absorbing a million.
    return head - absorbed;
  }

  /** Accounts for a slice of an existing history, in some milliseconds. Call it until `left()` is 0. */
  absorbSlice(rows: number = SLICE_ROWS): void {
    this.#write(() => {
      this.#settle();
      this.#head = this.#rows.take(this.#head, rows, () => {});
    });
  }

  /** Whether something came in by another door, looked up without reading anything anew. */
  isBehind(): boolean {
    return this.#db.row("SELECT 1 FROM rr_dirty LIMIT 1") !== undefined ||
      (this.#meta.integer(SET_FLOOR) ?? 0) !== this.#keptFrom() || this.left() > 0;
  }

  /** Accounts for what came in by another door: a slice of it, in some milliseconds. */
  absorb(): Absorbed {
    this.#look();
    if (!this.isBehind()) return NOTHING;
    return this.#write(() => this.#absorb(false));
  }

  apply(items: readonly Item[]): Applied {
    return this.#write(() => {
      const { items: absorbed, shrank } = this.#absorb(true);
      const taken = this.#items.take(items, this.#floor, shrank);
      this.#head = newestNumber(this.#db);
      return { absorbed, ...taken };
    });
  }

  /** A transaction around several calls was taken back: reads anew what it had changed. */
  forget(): void {
    this.#version = undefined;
  }

  rebuild(): void {
    this.#write(() => {
      this.#absorb(true);
      const weeks = this.#digests.weeks();
      for (const week of weeks) this.#rows.rebuildWeek(week, this.#head);
    });
  }

  /** Reads anew what another process may have changed. */
  #look(): void {
    const version = this.#db.integer("PRAGMA data_version");
    // A prune of this process changes no version.
    this.#floor = this.#keptFrom();
    if (version === this.#version) return;
    this.#version = version;
    this.#digests.load();
    this.#bases.load();
    this.#head = this.#meta.integer(SET_ABSORBED) ?? 0;
  }

  #keptFrom(): Week {
    return Math.ceil(Math.max(0, this.#meta.integer(PRUNED_BEFORE) ?? 0) / WEEK_SECONDS);
  }

  /** Runs a task that changes rows and digests together; if it fails, memory is read anew. */
  #write<T>(task: () => T): T {
    try {
      return this.#db.transaction(() => {
        this.#look();
        const result = task();
        this.#digests.write();
        // What our own deletions have marked is accounted for.
        this.#db.run("DELETE FROM rr_dirty");
        this.#meta.set(SET_ABSORBED, this.#head);
        return result;
      });
    } catch (error) {
      this.#version = undefined;
      throw error;
    }
  }

  #absorb(all: boolean): Absorbed {
    const shrank = this.#settle();
    const items: Item[] = [];
    let more = true;
    do {
      this.#head = this.#rows.take(this.#head, SLICE_ROWS, (item) => items.push(item));
      more = this.#rows.newest() > this.#head;
    } while (more && all);
    return { items, shrank, ...more && { more } };
  }

  /** Computes weeks anew whose digests are not right any more; whether something may be gone. */
  #settle(): boolean {
    const dirty = this.#db.rows("SELECT week FROM rr_dirty").map(([week]) => Number(week));
    const weeks = new Set(dirty);
    const before = this.#meta.integer(SET_FLOOR) ?? 0;
    // Below a floor nobody keeps the digests right.
    for (let week = this.#floor; week < before; week++) weeks.add(week);
    for (const week of weeks) this.#rows.rebuildWeek(week, this.#head);
    if (weeks.size > 0) this.#bases.wipe();
    if (before !== this.#floor) this.#meta.set(SET_FLOOR, this.#floor);
    return dirty.length > 0;
  }
}
