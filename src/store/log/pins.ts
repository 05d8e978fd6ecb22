/**
 * Commands that a person wants to find first, the same on all devices: each pin has an id that is drawn
 * when it is set, and whoever takes it away keeps that id. So no clock decides, and what was taken away
 * does not come back from a device that was off meanwhile. With the last run of a command its pin goes,
 * here only: elsewhere the runs may be kept, or go in the same way.
 */
import type { Clock } from "../../base/clock.ts";
import { MAX_STARTED_AT_MS } from "../../history/check_entry.ts";
import type { Pinned, Pins as ToldPins } from "../../named/frames.ts";
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
/** Pins that are taken from other devices. */
const MOST_KEPT = 1_000;
/** Ids of pins taken away that are remembered, the newest. */
const MOST_GONE = 4_096;

/** Without an id, it gets one. */
const SET = "INSERT INTO rr_pinned (cmd, seq, at, id) VALUES (?, ?, ?, ?)";
/** What another program wrote is not told. */
const IS_ID = "length(id) = 32 AND id NOT GLOB '*[^0-9a-f]*'";
const GONE = "INSERT OR IGNORE INTO rr_unpinned (id) VALUES (?)";
const FORGET = `
DELETE FROM rr_unpinned WHERE n <= (SELECT max(n) FROM rr_unpinned) - ${MOST_GONE}`;

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
      const id = this.#idOf(command);
      if (id !== undefined) {
        this.#end(id);
        return false;
      }
      const at = Math.max(0, Math.min(this.#clock.now(), MAX_STARTED_AT_MS));
      this.#db.run(SET, command, seq, at, "");
      return true;
    });
  }

  /** Ids of what is pinned, and of what was taken away. */
  ids(): { readonly on: readonly string[]; readonly off: readonly string[] } {
    return {
      on: this.#db.rows(`SELECT id FROM rr_pinned WHERE ${IS_ID} ORDER BY at`).map(([id]) =>
        String(id)
      ),
      off: this.#db.rows(`SELECT id FROM rr_unpinned WHERE ${IS_ID} ORDER BY n`).map(([id]) =>
        String(id)
      ),
    };
  }

  /** The pins with these ids; those that are gone are left out. */
  some(ids: ReadonlySet<string>): Pinned[] {
    return this.#db.rows("SELECT id, cmd, at FROM rr_pinned ORDER BY at")
      .map(([id, command, at]) => ({ id: String(id), command: String(command), atMs: Number(at) }))
      .filter(({ id }) => ids.has(id));
  }

  /**
   * Takes in what another device has pinned, and taken away. The pins of commands that have no run here
   * are left out, as these may have been deleted, and are given back.
   *
   * @param runOf the number of a run of the command
   */
  take(
    { on, off }: Omit<ToldPins, "type">,
    runOf: (command: string) => number | undefined,
  ): readonly Pinned[] {
    return this.#db.transaction(() => {
      for (const id of off) this.#end(id);
      return on.filter((pin) => this.#isNews(pin) && !this.#set(pin, runOf(pin.command)));
    });
  }

  /** Whether the pin is to be set here. */
  #isNews({ id, command }: Pinned): boolean {
    if (this.#db.row("SELECT 1 FROM rr_unpinned WHERE id = ?", id) !== undefined) return false;
    const known = this.#idOf(command);
    // Pinned on two devices: one of the two pins is enough, and all choose the same.
    if (known !== undefined && known < id) this.#end(id);
    return known === undefined || known > id;
  }

  /** Whether there was a run to set it by. */
  #set({ id, command, atMs }: Pinned, seq: number | undefined): boolean {
    if (seq === undefined) return false;
    const known = this.#idOf(command);
    if (known !== undefined) this.#end(known);
    if (this.#db.integer("SELECT count(*) FROM rr_pinned") < MOST_KEPT) {
      this.#db.run(SET, command, seq, atMs, id);
    }
    return true;
  }

  #idOf(command: string): string | undefined {
    const row = this.#db.row("SELECT id FROM rr_pinned WHERE cmd = ?", command);
    return row === undefined ? undefined : String(row[0]);
  }

  #end(id: string): void {
    this.#db.run("DELETE FROM rr_pinned WHERE id = ?", id);
    if (this.#db.run(GONE, id) > 0) this.#db.run(FORGET);
  }
}
