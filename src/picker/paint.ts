/** Frames to the bytes that bring the terminal from one to the next. */
import type { Frame } from "./render.ts";

/** How the area for the frames is reached; see {@linkcode fullScreen} and {@linkcode inline}. */
export interface Surface {
  /** Takes the area and puts the terminal into the state that the picker needs. */
  open(rows: number): string;
  /** Goes to the first column of a row of the area. */
  goTo(row: number): string;
  /** Wipes the area and puts everything back. */
  close(): string;
}

// Autowrap off: a line that is wider than we think is cut, not continued in the next row.
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const PASTE_MARKED = "\x1b[?2004h";
const PASTE_PLAIN = "\x1b[?2004l";
const BEGIN_UPDATE = "\x1b[?2026h";
const END_UPDATE = "\x1b[?2026l";
const ERASE_BELOW = "\x1b[J";
const ERASE_ROW = "\x1b[2K";
const PLAIN = "\x1b[0m";

/** The whole screen; what was on it comes back afterwards. */
export function fullScreen(): Surface {
  return {
    open: () => `\x1b[?1049h${PASTE_MARKED}${NO_WRAP}\x1b[H\x1b[2J`,
    goTo: (row) => `\x1b[${row + 1};1H`,
    close: () => `${PLAIN}${WRAP}${PASTE_PLAIN}\x1b[?1049l${SHOW_CURSOR}`,
  };
}

/**
 * Rows below the cursor. Asks the terminal nothing, so that no answer mixes with what is typed: it goes
 * down as many rows (which scrolls if need be, and keeps the column), comes back up and saves the place.
 */
export function inline(): Surface {
  return {
    open: (rows) =>
      `${PASTE_MARKED}${NO_WRAP}${"\x1bD".repeat(rows)}\x1b[${rows}A\x1b7\x1b[1B\r${ERASE_BELOW}`,
    goTo: (row) => `\x1b8\x1b[${row + 1}B\r`,
    close: () => `${PLAIN}\x1b8\x1b[1B\r${ERASE_BELOW}\x1b8${WRAP}${PASTE_PLAIN}${SHOW_CURSOR}`,
  };
}

/**
 * What to write to show `frame` where `previous` is shown: the rows that differ, in one synchronized
 * update. `undefined` as previous draws everything.
 */
export function paint(frame: Frame, previous: Frame | undefined, surface: Surface): string {
  let out = BEGIN_UPDATE + HIDE_CURSOR;
  if (previous === undefined) out += surface.goTo(0) + ERASE_BELOW;
  const before = previous?.rows ?? [];
  for (let i = 0; i < Math.max(frame.rows.length, before.length); i++) {
    const row = frame.rows[i] ?? "";
    // Erased first: columns at fixed places leave gaps in which the old row would show.
    if (row !== (before[i] ?? "")) out += surface.goTo(i) + ERASE_ROW + row + PLAIN;
  }
  if (frame.cursor) {
    // Written again up to the cursor: then it stands where the terminal itself thinks it should.
    out += surface.goTo(frame.cursor.row) + frame.cursor.before + SHOW_CURSOR;
  }
  return out + END_UPDATE;
}
