/** Reads a pattern code point by code point. */
import { PatternError } from "./syntax.ts";

/** A place in a pattern that moves forward. */
export class Reader {
  readonly #chars: readonly string[];
  #at = 0;

  /** A reader at the start of `pattern`. */
  constructor(pattern: string) {
    this.#chars = Array.from(pattern);
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.#at >= this.#chars.length;
  }

  /** The next character, or the one `ahead` of it; empty at the end. */
  peek(ahead = 0): string {
    return this.#chars[this.#at + ahead] ?? "";
  }

  /** Takes the next character. @throws {PatternError} at the end */
  next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new PatternError("it ends in the middle");
    this.#at++;
    return char;
  }

  /** Takes `text` if it comes next. */
  take(text: string): boolean {
    const chars = Array.from(text);
    if (!chars.every((char, i) => this.#chars[this.#at + i] === char)) return false;
    this.#at += chars.length;
    return true;
  }

  /** Takes everything up to `end`, and `end`; `undefined`, taking nothing, if there is none. */
  takeUntil(end: string): string | undefined {
    const chars = Array.from(end);
    for (let i = this.#at; i + chars.length <= this.#chars.length; i++) {
      if (!chars.every((char, k) => this.#chars[i + k] === char)) continue;
      const taken = this.#chars.slice(this.#at, i).join("");
      this.#at = i + chars.length;
      return taken;
    }
    return undefined;
  }

  /** Passes blanks and comments, which mean nothing with the flag x. */
  skipBlanks(verbose: boolean): void {
    while (verbose && !this.isAtEnd) {
      if (/\s/u.test(this.peek())) this.#at++;
      else if (this.peek() === "#") this.takeUntil("\n") ?? (this.#at = this.#chars.length);
      else return;
    }
  }
}
