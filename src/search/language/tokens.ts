/** A query line cut into words. */

/** A word, and where it stands. */
export interface Token {
  /** As meant: without the backslashes before blanks. */
  readonly text: string;
  /** First UTF-16 unit, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** The words of a line; a backslash before a blank makes it a part of the word. */
export function tokensOf(line: string): Token[] {
  return Array.from(line.matchAll(/(?:\\\s|\S)+/gu), (match) => ({
    text: meant(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** A word that was typed in a line, without the backslashes before blanks. */
export function meant(word: string): string {
  return word.replace(/\\(\s)/g, "$1");
}

/** A word as it has to be typed in a line. */
export function quoted(word: string): string {
  return word.replace(/\s/g, "\\$&");
}
