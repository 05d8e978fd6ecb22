/** Takes items in that a peer has sent: rows, tombstones, and the digests of both. */
import type { Entry } from "../../history/entry.ts";
import type { Difference } from "../../named/apart.ts";
import { type Facts, factsOf, isAbove, type Item, type Week, weekOf } from "../../named/item.ts";
import type { Applied } from "../../named/store.ts";
import type { Database } from "../file/database.ts";
import { type Meta, SCRUB_DUE } from "../file/meta.ts";
import { markDeleted } from "../log/deleted_marks.ts";
import { entryRows, hasRemoved, insertEntries, insertLeading, toEntry } from "../log/rows.ts";
import { type Known, stepFor } from "./apply_items.ts";
import type { Digests } from "./digests.ts";
import { newestNumber, nextNumber } from "../log/numbers.ts";
import { factsOfRow, readPage } from "./read_items.ts";

/** From so many items on they are expected to be new. */
const MANY = 100;

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

/** One item, beside what is there of its id. */
interface Case {
  readonly facts: Facts;
  readonly mine: Known;
  readonly floor: Week;
}

/** Among a list of ids in JSON. */
const AMONG = "WHERE entry_id IN (SELECT value FROM json_each(?))";

function idsOf(items: readonly Item[]): string {
  return JSON.stringify(items.map((item) => factsOf(item).id));
}

/** Decides what becomes of each item of a frame, and stores that. */
export class ItemTaker {
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #digests: Digests;

  /** Takes items into this database. */
  constructor(db: Database, meta: Meta, digests: Digests) {
    this.#db = db;
    this.#meta = meta;
    this.#digests = digests;
  }

  /**
   * Within a transaction, once everything that came by another door is accounted for.
   *
   * @param alreadyShrank whether that has cost the set something
   */
  take(items: readonly Item[], floor: Week, alreadyShrank: boolean): Omit<Applied, "absorbed"> {
    const taken: Taken = {
      gained: [],
      answers: [],
      overruling: [],
      held: [],
      fresh: new Map(),
      shrank: alreadyShrank,
    };
    const rest = items.slice(this.#takeNew(items, floor, taken));
    const known = this.#knownOf(rest);
    for (const item of rest) {
      const facts = factsOf(item);
      const mine = known.get(facts.id) ?? { as: "nothing" };
      const now = this.#takeOne(item, { facts, mine, floor }, taken);
      if (now.as === "held" && now.counted) taken.held.push({ mine: now.facts, theirs: facts });
      known.set(facts.id, now);
    }
    this.#insert([...taken.fresh.values()]);
    return taken;
  }

  /**
   * Takes in the leading entries of which nothing is known here, which is all of a first sync: looking for each
   * takes as long as storing it. How many.
   */
  #takeNew(items: readonly Item[], floor: Week, taken: Taken): number {
    if (items.length < MANY) return 0;
    const removed = this.#removedOf(items);
    const leading: Entry[] = [];
    const facts: Facts[] = [];
    for (const item of items) {
      const its = factsOf(item);
      if (item.entry === undefined || removed.has(its.id) || !isAbove(weekOf(its), floor)) break;
      leading.push(item.entry);
      facts.push(its);
    }
    const before = newestNumber(this.#db);
    const count = insertLeading(this.#db, leading);
    for (let i = 0; i < count; i++) {
      this.#digests.add(facts[i]!, 1, before + i + 1);
      taken.gained.push(items[i]!);
    }
    return count;
  }

  /** Takes in one; what is known of its id afterwards. */
  #takeOne(item: Item, { facts, mine, floor }: Case, taken: Taken): Known {
    const step = stepFor(item, mine, floor);
    if (step.do === "nothing") return mine;
    if (step.do === "answer") {
      const entry = taken.fresh.get(facts.id);
      taken.answers.push(...entry === undefined ? this.#itemOf(facts.id) : [{ entry }]);
      return mine;
    }
    // One of the same frame is not stored yet.
    const isFresh = taken.fresh.delete(facts.id);
    const isCounted = mine.as !== "nothing" && (mine.as !== "held" || mine.counted) &&
      isAbove(weekOf(mine.facts), floor);
    if (isCounted && !isFresh) this.#digests.add(mine.facts, -1, newestNumber(this.#db) + 1);
    taken.shrank ||= step.do !== "store" && isCounted ||
      step.do === "store" && step.moves;
    if (step.do === "hold") {
      this.#hold(facts);
      return { as: "held", facts, counted: true };
    }
    if (mine.as === "entry" && facts.dead) this.#mark(facts.id);
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
    let seq = newestNumber(this.#db);
    insertEntries(this.#db, entries);
    for (const entry of entries) this.#digests.add(factsOf({ entry }), 1, ++seq);
  }

  #mark(id: string): void {
    const rows = this.#db.rows("SELECT cmd, shell FROM entries WHERE entry_id = ?", id);
    markDeleted(this.#db, this.#meta, rows);
  }

  #remove(id: string): void {
    this.#db.run("DELETE FROM entries WHERE entry_id = ?", id);
    this.#db.run("DELETE FROM rr_tomb WHERE entry_id = ?", id);
    this.#db.run("DELETE FROM rr_deleted WHERE entry_id = ?", id);
  }

  #bury(facts: Facts, deletedAt: number, hadText: boolean): void {
    const seq = nextNumber(this.#db);
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
    const seq = nextNumber(this.#db);
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
    if (items.length === 0) return new Map();
    const known = this.#removedOf(items);
    const ids = idsOf(items);
    for (const row of this.#db.rows(`SELECT entry_id, device_id, ts FROM entries ${AMONG}`, ids)) {
      known.set(String(row[0]), { as: "entry", facts: factsOfRow(row, false) });
    }
    return known;
  }

  /** Those that were deleted, everywhere or here. */
  #removedOf(items: readonly Item[]): Map<string, Known> {
    const known = new Map<string, Known>();
    // Where nothing was ever deleted, which is where most is taken in.
    if (!hasRemoved(this.#db)) return known;
    const ids = idsOf(items);
    const held = this.#db.rows(
      `SELECT entry_id, device_id, ts, counted FROM rr_deleted ${AMONG}`,
      ids,
    );
    for (const row of held) {
      known.set(String(row[0]), {
        as: "held",
        facts: factsOfRow(row, false),
        counted: row[3] === 1,
      });
    }
    for (const row of this.#db.rows(`SELECT entry_id, device_id, ts FROM rr_tomb ${AMONG}`, ids)) {
      known.set(String(row[0]), { as: "tombstone", facts: factsOfRow(row, true) });
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
}
