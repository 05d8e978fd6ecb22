/** What a pattern is made of, between the parser and the compiler. */

/** Whether a class of characters holds a code point. */
export type CharTest = (codePoint: number) => boolean;

/** A condition on a place between two characters. */
export type Place =
  | "text-start"
  | "text-end"
  | "line-start"
  | "line-end"
  | "crlf-start"
  | "crlf-end"
  | "word-boundary"
  | "no-word-boundary"
  | "word-start"
  | "word-end"
  | "word-start-half"
  | "word-end-half";

/** A part of a pattern. */
export type Node =
  | { readonly kind: "empty" }
  | { readonly kind: "char"; readonly test: CharTest }
  | { readonly kind: "place"; readonly place: Place; readonly isWord: CharTest }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly parts: readonly Node[] }
  /** `most` may be Infinity. Greed changes which match is found, never whether there is one. */
  | {
    readonly kind: "repeat";
    readonly part: Node;
    readonly least: number;
    readonly most: number;
  };

/** What flags such as `(?i)` switch on or off. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly crlf: boolean;
  readonly verbose: boolean;
  readonly unicode: boolean;
}

/** A pattern that cannot be used. */
export class PatternError extends Error {
  /** `reason` completes "cannot use the pattern: ...". */
  constructor(reason: string) {
    super(reason);
    this.name = "PatternError";
  }
}
