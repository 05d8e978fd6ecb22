/** Accounts for what came in by another door than an exchange: record, import, version 1, the original. */
import { factsOf, type Item, type Week } from "../../named/item.ts";
import type { Seq } from "../../named/store.ts";
import type { Database } from "../file/database.ts";
import { entryRows, reachOf, toEntry } from "../log/rows.ts";
import type { Digests } from "./digests.ts";
import { newestNumber } from "../log/numbers.ts";
import { factsOfWeek, secondsOf } from "./read_items.ts";

/** Commands read at once: a thousand may have a megabyte each. */
const READ_BYTES = 2 * 1024 * 1024;

/** Looks at the rows and tombstones since the last ones that were accounted for. */
export class RowTaker {
  readonly #db: Database;
  readonly #digests: Digests;

  /** Reads this database into these digests. */
  constructor(db: Database, digests: Digests) {
    this.#db = db;
    this.#digests = digests;
  }

  /** The newest number among rows and tombstones that may have to be accounted for. */
  newest(): Seq {
    const tomb = this.#db.integer("SELECT max(seq) FROM rr_tomb WHERE replaced >= 0");
    return Math.max(tomb, this.#db.integer("SELECT max(ingest_seq) FROM entries"));
  }

  /**
   * Accounts for at most `limit` rows after a number, fewer if they are large, and after the last of them for
   * tombstones; the newest number.
   */
  take(after: Seq, limit: number, onItem: (item: Item) => void): Seq {
    const until = reachOf(this.#db, after, { rows: limit, bytes: READ_BYTES });
    if (until === undefined) return Math.max(after, this.#takeTombs(onItem));
    const rows = entryRows(
      this.#db,
      "FROM entries WHERE ingest_seq > ? AND ingest_seq <= ? ORDER BY ingest_seq",
      after,
      until,
    );
    for (const row of rows) {
      const entry = toEntry(row);
      if (entry === undefined) continue;
      const item = { entry };
      this.#digests.add(factsOf(item), 1, Number(row[0]));
      onItem(item);
    }
    const isLast = this.#db.integer("SELECT max(ingest_seq) FROM entries") <= until;
    return isLast ? Math.max(until, this.#takeTombs(onItem)) : until;
  }

  // Numbers of tombstones lie among those of the entries; they come once all of these are in.
  #takeTombs(onItem: (item: Item) => void): Seq {
    let head = newestNumber(this.#db);
    const tombs = this.#db.rows(
      `SELECT seq, entry_id, device_id, ts, deleted_at, replaced FROM rr_tomb
       WHERE replaced >= 0 ORDER BY seq`,
    );
    for (const [seq, id, deviceId, ts, deletedAt, replaced] of tombs) {
      const facts = { id: String(id), deviceId: String(deviceId), ts: Number(ts), dead: true };
      if (replaced === 1) this.#digests.add({ ...facts, dead: false }, -1, Number(seq));
      this.#digests.add(facts, 1, Number(seq));
      head = Math.max(head, Number(seq));
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
    return head;
  }

  /** Computes the digests of a week anew from the items up to a number. */
  rebuildWeek(week: Week, upTo: Seq): void {
    this.#digests.clearWeek(week);
    // What was deleted since is not among them, so its tombstone has nothing to take off any more.
    this.#db.run(
      "UPDATE rr_tomb SET replaced = 0 WHERE replaced = 1 AND ts >= ? AND ts < ?",
      ...secondsOf(week),
    );
    for (
      const { facts, seq } of factsOfWeek(this.#db, { week, devices: undefined, after: 0, upTo })
    ) {
      this.#digests.add(facts, 1, seq);
    }
  }
}
