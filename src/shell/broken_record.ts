/** A part of a foreign history that cannot be read; the rest goes on. */
export interface BrokenRecord {
  /** Why, without the text of the record. */
  readonly broken: string;
  /** Its line or record number in the source, from 1. */
  readonly at: number;
}

/** Whether an item of an importer's stream is a {@linkcode BrokenRecord}. */
export function isBroken(item: object): item is BrokenRecord {
  return "broken" in item;
}
