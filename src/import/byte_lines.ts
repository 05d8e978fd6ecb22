/** Lines and times of a history file, as bytes. */
import { MAX_STARTED_AT_MS } from "../history/check_entry.ts";

export const NEWLINE = 10;

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
