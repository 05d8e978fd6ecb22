/** Lines and times of a history file, as bytes. */
import { MAX_STARTED_AT_MS } from "../../history/check_entry.ts";

const NEWLINE = 10;
/** JSON of a history file that is read whatever it holds: longer than a record with the longest command. */
export const UNCHECKED_JSON_BYTES = 8 * 1024 * 1024;

/** One command of a history file, and where it stands there. */
export interface Placed<T> {
  readonly draft: T;
  /** Index of its first byte, that of a time before it included. */
  readonly from: number;
  /** Index behind its last byte and the end of its line. */
  readonly to: number;
}

/** The index of the next newline from `from`, or the end of `bytes`. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at < 0 ? bytes.length : at;
}

/**
 * Seconds as a shell wrote them, in milliseconds; `undefined` if there are none or they cannot be
 * meant: shells write 0 for "not known", and nothing ran before 1970 or runs after the year 9999.
 */
export function timeOf(seconds: string | undefined): number | undefined {
  const ms = Number(seconds) * 1000;
  return ms > 0 && ms <= MAX_STARTED_AT_MS && Number.isInteger(ms) ? ms : undefined;
}
