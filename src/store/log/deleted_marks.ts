/**
 * Marks of the commands that were deleted. A tombstone tells an entry; a shell's file without times holds
 * commands and nothing that could be compared with it, so an import from there needs the mark.
 */
import { deletedMark } from "../../history/deleted_mark.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import { DELETED_SALT, type Meta } from "../file/meta.ts";

/**
 * Remembers commands; within the transaction that deletes them, before they are gone.
 *
 * @param rows each a command and the shell that ran it
 */
export function markDeleted(db: Database, meta: Meta, rows: readonly Row[]): void {
  const salt = meta.get(DELETED_SALT);
  // A migration makes it.
  if (salt === undefined) return;
  const texts = rows.flatMap(([command, shell]) => asWritten(String(command), shell));
  // In their order, each page of the table is written once.
  const marks = texts.map((text) => deletedMark(text, salt)).sort((a, b) => a - b);
  db.run(
    "INSERT OR IGNORE INTO rr_forgotten (mark) SELECT value FROM json_each(?)",
    JSON.stringify(marks),
  );
}

// Without times, bash writes each line as if it were a command: mostly those of a here-document.
function asWritten(command: string, shell: unknown): string[] {
  if (shell !== "bash" || !command.includes("\n")) return [command];
  return [command, ...command.split("\n").filter((line) => line.trim() !== "")];
}
