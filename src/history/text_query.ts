/** What is looked for in the text of commands, in a form that a reader of many of them can use. */
export interface TextQuery {
  /**
   * In lower case and ASCII; a text that matches holds each of these with ASCII letters in any case, or
   * has a character beyond ASCII.
   */
  readonly literals: readonly string[];
  /** A text that matches has a character beyond ASCII. */
  readonly beyondAscii: boolean;
  /** Whether a text matches. */
  test(text: string): boolean;
}
