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
import type { Entry } from "../../history/entry.ts";
import type { Difference } from "../../named/apart.ts";
import type { Digest, Name } from "../../named/digest.ts";
import {
  type Facts,
  factsOf,
  isAbove,
  type Item,
  type Week,
  WEEK_SECONDS,
  weekOf,
} from "../../named/item.ts";
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
} from "../../named/store.ts";
import type { Database } from "../file/database.ts";
import { type Meta, PRUNED_BEFORE, SCRUB_DUE, SET_ABSORBED, SET_FLOOR } from "../file/meta.ts";
import { entryRows, insertEntries, toEntry } from "../log/rows.ts";
import { type Known, stepFor } from "./apply_items.ts";
import { Bases } from "./bases.ts";
import { Digests } from "./digests.ts";
import { factsOfRow, factsOfWeek, PAGE_ITEMS, readPage, readWeekMarks } from "./read_items.ts";

/** What {@linkcode ItemSet.absorb} found. */
export interface Absorbed {
  /** New items of this device, or from a v1 peer. */
  readonly items: readonly Item[];
  /** Whether something is gone without a tombstone. */
  readonly shrank: boolean;
}

/** What has become of a frame so far. */
interface Taken {
  readonly gained: Item[];
  readonly answers: Item[];
  readonly overruling: Item[];
  readonly held: Difference[];
  /** Entries to be stored, by id. */
  readonly fresh: Map<string, Entry>;
  shrank: boolean;
}

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

  weekMarks(week: Week, after: Seq, upTo: Seq, wide: boolean): Map<string, Marked[]> {
    return readWeekMarks(this.#db, week, after, Math.min(upTo, this.head()), wide);
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
    const head = this.#headOfRows();
    const absorbed = this.#meta.integer(SET_ABSORBED) ?? 0;
    if (head <= absorbed) return 0;
    return this.#db.integer("SELECT count(*) FROM entries WHERE ingest_seq > ?", absorbed);
  }

  /** Accounts for a slice of an existing history, in some milliseconds. Call it until `left()` is 0. */
  absorbSlice(rows: number = SLICE_ROWS): void {
    this.#write(() => {
      this.#settle();
      this.#takeRows(rows, () => {});
    });
  }

  /** Accounts for everything that came in by another door. */
  absorb(): Absorbed {
    this.#look();
    const isDirty = this.#db.row("SELECT 1 FROM rr_dirty LIMIT 1") !== undefined ||
      (this.#meta.integer(SET_FLOOR) ?? 0) !== this.#floor;
    if (!isDirty && this.#headOfRows() <= this.#head) return { items: [], shrank: false };
    return this.#write(() => this.#absorb());
  }

  apply(items: readonly Item[]): Applied {
    return this.#write(() => {
      const { items: absorbed, shrank } = this.#absorb();
      return { absorbed, ...this.#takeItems(items, shrank) };
    });
  }

  rebuild(): void {
    this.#write(() => {
      this.#absorb();
      const weeks = this.#digests.weeks();
      for (const week of weeks) this.#rebuildWeek(week, this.#head);
    });
  }

  /** Reads anew what another process may have changed. */
  #look(): void {
    const version = this.#db.integer("PRAGMA data_version");
    // A prune of this process changes no version.
    this.#floor = Math.ceil(Math.max(0, this.#meta.integer(PRUNED_BEFORE) ?? 0) / WEEK_SECONDS);
    if (version === this.#version) return;
    this.#version = version;
    this.#digests.load();
    this.#bases.load();
    this.#head = this.#meta.integer(SET_ABSORBED) ?? 0;
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

  #absorb(): Absorbed {
    const shrank = this.#settle();
    const items: Item[] = [];
    this.#takeRows(Number.MAX_SAFE_INTEGER, (item) => items.push(item));
    return { items, shrank };
  }

  /** Computes weeks anew whose digests are not right any more; whether something may be gone. */
  #settle(): boolean {
    const dirty = this.#db.rows("SELECT week FROM rr_dirty").map(([week]) => Number(week));
    const weeks = new Set(dirty);
    const before = this.#meta.integer(SET_FLOOR) ?? 0;
    // Below a floor nobody keeps the digests right.
    for (let week = this.#floor; week < before; week++) weeks.add(week);
    for (const week of weeks) this.#rebuildWeek(week, this.#head);
    if (weeks.size > 0) this.#bases.wipe();
    if (before !== this.#floor) this.#meta.set(SET_FLOOR, this.#floor);
    return dirty.length > 0;
  }

  #takeRows(limit: number, onItem: (item: Item) => void): void {
    const rows = entryRows(
      this.#db,
      "FROM entries WHERE ingest_seq > ? ORDER BY ingest_seq LIMIT ?",
      this.#head,
      limit,
    );
    for (const row of rows) {
      const entry = toEntry(row);
      this.#head = Number(row[0]);
      if (entry === undefined) continue;
      const item = { entry };
      this.#digests.add(factsOf(item), 1, this.#head);
      onItem(item);
    }
    if (rows.length < limit) this.#takeTombs(onItem);
  }

  // Numbers of tombstones lie among those of the entries; they come once all of these are in.
  #takeTombs(onItem: (item: Item) => void): void {
    const tombs = this.#db.rows(
      `SELECT seq, entry_id, device_id, ts, deleted_at, replaced FROM rr_tomb
       WHERE replaced >= 0 ORDER BY seq`,
    );
    for (const [seq, id, deviceId, ts, deletedAt, replaced] of tombs) {
      const facts = { id: String(id), deviceId: String(deviceId), ts: Number(ts), dead: true };
      if (replaced === 1) this.#digests.add({ ...facts, dead: false }, -1, Number(seq));
      this.#digests.add(facts, 1, Number(seq));
      this.#head = Math.max(this.#head, Number(seq));
      onItem(
        {
          id: facts.id,
          deviceId: facts.deviceId,
          ts: facts.ts,
          deletedAt: Number(deletedAt),
        } as Item,
      );
    }
    if (tombs.length > 0) this.#db.run("UPDATE rr_tomb SET replaced = -1 WHERE replaced >= 0");
    this.#head = Math.max(this.#head, this.#counter());
  }

  #takeItems(items: readonly Item[], alreadyShrank: boolean): Omit<Applied, "absorbed"> {
    const known = this.#knownOf(items);
    const taken: Taken = {
      gained: [],
      answers: [],
      overruling: [],
      held: [],
      fresh: new Map(),
      shrank: alreadyShrank,
    };
    for (const item of items) {
      const facts = factsOf(item);
      const mine = known.get(facts.id) ?? { as: "nothing" };
      const now = this.#takeItem(item, facts, mine, taken);
      if (now.as === "held" && now.counted) taken.held.push({ mine: now.facts, theirs: facts });
      known.set(facts.id, now);
    }
    this.#insert([...taken.fresh.values()]);
    return taken;
  }

  /** Takes in one; what is known of its id afterwards. */
  #takeItem(item: Item, facts: Facts, mine: Known, taken: Taken): Known {
    const step = stepFor(item, mine, this.#floor);
    if (step.do === "nothing") return mine;
    if (step.do === "answer") {
      const entry = taken.fresh.get(facts.id);
      taken.answers.push(...entry === undefined ? this.#itemOf(facts.id) : [{ entry }]);
      return mine;
    }
    // One of the same frame is not stored yet.
    const isFresh = taken.fresh.delete(facts.id);
    const isCounted = mine.as !== "nothing" && (mine.as !== "held" || mine.counted) &&
      isAbove(weekOf(mine.facts), this.#floor);
    if (isCounted && !isFresh) this.#digests.add(mine.facts, -1, this.#counter() + 1);
    taken.shrank ||= step.do !== "store" && isCounted ||
      step.do === "store" && step.moves;
    if (step.do === "hold") {
      this.#hold(facts);
      return { as: "held", facts, counted: true };
    }
    if (mine.as !== "nothing") this.#remove(facts.id);
    if (step.do === "drop") {
      if (isCounted) taken.overruling.push(item);
      return { as: "nothing" };
    }
    taken.gained.push(item);
    if (item.entry !== undefined) taken.fresh.set(facts.id, item.entry);
    else this.#bury(facts, item.deletedAt, mine.as === "entry");
    return { as: facts.dead ? "tombstone" : "entry", facts };
  }

  #insert(entries: readonly Entry[]): void {
    let seq = this.#counter();
    insertEntries(this.#db, entries);
    for (const entry of entries) this.#digests.add(factsOf({ entry }), 1, ++seq);
    this.#head = this.#counter();
  }

  #remove(id: string): void {
    this.#db.run("DELETE FROM entries WHERE entry_id = ?", id);
    this.#db.run("DELETE FROM rr_tomb WHERE entry_id = ?", id);
    this.#db.run("DELETE FROM rr_deleted WHERE entry_id = ?", id);
  }

  #bury(facts: Facts, deletedAt: number, hadText: boolean): void {
    const seq = this.#nextSeq();
    this.#db.run(
      `INSERT INTO rr_tomb (entry_id, seq, device_id, ts, deleted_at, replaced)
       VALUES (?, ?, ?, ?, ?, -1)`,
      facts.id,
      seq,
      facts.deviceId,
      facts.ts,
      deletedAt,
    );
    this.#digests.add(facts, 1, seq);
    if (hadText) this.#meta.set(SCRUB_DUE, 1);
  }

  #hold(facts: Facts): void {
    const seq = this.#nextSeq();
    this.#db.run(
      "UPDATE rr_deleted SET device_id = ?, ts = ?, seq = ?, counted = 1 WHERE entry_id = ?",
      facts.deviceId,
      facts.ts,
      seq,
      facts.id,
    );
    this.#digests.add(facts, 1, seq);
  }

  #knownOf(items: readonly Item[]): Map<string, Known> {
    const ids = JSON.stringify(items.map((item) => factsOf(item).id));
    const known = new Map<string, Known>();
    const among = "WHERE entry_id IN (SELECT value FROM json_each(?))";
    for (const row of this.#db.rows(`SELECT entry_id, device_id, ts FROM entries ${among}`, ids)) {
      known.set(String(row[0]), { as: "entry", facts: factsOfRow(row, false) });
    }
    for (const row of this.#db.rows(`SELECT entry_id, device_id, ts FROM rr_tomb ${among}`, ids)) {
      known.set(String(row[0]), { as: "tombstone", facts: factsOfRow(row, true) });
    }
    const held = this.#db.rows(
      `SELECT entry_id, device_id, ts, counted FROM rr_deleted ${among}`,
      ids,
    );
    for (const row of held) {
      if (known.has(String(row[0]))) continue;
      known.set(String(row[0]), {
        as: "held",
        facts: factsOfRow(row, false),
        counted: row[3] === 1,
      });
    }
    return known;
  }

  #itemOf(id: string): Item[] {
    const [row] = entryRows(this.#db, "FROM entries WHERE entry_id = ?", id);
    const entry = row && toEntry(row);
    if (entry !== undefined) return [{ entry }];
    const tomb = this.#db.row("SELECT seq FROM rr_tomb WHERE entry_id = ?", id);
    if (tomb === undefined) return [];
    return [...readPage(this.#db, { kind: "seqs", seqs: [Number(tomb[0])] }, undefined).items];
  }

  #rebuildWeek(week: Week, upTo: Seq): void {
    this.#digests.clearWeek(week);
    for (const { facts, seq } of factsOfWeek(this.#db, week, 0, upTo)) {
      this.#digests.add(facts, 1, seq);
    }
  }

  /** Numbers that were given out so far. */
  #counter(): Seq {
    return this.#db.integer("SELECT seq FROM sqlite_sequence WHERE name = 'entries'");
  }

  #nextSeq(): Seq {
    const next = this.#counter() + 1;
    const changed = this.#db.run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'entries'", next);
    if (changed === 0) {
      this.#db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('entries', ?)", next);
    }
    this.#head = next;
    return next;
  }

  #headOfRows(): Seq {
    const tomb = this.#db.integer("SELECT max(seq) FROM rr_tomb WHERE replaced >= 0");
    return Math.max(tomb, this.#db.integer("SELECT max(ingest_seq) FROM entries"));
  }
}
