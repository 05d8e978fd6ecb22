/** The set of items of an open history; apart, as only the daemon compares and the code is not small. */
import type { History } from "../file/open_history.ts";
import { ItemSet } from "./item_set.ts";

/** See {@linkcode ItemSet}. It ends with the history. */
export function openSet({ opened: { db, meta, clock } }: History): ItemSet {
  return new ItemSet(db, meta, clock);
}
