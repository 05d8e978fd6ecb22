/** The text of a help as the terminal is wide: it is written for wide ones. */
import { folded, type Width } from "./fold.ts";

/** Lines of more are tiring to read, however wide the terminal is. */
const MOST_COLUMNS = 100;

/** A name and, behind two blanks or more, what it is. */
const TWO_COLUMNS = /^ +\S(?:.*?\S)? {2,}(?=\S)/;

/** How wide a help is on that output; `undefined` where it is no terminal: as it is written. */
export function helpColumns(output: Width): number | undefined {
  const columns = output.columns();
  return columns === undefined ? undefined : Math.min(columns, MOST_COLUMNS);
}

/**
 * Paragraphs, which are lines that are not indented, filled anew; rows of a table hang below their second
 * column. Other indented lines stay, as they are examples to copy.
 */
export function reflowed(text: string, columns: number): string {
  const output = { columns: () => columns };
  return paragraphs(text.split("\n")).map((line) => {
    const row = TWO_COLUMNS.exec(line)?.[0];
    if (row === undefined && line.startsWith(" ")) return line;
    return folded(output, line, row?.length ?? 0);
  }).join("\n");
}

/** The lines, those of one paragraph as one; what ends in a colon heads what follows. */
export function paragraphs(lines: readonly string[]): string[] {
  const out: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    const isText = line !== "" && !line.startsWith(" ");
    if (isText && isOpen) out.push(`${out.pop()} ${line}`);
    else out.push(line);
    isOpen = isText && !line.endsWith(":");
  }
  return out;
}
