/**
 * Commands that a person wants to find first. They are kept in this file, and so for this device alone:
 * no protocol carries them. With the last run of a command its pin goes, too.
 */
import type { Clock } from "../../base/clock.ts";
import type { Database } from "../file/database.ts";

/** A pinned command. */
export interface Pin {
  /** As recorded. */
  readonly command: string;
  /** The run that it was pinned by; it may be gone by now. */
  readonly seq: number;
}

/** Pins that are listed; more are no help in finding anything. */
const MOST_LISTED = 100;

/** The pins of one history. */
export class Pins {
  readonly #db: Database;
  readonly #clock: Clock;

  /** The pins in an open, migrated database. */
  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** The pinned commands, the one that was pinned first first. */
  list(): Pin[] {
    const rows = this.#db.rows(
      "SELECT cmd, seq FROM rr_pinned ORDER BY at, cmd LIMIT ?",
      MOST_LISTED,
    );
    return rows.map(([command, seq]) => ({ command: String(command), seq: Number(seq) }));
  }

  /** Pins a command, or takes the pin away if it has one; whether it is pinned now. */
  toggle({ command, seq }: Pin): boolean {
    return this.#db.transaction(() => {
      if (this.#db.run("DELETE FROM rr_pinned WHERE cmd = ?", command) > 0) return false;
      const at = this.#clock.now();
      this.#db.run("INSERT INTO rr_pinned (cmd, seq, at) VALUES (?, ?, ?)", command, seq, at);
      return true;
    });
  }
}
