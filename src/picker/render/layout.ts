/** Where everything goes, from the size of the terminal alone. */
import { COLUMN_NAMES, type ColumnName, type Height } from "../choices.ts";
import type { Size } from "../state/state.ts";

/** Heights in rows; they add up to the terminal's. */
export interface Heights {
  /** Commands in the list; 0 on a terminal of one row. */
  readonly list: number;
  /** Rows for the whole text of the selected command, without the rule above; 0 for none. */
  readonly preview: number;
  /** Whether the keys are named at the bottom. */
  readonly footer: boolean;
}

/** Rows from which on the keys are named, and from which on there is a preview. */
const FOOTER_FROM = 6;
const PREVIEW_FROM = 12;
const SMALLEST_PREVIEW = 3;
const LARGEST_PREVIEW = 8;

/** Splits the rows: one for the query, then the list, the preview with its rule, the footer. */
export function heights({ rows }: Size): Heights {
  const footer = rows >= FOOTER_FROM;
  const wanted = Math.max(SMALLEST_PREVIEW, Math.min(LARGEST_PREVIEW, Math.floor(rows / 4)));
  const preview = rows >= PREVIEW_FROM ? wanted : 0;
  const taken = 1 + (footer ? 1 : 0) + (preview > 0 ? preview + 1 : 0);
  return { list: Math.max(0, rows - taken), preview, footer };
}

/** Widths in columns, each with the blank that follows or precedes it; 0 for a column left out. */
export interface Columns {
  readonly pointer: number;
  readonly time: number;
  readonly exit: number;
  readonly duration: number;
  readonly command: number;
  readonly host: number;
  readonly cwd: number;
}

/** What is shown beside the command, most important first, and what the command keeps at least. */
const BESIDE = [
  { column: "time", name: "time", width: 5, leaves: 21 },
  { column: "exit", name: "exit", width: 4, leaves: 25 },
  { column: "duration", name: "duration", width: 6, leaves: 39 },
  { column: "host", name: "host", width: 13, leaves: 54 },
  { column: "folder", name: "cwd", width: 25, leaves: 49 },
] as const;

/** Splits the columns of a row of the list; the command gets what is left. */
export function columns(
  { columns: total }: Size,
  wanted: readonly ColumnName[] = COLUMN_NAMES,
): Columns {
  const widths = { time: 0, exit: 0, duration: 0, host: 0, cwd: 0 };
  const pointer = total >= 12 ? 2 : 0;
  let command = total - pointer;
  for (const { column, name, width, leaves } of BESIDE) {
    if (!wanted.includes(column)) continue;
    if (command - width < leaves) break;
    widths[name] = width;
    command -= width;
  }
  return { pointer, command, ...widths };
}

/** The part of the screen that is taken if nobody chose one. */
export const USUAL_HEIGHT: Height = { kind: "share", percent: 70 };
/** A share of the screen is at least so many rows. */
const LEAST_SHARE = 12;
/** A terminal with fewer rows has no room to share, unless so few are asked for that they fit. */
const SHARED_FROM_ROWS = 14;

/** Whether the picker is drawn below the prompt, and not in place of the whole screen. */
export function isBelowPrompt(terminal: Size, height: Height): boolean {
  if (height.kind === "full") return false;
  return terminal.rows >= SHARED_FROM_ROWS || height.kind === "rows" && height.rows < terminal.rows;
}

/** The area below the prompt, at most all rows but its own. */
export function areaBelowPrompt(terminal: Size, height: Height): Size {
  const { columns, rows } = terminal;
  const wanted = height.kind === "rows"
    ? height.rows
    : height.kind === "share"
    ? Math.max(LEAST_SHARE, Math.floor(rows * height.percent / 100))
    : rows;
  return { columns, rows: Math.max(1, Math.min(wanted, rows - 1)) };
}
