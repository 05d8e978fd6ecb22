/** What the words of a search mean for one text. */

/** What a text must contain. */
export interface Words {
  /** Every one of them must occur; none means every text matches. */
  readonly words: readonly string[];
  /** @default {false} */
  readonly caseSensitive?: boolean | undefined;
}

/** A test for one text. */
export function textTest({ words, caseSensitive = false }: Words): (text: string) => boolean {
  if (words.length === 0) return () => true;
  if (caseSensitive) return (text) => words.every((word) => text.includes(word));
  const lower = words.map((word) => word.toLowerCase());
  return (text) => {
    const low = text.toLowerCase();
    return lower.every((word) => low.includes(word));
  };
}

// deno-lint-ignore no-control-regex -- the range of ASCII
const NON_ASCII = /[^\x00-\x7f]/;

/** Whether the word can be looked for byte by byte, with the case of 26 letters to be ignored. */
export function isAscii(word: string): boolean {
  return !NON_ASCII.test(word);
}
