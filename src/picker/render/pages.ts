/** The two views that are pages of text: the help and the details of a command. */
import { grouped } from "../../base/grouped.ts";
import { exitText } from "../../history/run_filter.ts";
import { type Glyph, glyphs } from "../../search/matching/glyphs.ts";
import { duration, moment, shortFolder, shortHost } from "./format.ts";
import type { Move } from "../keys/keys.ts";
import { helpLines } from "./help.ts";
import type { CommandRuns, PickerState, RunInfo, Size, View } from "../state/state.ts";

/** Rows of the command itself at the top of its details. */
const MAX_COMMAND_ROWS = 8;

/** Lines of the details; the first ones are the command. */
export function detailLines(
  runs: CommandRuns,
  size: Size,
  home: string | undefined,
): string[] {
  const command = wrapped(runs.command, size.columns, MAX_COMMAND_ROWS);
  return [...command, "", summary(runs), "", ...runs.runs.map((run) => runLine(run, home))];
}

function summary({ total, failed, unknown = 0, firstMs, lastMs }: CommandRuns): string {
  const ran = total === 1 ? "ran once" : `ran ${grouped(total)} times`;
  const fails = failures(total - unknown, failed) +
    (unknown > 0 && unknown < total ? `, ${grouped(unknown)} not known` : "");
  const first = firstMs === undefined ? "" : `, first ${moment(firstMs).slice(0, 10)}`;
  const when = total === 1 ? moment(lastMs) : `last ${moment(lastMs)}${first}`;
  return `${ran}, ${fails}, ${when}`;
}

// Of what nobody saw the end it cannot be said that it never failed.
function failures(known: number, failed: number): string {
  if (known === 0) return "exit status not known";
  const share = Math.round(100 * failed / known);
  return failed === 0 ? "never failed" : `failed ${grouped(failed)} (${share} %)`;
}

function runLine(run: RunInfo, home: string | undefined): string {
  const exit = exitText(run).padStart(4);
  const took = duration(run.durationMs).padStart(6);
  return `${moment(run.startedAtMs)} ${exit} ${took}  ${shortHost(run.hostname)}:` +
    shortFolder(run.cwd, home);
}

/** Text with its own line breaks, wrapped at the columns; the last of `rows` says if there is more. */
export function wrapped(text: string, columns: number, rows: number): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    let row = "";
    let width = 0;
    for (const glyph of glyphs(line)) {
      if (width + glyph.width > columns && row !== "") {
        lines.push(row);
        if (lines.length > rows) return cutOff(lines, rows, columns);
        row = "";
        width = 0;
      }
      if (glyph.width > columns) continue;
      row += glyph.text;
      width += glyph.width;
    }
    lines.push(row);
    if (lines.length > rows) return cutOff(lines, rows, columns);
  }
  return lines;
}

function cutOff(lines: readonly string[], rows: number, columns: number): string[] {
  if (rows < 1) return [];
  const kept = lines.slice(0, rows);
  const last: Glyph[] = [...glyphs(kept[rows - 1]!)];
  let width = last.reduce((sum, glyph) => sum + glyph.width, 0);
  while (width > columns - 1 && last.length > 0) width -= last.pop()!.width;
  kept[rows - 1] = `${last.map((glyph) => glyph.text).join("")}…`;
  return kept;
}

/** How many rows a page has: all but the line of keys at the bottom. */
export function pageHeight({ rows }: Size): number {
  return rows > 1 ? rows - 1 : 1;
}

/** The view, scrolled; it stops where its last line is at the bottom. */
export function pageOf(state: PickerState, by: Move): View {
  const { view } = state;
  if (view.kind !== "help" && view.kind !== "details") return view;
  const height = pageHeight(state.size);
  const lowest = Math.max(0, lineCount(view, state) - height);
  const top = view.top + stepOf(by, height, lowest + 1);
  return { ...view, top: Math.max(0, Math.min(top, lowest)) };
}

/** How far a move goes down a page of `height` lines, of a text of `length`. */
function stepOf(by: Move, height: number, length: number): number {
  switch (by) {
    case "up":
    case "newer":
      return -1;
    case "down":
    case "older":
      return 1;
    case "page-up":
      return -height;
    case "page-down":
      return height;
    case "newest":
      return -length;
    case "oldest":
      return length;
  }
}

function lineCount(view: View, { size, keymap }: PickerState): number {
  if (view.kind === "help") return helpLines(keymap, size.columns).length;
  const runs = view.kind === "details" ? view.runs : undefined;
  return runs ? detailLines(runs, size, undefined).length : 0;
}
