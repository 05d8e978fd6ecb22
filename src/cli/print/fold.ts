/** Sentences on a terminal: broken between words, so that the terminal does not break them within one. */
import type { Output } from "../../base/world.ts";
import { columnsOf } from "../../search/columns.ts";

/** Where a text goes, as far as its width matters. */
export type Width = Pick<Output, "columns">;

/** Fewest columns that are left for what hangs below a long head; on narrower terminals it moves left. */
const LEAST_ROOM = 30;
/** However narrow the terminal is: behind `warn: `. */
const LABEL = 6;
/** How far a line goes in that goes on, behind what the first one goes in. */
const FURTHER = 2;

/** A word with the blanks before it; what stands in backquotes is to be copied, and is one word. */
const WORD = /( *)((?:`[^`\n]*`|[^ \n])+)/g;
/** What an item of a list begins with. */
const BULLET = /^ *(?:- |-> )?/;
// deno-lint-ignore no-control-regex -- colours, which take no column
const COLOUR = /\x1b\[[0-9;]*m/g;

/**
 * The text as it fits the terminal: lines that go on hang `indent` columns in, by default below the text of
 * an item of a list, or a little. As it is where the output is no terminal, or one that tells no width.
 */
export function folded(output: Width, text: string, indent?: number): string {
  const columns = output.columns();
  if (columns === undefined || columns < LEAST_COLUMNS) return text;
  return text.split("\n").map((line) => foldedLine(line, columns, indent)).join("\n");
}

/** On fewer there is nothing to be gained. */
const LEAST_COLUMNS = 20;

function foldedLine(line: string, columns: number, indent?: number): string {
  if (line.length <= columns && widthOf(line) <= columns) return line;
  const item = BULLET.exec(line)![0];
  const wanted = indent ?? (item.trim() === "" ? item.length + FURTHER : item.length);
  const hang = Math.min(wanted, Math.max(LABEL, columns - LEAST_ROOM));
  let out = "";
  let width = 0;
  for (const [, gap = "", word = ""] of line.matchAll(WORD)) {
    const wide = widthOf(word);
    const fits = width + gap.length + wide <= columns;
    // What is too wide for any line stays where it is.
    const breaks = !fits && out.trim() !== "" && wide <= columns - hang;
    out += breaks ? `\n${" ".repeat(hang)}${word}` : gap + word;
    width = breaks ? hang + wide : width + gap.length + wide;
  }
  return out + (/ +$/.exec(line)?.[0] ?? "");
}

/** At least as many columns as the text takes. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replace(COLOUR, "")) width += columnsOf(char.codePointAt(0)!);
  return width;
}
