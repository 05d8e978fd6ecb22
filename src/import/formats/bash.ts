/** bash history files to drafts, read as bash itself reads them (`read_history_range`). */
import { decode } from "../../base/bytes.ts";
import type { EntryDraft } from "../../history/entry.ts";
import { lineEnd, type Placed, timeOf } from "./byte_lines.ts";

const HASH = 0x23;
const SPACE = 0x20;
const TAB = 0x09;
// Real times have nine digits since 1973; `#123` is a comment that somebody typed.
const FEWEST_DIGITS = 9;

/**
 * The commands of a bash history file, oldest first.
 *
 * A file that begins with a time (`#1700000000`, written while HISTTIMEFORMAT is set) keeps
 * multi-line commands: a command reaches to the next time. In a file that begins without one every
 * line is a command, and a time, where there is one, belongs to the next line.
 */
export function* parseBashHistory(bytes: Uint8Array): Generator<EntryDraft> {
  for (const { draft } of bashCommands(bytes)) yield draft;
}

/** The same, with where each stands. */
export function* bashCommands(bytes: Uint8Array): Generator<Placed<EntryDraft>> {
  const isTimed = timestampAt(bytes, 0, lineEnd(bytes, 0)) !== undefined;
  let seconds: string | undefined;
  let from = 0;
  for (let start = 0; start < bytes.length;) {
    let end = lineEnd(bytes, start);
    const stamp = timestampAt(bytes, start, end);
    if (stamp !== undefined) {
      seconds = stamp;
    } else {
      if (isTimed) end = groupEnd(bytes, end);
      const command = decode(bytes.subarray(start, end));
      if (command !== "") {
        const draft = { startedAtMs: timeOf(seconds), command, shell: "bash" } as const;
        yield { draft, from, to: Math.min(end + 1, bytes.length) };
        seconds = undefined;
      }
    }
    // A time stands before the command that it is of.
    if (stamp === undefined) from = end + 1;
    start = end + 1;
  }
}

// Where the lines up to the next time (or the end of the file) end.
function groupEnd(bytes: Uint8Array, firstEnd: number): number {
  let end = firstEnd;
  while (end + 1 < bytes.length) {
    const next = lineEnd(bytes, end + 1);
    if (timestampAt(bytes, end + 1, next) !== undefined) return end;
    end = next;
  }
  return end;
}

/**
 * The digits of a line that is `#` and digits only, but for blanks behind; a time outside all bounds still
 * ends a command.
 */
export function timestampAt(bytes: Uint8Array, start: number, stop: number): string | undefined {
  if (bytes[start] !== HASH) return undefined;
  let end = stop;
  while (bytes[end - 1] === SPACE || bytes[end - 1] === TAB) end--;
  if (end - start - 1 < FEWEST_DIGITS) return undefined;
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x30 || byte > 0x39) return undefined;
  }
  return decode(bytes.subarray(start + 1, end));
}
