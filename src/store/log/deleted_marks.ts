/**
 * Marks of the commands that were deleted. A tombstone tells an entry; a shell's file without times holds
 * commands and nothing that could be compared with it, so an import from there needs the mark.
 */
import { deletedMark } from "../../history/deleted_mark.ts";
import type { Database } from "../file/database.ts";
import { DELETED_SALT, type Meta } from "../file/meta.ts";

/** Remembers commands; within the transaction that deletes them, before they are gone. */
export function markDeleted(db: Database, meta: Meta, commands: Iterable<string>): void {
  const salt = meta.get(DELETED_SALT);
  // A migration makes it.
  if (salt === undefined) return;
  for (const command of commands) {
    db.run("INSERT OR IGNORE INTO rr_forgotten (mark) VALUES (?)", deletedMark(command, salt));
  }
}
