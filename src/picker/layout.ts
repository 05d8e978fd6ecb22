/** Where everything goes, from the size of the terminal alone. */
import type { Size } from "./state.ts";

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

/** What is shown beside the command, most important first, and from which width on. */
const BESIDE = [
  { name: "time", from: 28, width: 5 },
  { name: "exit", from: 36, width: 4 },
  { name: "duration", from: 56, width: 6 },
  { name: "host", from: 84, width: 13 },
  { name: "cwd", from: 104, width: 25 },
] as const;

/** Splits the columns of a row of the list; the command gets what is left. */
export function columns({ columns: total }: Size): Columns {
  const widths = { time: 0, exit: 0, duration: 0, host: 0, cwd: 0 };
  const pointer = total >= 12 ? 2 : 0;
  let command = total - pointer;
  for (const { name, from, width } of BESIDE) {
    if (total < from) break;
    widths[name] = width;
    command -= width;
  }
  return { pointer, command, ...widths };
}
