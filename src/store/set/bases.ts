/** States that were shared with others: a cache, which may be wiped at any time. */
import type { Clock } from "../../base/clock.ts";
import { NO_FLOOR } from "../../named/item.ts";
import type { Base } from "../../named/store.ts";
import type { Database } from "../file/database.ts";

/** Bases that are kept besides those pinned for a peer. */
const MOST_BASES = 64;
const ADVANCE_PUSH = `INSERT INTO peer_push_state (peer_id, last_pushed_seq) VALUES (?, ?)
  ON CONFLICT (peer_id) DO UPDATE SET last_pushed_seq = excluded.last_pushed_seq
  WHERE excluded.last_pushed_seq > last_pushed_seq`;
/** Pins that are kept: peers that a person has or had. */
const MOST_PINS = 64;

/** Keeps the states that were shared, the newest and the pinned ones. */
export class Bases {
  readonly #db: Database;
  readonly #clock: Clock;
  #list: Base[] = [];
  #pins = new Map<string, string>();

  /** Nothing is read before {@linkcode Bases.load}. */
  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Reads them from the file. */
  load(): void {
    this.#list = this.#db.rows(
      "SELECT name, floor, seq FROM rr_base ORDER BY seq DESC, at DESC, name",
    )
      .map(([name, floor, seq]) => ({
        name: String(name),
        floor: Number(floor),
        seq: Number(seq),
      }));
    this.#pins = new Map(
      this.#db.rows("SELECT peer_id, name FROM rr_pin").map((
        [peer, name],
      ) => [String(peer), String(name)]),
    );
  }

  /** Newest first. */
  list(): readonly Base[] {
    return this.#list;
  }

  /** The base kept for a peer. */
  pinned(peer: string): Base | undefined {
    const name = this.#pins.get(peer);
    return this.#list.find((base) => base.name === name);
  }

  /** Keeps a base; for these peers also when it is no longer among the newest. */
  save(base: Base, peers: readonly string[]): void {
    const known = this.#list.find(({ name }) => name === base.name);
    const unpinned = peers.filter((peer) => this.#pins.get(peer) !== base.name);
    if (known?.seq === base.seq && unpinned.length === 0) return;
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO rr_base (name, floor, seq, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at`,
        base.name,
        base.floor,
        base.seq,
        Math.floor(this.#clock.now() / 1000),
      );
      for (const peer of unpinned) {
        // It has all of ours up to here, which is what version 1 counts by. Below a floor it may not.
        if (base.floor === NO_FLOOR) this.#db.run(ADVANCE_PUSH, peer, base.seq);
        this.#db.run(
          `INSERT INTO rr_pin (peer_id, name) VALUES (?, ?)
           ON CONFLICT (peer_id) DO UPDATE SET name = excluded.name`,
          peer,
          base.name,
        );
      }
      this.#forgetOldest();
    });
    this.load();
  }

  /** Forgets all. Within a transaction, or not. */
  wipe(): void {
    this.#db.run("DELETE FROM rr_base");
    this.#db.run("DELETE FROM rr_pin");
    this.load();
  }

  #forgetOldest(): void {
    this.#db.run(
      `DELETE FROM rr_pin WHERE peer_id NOT IN (
         SELECT p.peer_id FROM rr_pin p JOIN rr_base b ON b.name = p.name
         ORDER BY b.seq DESC LIMIT ${MOST_PINS})`,
    );
    this.#db.run(
      `DELETE FROM rr_base WHERE name NOT IN (SELECT name FROM rr_pin) AND name NOT IN (
         SELECT name FROM rr_base ORDER BY seq DESC, at DESC LIMIT ${MOST_BASES})`,
    );
  }
}
