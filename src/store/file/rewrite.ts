/**
 * What VACUUM does about deleted text, without VACUUM: it attaches a second database, which Deno
 * allows only to a process with every permission there is, and rr runs with less.
 *
 * Every table of ours is copied and the old one dropped while SQLite overwrites what it frees; what
 * was free before is filled and freed once more. The file keeps its size.
 */
import { RrError } from "../../base/rr_error.ts";
import type { Database } from "./database.ts";

/** Whether VACUUM failed only as this process may not attach databases. */
export function mayNotVacuum(error: unknown): boolean {
  return error instanceof RrError && /too many attached databases/.test(error.message);
}

/** Leaves no byte of deleted rows in the tables and free pages of the file, the log aside. */
export function rewriteTables(db: Database): void {
  db.exec("PRAGMA secure_delete = ON");
  try {
    db.transaction(() => {
      overwriteFreePages(db);
      const tables = db.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND (name = 'entries' OR " +
          "name LIKE 'rr\\_%' ESCAPE '\\')",
      );
      // A renamed table is renamed in the text of triggers as well, whosever they are.
      const triggers = db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
      for (const [name] of triggers) db.exec(`DROP TRIGGER "${String(name)}"`);
      for (const [name, sql] of tables) rewrite(db, String(name), String(sql));
      for (const [, sql] of triggers) db.exec(String(sql));
    });
  } finally {
    db.exec("PRAGMA secure_delete = OFF");
  }
}

const OLD = "rr_being_rewritten";
const FILLER = "rr_filler";
/** A blob may have 1 GB; this is how much of it is held in memory. */
const FILLER_BYTES = 16 * 2 ** 20;

function overwriteFreePages(db: Database): void {
  const bytes = db.integer("PRAGMA freelist_count") * db.integer("PRAGMA page_size");
  if (bytes === 0) return;
  db.exec(`CREATE TABLE ${FILLER} (zeros BLOB)`);
  for (let left = bytes; left > 0; left -= FILLER_BYTES) {
    db.run(`INSERT INTO ${FILLER} VALUES (zeroblob(?))`, Math.min(left, FILLER_BYTES));
  }
  db.exec(`DROP TABLE ${FILLER}`);
}

function rewrite(db: Database, name: string, sql: string): void {
  const [sequence] = db.row("SELECT seq FROM sqlite_sequence WHERE name = ?", name) ?? [];
  // Indexes that SQLite makes by itself have no text.
  const indexes = db.rows(
    "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index' AND sql <> ''",
    name,
  );
  for (const [index] of indexes) db.exec(`DROP INDEX "${String(index)}"`);
  db.exec(`ALTER TABLE "${name}" RENAME TO ${OLD}`);
  db.exec(sql);
  db.exec(`INSERT INTO "${name}" SELECT * FROM ${OLD}`);
  db.exec(`DROP TABLE ${OLD}`);
  for (const [, again] of indexes) db.exec(String(again));
  if (typeof sequence !== "number") return;
  // The numbers of deleted rows must not be given out again: peers count in them.
  db.run("DELETE FROM sqlite_sequence WHERE name = ?", name);
  db.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", name, sequence);
}
