/** A second connection to an open file, that only reads. */
import { DatabaseSync } from "node:sqlite";

/** Opens it with a lock of its own on the file; `undefined` if the file is not there any more. */
export function readOnlyTwin(path: string): DatabaseSync | undefined {
  try {
    const twin = new DatabaseSync(path, { readOnly: true });
    try {
      twin.prepare("SELECT count(*) FROM sqlite_master").get();
    } catch {
      // It may not be readable by that index; what counts is the lock that it has now.
    }
    return twin;
  } catch {
    return undefined; // and then nothing is folded in either
  }
}
