/** Copies of a history, to be put in the place of the one in use. */
import { DatabaseSync } from "node:sqlite";

/** Writes a whole copy of the history, as a backup program does. */
export function copyHistory(path: string, to: string): void {
  using db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec(`VACUUM INTO '${to}'`);
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
