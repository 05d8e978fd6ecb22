/** Copies of a history, to be put in the place of the one in use. */
import { DatabaseSync } from "node:sqlite";

const TRIES = 200;

/** Writes a whole copy of the history that others have open. (Deno allows no `VACUUM INTO`.) */
export function copyHistory(path: string, to: string): void {
  using db = new DatabaseSync(path, { timeout: 5_000 });
  for (let n = 0; n < TRIES; n++) {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    // Nobody writes from here on; what was written between the two stands in the log.
    db.exec("BEGIN IMMEDIATE");
    try {
      if (Deno.statSync(`${path}-wal`).size > 0) continue;
      Deno.copyFileSync(path, to);
      return;
    } finally {
      db.exec("ROLLBACK");
    }
  }
  throw new Error(`Cannot copy ${path}: its write-ahead log is never empty`);
}

/** Puts a copy in the place of the history, whoever has it open. */
export function restoreHistory(copy: string, path: string): void {
  Deno.renameSync(copy, path);
  for (const end of ["-wal", "-shm"]) {
    try {
      Deno.removeSync(path + end);
    } catch {
      // there was none
    }
  }
}
