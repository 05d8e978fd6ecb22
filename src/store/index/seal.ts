/**
 * Checksums of the columns that the index keeps as blobs.
 *
 * SQLite notices a damaged page where it holds structure; in the middle of a blob it does not, and a
 * search would miss commands without a word. So one column of each group ends in a checksum of all of
 * it. A column without one was written by an older rr and is taken as it is.
 */
import { RrError, type RrErrorOptions } from "../../base/rr_error.ts";
import { INDEX_DAMAGED } from "../file/meta.ts";
import type { Database } from "../file/database.ts";

const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** The words, and a checksum of them and of `others`. */
export function seal(column: Uint32Array, ...others: readonly Uint8Array[]): Uint8Array {
  const sealed = new Uint32Array(column.length + 1);
  sealed.set(column);
  sealed[column.length] = sumOf(column, others);
  return new Uint8Array(sealed.buffer);
}

/**
 * The words without their checksum.
 *
 * @param count how many words there are besides it
 * @throws {RrError} `database` if it is not right; then the index is made anew by whoever keeps it up
 */
export function unseal(
  db: Database,
  column: Uint32Array<ArrayBuffer>,
  count: number,
  ...others: readonly Uint8Array[]
): Uint32Array<ArrayBuffer> {
  if (column.length === count) return column;
  const words = column.subarray(0, count);
  if (column.length !== count + 1 || column[count] !== sumOf(words, others)) {
    throw damagedIndex(db);
  }
  return words;
}

/** The index is not what was written. */
export class DamagedIndexError extends RrError {
  /** Creates the error; the message names the file. */
  constructor(message: string, options: RrErrorOptions) {
    super("database", message, options);
  }
}

/** The error for an index that cannot be right; notes that it has to be made anew. */
export function damagedIndex(db: Database): DamagedIndexError {
  const problem = `Cannot search the history "${db.path}": its index is damaged`;
  try {
    db.run(
      `INSERT INTO rr_meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO NOTHING`,
      INDEX_DAMAGED,
    );
    return new DamagedIndexError(problem, {
      hint: "Try again: it is made anew from the history itself; then check the disk",
    });
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return new DamagedIndexError(problem, { cause: error, hint: "Check the disk" });
  }
}

// FNV-1a over words. Each step can be taken back, so that damage within one word always shows.
function sumOf(column: Uint32Array, others: readonly Uint8Array[]): number {
  let sum = mixed(SEED, new Int32Array(column.buffer, column.byteOffset, column.length));
  for (const bytes of others) {
    const whole = bytes.length >> 2;
    const words = bytes.byteOffset % 4 === 0
      ? new Int32Array(bytes.buffer, bytes.byteOffset, whole)
      : new Int32Array(bytes.slice(0, 4 * whole).buffer);
    sum = mixed(sum, words);
    for (let i = 4 * whole; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i]!, PRIME);
    sum = Math.imul(sum ^ bytes.length, PRIME);
  }
  return sum >>> 0;
}

// One function, called again and again with signed words alone: in a new process it is compiled once, and soon.
function mixed(start: number, words: Int32Array): number {
  let sum = start;
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i]!, PRIME);
  return sum;
}
