/** Frames to the bytes that bring the terminal from one to the next. */
import type { Frame } from "./render.ts";

/** How the area for the frames is reached; see {@linkcode fullScreen} and {@linkcode inline}. */
export interface Surface {
  /** Takes the area and puts the terminal into the state that the picker needs. */
  open(rows: number): string;
  /** Notes the place of the area, for {@linkcode goTo}; the cursor is where the last frame left it. */
  begin(): string;
  /** Goes to the first column of a row of the area; between {@linkcode begin} and the frame's end. */
  goTo(row: number): string;
  /** Leaves the cursor where {@linkcode begin} finds the area again: nothing if anywhere will do. */
  park(): string;
  /**
   * Whether the cursor may rest only in the first row of the area; a frame with its query line further
   * down draws a cursor of its own.
   */
  readonly restsOnTop: boolean;
  /** Takes the area anew after the terminal has got another size, wiping what it shows. */
  reopen(rows: number): string;
  /** Wipes the area and puts everything back. */
  close(): string;
}

/** What a surface may do to the terminal. */
export interface SurfaceOptions {
  /**
   * Has the terminal mark pastes while the picker is open. Not where a line editor waits behind it: that
   * has asked for it already, or its user has turned it off.
   */
  readonly marksPastes: boolean;
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
const SAVE = "\x1b7";
const RESTORE = "\x1b8";

/**
 * The whole screen; what was on it comes back afterwards.
 *
 * It is left from one row below where the cursor was found, and that place is saved, as with
 * {@linkcode inline}: so whoever cleans up behind a picker that was killed does the same for both.
 */
export function fullScreen({ marksPastes }: SurfaceOptions): Surface {
  const enter = `\x1bD${SAVE}\x1b[?1049h`;
  return {
    open: () => `${enter}${marksPastes ? PASTE_MARKED : ""}${NO_WRAP}\x1b[H\x1b[2J`,
    begin: () => "",
    goTo: (row) => `\x1b[${row + 1};1H`,
    park: () => "",
    restsOnTop: false,
    reopen: () => "\x1b[H\x1b[2J",
    close: () =>
      `${PLAIN}${WRAP}${
        marksPastes ? PASTE_PLAIN : ""
      }\x1b[?1049l\x1b[1A${SHOW_CURSOR}${END_UPDATE}`,
  };
}

/**
 * Rows below the cursor. Asks the terminal nothing, so that no answer mixes with what is typed: it goes
 * down as many rows (which scrolls if need be), and comes back up.
 *
 * A terminal that changes its size moves what is on it, and the cursor with it; a place that was saved
 * before means nothing afterwards. So between two frames the cursor rests in the first row of the area,
 * one row below where it was found: from there everything is counted. Only while a frame is drawn is the
 * place saved, so that a row beyond the bottom of a terminal that has just shrunk leads nowhere else.
 */
export function inline({ marksPastes }: SurfaceOptions): Surface {
  const leave = `${PLAIN}\r${ERASE_BELOW}\x1b[1A`;
  const take = (rows: number): string =>
    `${"\x1bD".repeat(rows)}\x1b[${rows}A\x1b[1B\r${ERASE_BELOW}`;
  return {
    open: (rows) => `${marksPastes ? PASTE_MARKED : ""}${NO_WRAP}${take(rows)}`,
    begin: () => `\r${SAVE}`,
    goTo: (row) => row === 0 ? RESTORE : `${RESTORE}\x1b[${row}B`,
    park: () => RESTORE,
    restsOnTop: true,
    reopen: (rows) => leave + take(rows),
    close: () => `${leave}${WRAP}${marksPastes ? PASTE_PLAIN : ""}${SHOW_CURSOR}${END_UPDATE}`,
  };
}

/**
 * What to write to show `frame` where `previous` is shown: the rows that differ, in one synchronized
 * update. `undefined` as previous draws everything.
 */
export function paint(frame: Frame, previous: Frame | undefined, surface: Surface): string {
  let out = BEGIN_UPDATE + HIDE_CURSOR + surface.begin();
  if (previous === undefined) out += surface.goTo(0) + ERASE_BELOW;
  const rows = withCursor(frame, surface);
  const before = previous === undefined ? [] : withCursor(previous, surface);
  for (let i = 0; i < Math.max(rows.length, before.length); i++) {
    const row = rows[i] ?? "";
    // Erased first: columns at fixed places leave gaps in which the old row would show.
    if (row !== (before[i] ?? "")) out += surface.goTo(i) + ERASE_ROW + row + PLAIN;
  }
  out += surface.park();
  if (frame.cursor !== undefined && mayRest(frame.cursor, surface)) {
    // Written again up to the cursor: then it stands where the terminal itself thinks it should.
    out += surface.goTo(frame.cursor.row) + frame.cursor.before + SHOW_CURSOR;
  }
  return out + END_UPDATE;
}

type Cursor = NonNullable<Frame["cursor"]>;

function mayRest({ row }: Cursor, surface: Surface): boolean {
  return row === 0 || !surface.restsOnTop;
}

/** The rows, with a drawn cursor where the terminal's own may not stand. */
function withCursor({ rows, cursor }: Frame, surface: Surface): readonly string[] {
  if (cursor === undefined || mayRest(cursor, surface)) return rows;
  const { row, before, under } = cursor;
  return rows.with(row, `${rows[row]}\r${before}\x1b[7m${under}`);
}
