/** Text as a terminal shows it: characters with their columns. */
import { columnsOf } from "../columns.ts";
import { printable } from "../../base/printable.ts";

/** One shown character, with the marks that belong to it. */
export interface Glyph {
  /** Printable; what is drawn. */
  readonly text: string;
  /** Columns to keep free for it: as many as any terminal takes. */
  readonly width: number;
  /** Where it begins in the source text, in UTF-16 units. */
  readonly index: number;
}

const ASCII = /^[\x20-\x7e]*$/;
/** What belongs to the character before it: combining marks, variation selectors, skin tones, joiners. */
const ATTACHED = /^[\p{M}\u200c\u200d\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]$/u;
/** Of these, the ones that take no column anywhere. */
const NO_COLUMN = /^[\p{Mn}\p{Me}\u200c\u200d\ufe0e\ufe0f]$/u;
const JOINER = "\u200d";
const EMOJI_STYLE = "\ufe0f";
/** Marks kept on one character; text with towers of them is hostile, not a language. */
const MAX_ATTACHED = 12;

/** The columns that `text` takes on a terminal once printable; exact for ASCII, else an upper bound. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const glyph of glyphs(text)) width += glyph.width;
  return width;
}

/**
 * The text as glyphs, harmful characters replaced.
 *
 * Terminals disagree about joined emoji and emoji styles; `width` is the most that any of them takes,
 * so that a line never becomes too long. Columns after such text need absolute positions.
 */
export function* glyphs(text: string): Generator<Glyph> {
  let cluster = "";
  let start = 0;
  let attached = 0;
  let index = 0;
  for (const char of text) {
    const joins = cluster !== "" && attached < MAX_ATTACHED && belongs(cluster, char);
    if (joins) {
      cluster += char;
      attached++;
    } else {
      if (cluster !== "") yield toGlyph(cluster, start);
      cluster = char;
      start = index;
      attached = char >= "\u0300" && ATTACHED.test(char) ? 1 : 0;
    }
    index += char.length;
  }
  if (cluster !== "") yield toGlyph(cluster, start);
}

function belongs(cluster: string, char: string): boolean {
  if (char < "\u0300" || cluster < " ") return false;
  return isAttached(char, cluster);
}

/** Whether `char` belongs to the character that `before` ends with. */
export function isAttached(char: string, before: string): boolean {
  return ATTACHED.test(char) || before.endsWith(JOINER);
}

function toGlyph(cluster: string, index: number): Glyph {
  if (cluster.length === 1 && cluster >= " " && cluster <= "~") {
    return { text: cluster, width: 1, index };
  }
  // A mark that starts a text would join what stands before it on the screen.
  const text = printable(ATTACHED.test(firstOf(cluster)) ? `\u25cc${cluster}` : cluster);
  return { text, width: mostColumns(text), index };
}

function firstOf(cluster: string): string {
  return String.fromCodePoint(cluster.codePointAt(0)!);
}

function mostColumns(text: string): number {
  let sum = 0;
  for (const char of text) sum += NO_COLUMN.test(char) ? 0 : columnsOf(char.codePointAt(0)!);
  return Math.max(text.includes(EMOJI_STYLE) ? 2 : 1, sum);
}

/** The text printable and cut to at most `columns`, with `…` for what was cut off at the end. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (text.length <= columns && ASCII.test(text)) return text;
  let out = "";
  let width = 0;
  let fits = ""; // what leaves room for the sign
  for (const glyph of glyphs(text)) {
    if (width + glyph.width > columns) return `${fits}…`;
    out += glyph.text;
    width += glyph.width;
    if (width < columns) fits = out;
  }
  return out;
}

/** The text printable and cut to at most `columns` from its beginning, with `…` for what was cut off. */
export function clipStart(text: string, columns: number): string {
  if (columns <= 0) return "";
  const all = [...glyphs(text)];
  let width = 0;
  for (const glyph of all) width += glyph.width;
  if (width <= columns) return all.map((glyph) => glyph.text).join("");
  let first = 0;
  while (width > columns - 1) width -= all[first++]!.width;
  return `…${all.slice(first).map((glyph) => glyph.text).join("")}`;
}
