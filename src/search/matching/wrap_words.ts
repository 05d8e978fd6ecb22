import { textWidth } from "./glyphs.ts";

/** A sentence broken between words, so that no line is wider if no word is. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && textWidth(line) <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}
