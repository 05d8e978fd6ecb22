/** A state as rows of text for the terminal. */
import { grouped } from "../../base/grouped.ts";
import { clip, glyphs } from "../../search/matching/glyphs.ts";
import { matchPositions } from "../../search/matching/positions.ts";
import { wrapWords } from "../../search/matching/wrap_words.ts";
import { parseQuery, type Query } from "../../search/query.ts";
import { keyOfAction } from "../keys/keymap.ts";
import { columns, heights } from "./layout.ts";
import { helpLines } from "./help.ts";
import { detailLines, pageHeight, wrapped } from "./pages.ts";
import {
  isEverything,
  type PickerState,
  questionOf,
  type RunInfo,
  selectedLine,
} from "../state/state.ts";
import { renderRow, type Row } from "./render_row.ts";
import { styled, type Theme, toColumn } from "./theme.ts";

/** What a frame shows besides the state; the same answers give the same frame. */
export interface RenderContext {
  readonly theme: Theme;
  readonly nowMs: number;
  readonly home: string | undefined;
  /** The command of a line of the index. */
  command(line: number): string;
  /** The latest run of its command under the filter; `undefined` if not known. */
  latest(line: number): RunInfo | undefined;
  /** Whether its command is pinned. @default {none is} */
  isPinned?(line: number): boolean;
  /** What to say besides where nothing matches the query. @default {nothing} */
  doubts?(): readonly string[];
  /** How many runs its command has. */
  runCount(line: number): number;
}

/** A screen: `size.rows` rows or fewer, each at most `size.columns` wide and printable but for styles. */
export interface Frame {
  readonly rows: readonly string[];
  /** Where typing goes: the row, the styled text before the cursor in it, and the letter under it. */
  readonly cursor:
    | { readonly row: number; readonly before: string; readonly under: string }
    | undefined;
}

/** Draws the state. Pure. */
export function render(state: PickerState, context: RenderContext): Frame {
  switch (state.view.kind) {
    case "help":
      return page(state, context, helpLines(state.keymap, state.size.columns), state.view.top);
    case "details": {
      const { runs, top } = state.view;
      const lines = runs ? detailLines(runs, state.size, context.home) : ["…"];
      return page(state, context, lines, top);
    }
    default:
      return list(state, context);
  }
}

function page(
  state: PickerState,
  { theme }: RenderContext,
  lines: readonly string[],
  top: number,
): Frame {
  const { columns, rows } = state.size;
  const shown = lines.slice(top, top + pageHeight(state.size)).map((line) => clip(line, columns));
  const more = top + shown.length < lines.length ? "more below · " : "";
  const keys = state.view.kind === "details"
    ? "esc back · enter take it · ctrl-d delete"
    : "esc back";
  if (rows > 1) shown.push(styled(clip(`${more}${keys}`, columns), theme.dim));
  return { rows: shown, cursor: undefined };
}

function list(state: PickerState, context: RenderContext): Frame {
  const { size, upward } = state;
  const { list: height, preview, footer } = heights(size);
  const query = parseQuery(questionOf(state).text, state.mode);
  const prompt = queryRow(state, context.theme);
  const commands = listRows(state, context, query, height);
  while (commands.length < height) commands.push("");
  const shown = preview > 0 ? previewRows(state, context, query, preview, upward) : [];
  const rows = upward
    ? [...shown, ...commands.reverse(), prompt.row]
    : [prompt.row, ...commands, ...shown];
  if (footer) rows.push(styled(clip(footerOf(state), size.columns), context.theme.dim));
  const question = bottomLine(state, context);
  const { before, under } = prompt;
  const cursor = { row: upward ? shown.length + height : 0, before, under };
  if (question === undefined) return { rows, cursor };
  rows[size.rows - 1] = styled(clip(question, size.columns), context.theme.notice);
  const isHidden = state.view.kind === "confirm" || cursor.row === size.rows - 1;
  return { rows, cursor: isHidden ? undefined : cursor };
}

/** The commands on the screen, the best first. */
function listRows(
  state: PickerState,
  context: RenderContext,
  query: Query,
  height: number,
): string[] {
  const { results, size, top } = state;
  const widths = columns(size, state.columns);
  const rows = results.lines.slice(top, top + height).map((line, i) =>
    renderRow(rowOf(state, context, line, top + i), widths, query, context)
  );
  if (rows.length > 0 || !results.complete) return rows;
  return nothing(state, context).slice(0, height).map((row) =>
    styled(clip(row, size.columns), context.theme.dim)
  );
}

/** What stands in place of the list: one line a row. */
function nothing(
  { query, filter, results, size }: PickerState,
  { doubts }: RenderContext,
): readonly string[] {
  const isFiltered = !isEverything(filter);
  if (query.trim() !== "" && (isFiltered || results.total > 0)) {
    const sentences = ["nothing matches: enter keeps what you typed", ...doubts?.() ?? []];
    return sentences.flatMap((sentence) => wrapWords(sentence, size.columns - 2))
      .map((row) => `  ${row}`);
  }
  return isFiltered ? ["  nothing here"] : NO_HISTORY;
}

const NO_HISTORY: readonly string[] = [
  "  No command is recorded yet.",
  "  `rr import` takes in what your shell remembers,",
  "  `rr doctor` tells whether your shell records.",
];

/** The keys that people want first: those that are bound. */
function footerOf({ keymap, enter }: PickerState): string {
  const other = enter === "edit" ? "run" : "edit";
  const named = [
    ["accept", enter],
    [other, other],
    ["details", "details"],
    ["match", "match"],
    ["next-scope", "where"],
    ["help", "keys"],
  ] as const;
  return named.flatMap(([action, what]) => {
    const key = keyOfAction(keymap, action);
    return key === undefined ? [] : `${key.replace(/^f(?=\d)/, "F")} ${what}`;
  }).join(" · ");
}

function bottomLine(state: PickerState, context: RenderContext): string | undefined {
  if (state.view.kind !== "confirm") return state.notice;
  const { line } = state.view;
  const count = context.runCount(line);
  const room = state.size.columns;
  const question = questions(count).find((text) => text.length <= room - LEAST_COMMAND) ??
    questions(count).at(-1)!;
  return `${question}  ${clip(context.command(line), Math.max(0, room - question.length - 2))}`;
}

/** Columns kept for the beginning of the command that a question is about. */
const LEAST_COMMAND = 16;

/** What the deletion takes away, and where; the longest first. */
function questions(count: number): readonly string[] {
  const runs = count === 1 ? "the 1 run" : `all ${grouped(count)} runs`;
  return [
    `Delete ${runs} of this command? y on all devices, h only here, n`,
    `Delete ${runs}? y on all devices, h only here, n`,
    `Delete ${runs}? y all devices/h here/n`,
    `Delete ${runs}? y/h here/n`,
    `Delete ${grouped(count)}? y/h/n`,
  ];
}

function rowOf(state: PickerState, context: RenderContext, line: number, place: number): Row {
  return {
    command: context.command(line),
    latest: context.latest(line),
    pinned: context.isPinned?.(line) ?? false,
    selected: place === state.selected,
  };
}

/** Columns kept for what is typed before the state of things is shown beside it. */
const LEAST_QUERY = 20;

function queryRow(
  state: PickerState,
  theme: Theme,
): { row: string; before: string; under: string } {
  const total = state.size.columns;
  const sign = total >= 12 ? (state.normal ? ": " : "> ") : "";
  const status = statusOf(state, total - sign.length - LEAST_QUERY - 1);
  const room = total - sign.length - (status === "" ? 0 : status.length + 1);
  const { text, before, under } = visibleQuery(state, room);
  const prompt = styled(sign, theme.prompt);
  const right = status === "" ? "" : toColumn(total - status.length) + styled(status, theme.dim);
  return { row: `${prompt}${text}${right}`, before: `${prompt}${before}`, under };
}

const SCOPE_NAMES = {
  all: "all",
  host: "this host",
  directory: "this directory",
  workspace: "this workspace",
  session: "this session",
};

/** The longest description of the search that fits; all of it is ASCII. */
function statusOf(state: PickerState, room: number): string {
  const { results, mode, filter } = state;
  const count = `${grouped(results.count)}${results.complete ? "" : "+"}`;
  const where = SCOPE_NAMES[filter.scope] +
    (filter.okOnly ? ", ok only" : filter.failedOnly ? ", failed only" : "") +
    (filter.newestFirst && !filter.sessionFirst ? ", newest first" : "");
  const all = [
    `${mode}, ${where}  ${count}/${grouped(results.total)}`,
    `${mode}, ${where}  ${count}`,
    `${where}  ${count}`,
    count,
  ];
  return all.find((text) => text.length <= room) ?? "";
}

/** The part of the query around the cursor that fits, one column kept free for the cursor. */
function visibleQuery(
  state: PickerState,
  room: number,
): { text: string; before: string; under: string } {
  const all = [...glyphs(state.query)];
  const end = all.findIndex((glyph) => glyph.index >= state.cursor);
  const place = end < 0 ? all.length : end;
  let first = 0;
  let width = all.slice(0, place).reduce((sum, glyph) => sum + glyph.width, 0);
  while (first < place && width > room - 1) width -= all[first++]!.width;
  const before = all.slice(first, place).map((glyph) => glyph.text).join("");
  let text = before;
  for (const glyph of all.slice(place)) {
    if (width + glyph.width > room) break;
    width += glyph.width;
    text += glyph.text;
  }
  return { text, before, under: all[place]?.text ?? " " };
}

function previewRows(
  state: PickerState,
  context: RenderContext,
  query: Query,
  height: number,
  isAbove: boolean,
): string[] {
  const { size } = state;
  const rule = styled("─".repeat(size.columns), context.theme.dim);
  const line = selectedLine(state);
  const rows = line === undefined ? [] : wrapped(context.command(line), size.columns, height);
  while (rows.length < height) rows.push("");
  const text = rows.map((row) => highlighted(row, query, context.theme));
  return isAbove ? [...text, rule] : [rule, ...text];
}

/** A printable row with the letters that match; a match across rows is not marked. */
function highlighted(row: string, query: Query, theme: Theme): string {
  const marked = new Set(matchPositions(query, row));
  if (marked.size === 0) return row;
  let out = "";
  for (const glyph of glyphs(row)) {
    out += marked.has(glyph.index) ? styled(glyph.text, theme.match) : glyph.text;
  }
  return out;
}

/** Lines of the index that the list shows, for those who fetch what is shown about them. */
export function visibleLines(state: PickerState): readonly number[] {
  return state.results.lines.slice(state.top, state.top + heights(state.size).list);
}
