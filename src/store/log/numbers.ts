/** The numbers of changes: those that SQLite gives to entries, shared with everything that is no row there. */
import type { Seq } from "../../named/store.ts";
import type { Database } from "../file/database.ts";

/** Numbers that were given out so far: the newest of them. */
export function newestNumber(db: Database): Seq {
  return db.integer("SELECT seq FROM sqlite_sequence WHERE name = 'entries'");
}

/** Takes the next number. */
export function nextNumber(db: Database): Seq {
  const next = newestNumber(db) + 1;
  setNewestNumber(db, next);
  return next;
}

/** Says that numbers up to this one were given out. */
export function setNewestNumber(db: Database, seq: Seq): void {
  const changed = db.run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'entries'", seq);
  if (changed === 0) db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('entries', ?)", seq);
}
