/** One command of the list, with its columns. */
import { exitText } from "../../history/run_filter.ts";
import { clip, clipStart, type Glyph, glyphs, textWidth } from "../../search/matching/glyphs.ts";
import { matchPositions } from "../../search/matching/positions.ts";
import type { Query } from "../../search/query.ts";
import { ago, duration, shortFolder, shortHost } from "./format.ts";
import type { Columns } from "./layout.ts";
import type { RunInfo } from "../state/state.ts";
import { styled, type Theme, toColumn } from "./theme.ts";

/** What is shown in a row. */
export interface Row {
  readonly command: string;
  readonly latest: RunInfo | undefined;
  readonly selected: boolean;
  readonly pinned: boolean;
}

/** What a row needs to know besides. */
export interface RowContext {
  readonly theme: Theme;
  readonly nowMs: number;
  readonly home: string | undefined;
}

/** Letters of a command that are looked at for a row; what is behind can be seen in the preview. */
const LONGEST_SHOWN = 2000;
/** Columns of text kept before the first letter that matched, when a row starts in mid-command. */
const CONTEXT = 8;

/** Draws the row. */
export function renderRow(row: Row, widths: Columns, query: Query, context: RowContext): string {
  const { theme } = context;
  const pointer = widths.pointer === 0 ? "" : pointerOf(row, theme);
  const before = beside(row.latest, widths, context);
  const command = commandText(row, widths.command, query, theme);
  return pointer + before + command + behind(row.latest, widths, context);
}

function pointerOf({ selected, pinned }: Row, theme: Theme): string {
  const signs = `${selected ? ">" : " "}${pinned ? "*" : " "}`;
  return selected || pinned ? styled(signs, theme.prompt) : signs;
}

function beside(
  latest: RunInfo | undefined,
  widths: Columns,
  { theme, nowMs }: RowContext,
): string {
  if (latest === undefined) return " ".repeat(widths.time + widths.exit + widths.duration);
  const time = column(ago(latest.startedAtMs, nowMs), widths.time);
  const status = exitText(latest);
  const exit = column(status === "0" ? "" : status, widths.exit);
  const took = column(duration(latest.durationMs), widths.duration);
  return styled(time, theme.dim) + styled(exit, theme.failed) + styled(took, theme.dim);
}

// Right-aligned with a blank behind it; all of it is ASCII.
function column(text: string, width: number): string {
  if (width === 0) return "";
  const room = width - 1;
  return `${text.length > room ? `${text.slice(0, room - 1)}+` : text.padStart(room)} `;
}

function behind(
  latest: RunInfo | undefined,
  widths: Columns,
  { theme, home }: RowContext,
): string {
  if (latest === undefined || widths.host === 0) return "";
  const start = widths.pointer + widths.time + widths.exit + widths.duration + widths.command;
  const host = clip(shortHost(latest.hostname), widths.host - 1);
  let out = toColumn(start + 1) + styled(host, theme.dim);
  if (widths.cwd > 0) {
    const folder = clipStart(shortFolder(latest.cwd, home), widths.cwd - 1);
    out += toColumn(start + widths.host + 1) + styled(folder, theme.dim);
  }
  return out;
}

function commandText(row: Row, room: number, query: Query, theme: Theme): string {
  const text = row.command.slice(0, LONGEST_SHOWN).trimEnd();
  const marked = new Set(matchPositions(query, text));
  const plain = row.selected ? theme.selected : "";
  const mark = row.selected ? theme.matchSelected : theme.match;
  const { shown, width } = fitted(text, room, marked);
  let out = "";
  for (let i = 0; i < shown.length;) {
    const on = marked.has(shown[i]!.index);
    let run = "";
    for (; i < shown.length && marked.has(shown[i]!.index) === on; i++) run += shown[i]!.text;
    out += styled(run, on ? mark : plain);
  }
  return row.selected ? out + styled(" ".repeat(room - width), plain) : out;
}

const CUT: Glyph = { text: "…", width: 1, index: -1 };

/** The glyphs that fit; if the first match is too far right, the text begins a little before it. */
function fitted(
  text: string,
  room: number,
  marked: ReadonlySet<number>,
): { shown: Glyph[]; width: number } {
  const all = glyphsUpTo(text, room, lastOf(marked));
  let first = 0;
  if (marked.size > 0 && textWidth(text.slice(0, lastOf(marked) + 1)) > room - 1) {
    const place = all.findIndex((glyph) => marked.has(glyph.index));
    first = Math.max(0, place - CONTEXT);
  }
  const shown: Glyph[] = first > 0 ? [CUT] : [];
  let width = shown.length;
  for (let i = first; i < all.length; i++) {
    const glyph = all[i]!;
    const last = i === all.length - 1 && isEnd(glyph, text);
    if (width + glyph.width > room - (last ? 0 : 1)) {
      if (width < room) {
        shown.push(CUT);
        width++;
      }
      break;
    }
    shown.push(glyph);
    width += glyph.width;
  }
  return { shown, width };
}

function isEnd(glyph: Glyph, text: string): boolean {
  return glyph.index + 1 >= text.length || glyph.index + glyph.text.length >= text.length;
}

function lastOf(marked: ReadonlySet<number>): number {
  let last = -1;
  for (const index of marked) last = Math.max(last, index);
  return last;
}

/** Glyphs up to one row beyond the last match: no more can be shown. */
function glyphsUpTo(text: string, room: number, last: number): Glyph[] {
  const all: Glyph[] = [];
  for (const glyph of glyphs(text)) {
    all.push(glyph);
    if (glyph.index > last + room + CONTEXT) break;
  }
  return all;
}
