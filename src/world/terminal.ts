/**
 * The terminal that a person sits at: keys come from stdin, or from `/dev/tty` where stdin is something
 * else (zsh gives `/dev/null` to what a key starts); the drawing goes to stderr, so that stdout stays
 * free for the answer.
 */

/** A terminal in use. */
export interface Terminal {
  /** Width and height in cells, as the terminal says; 0 where it does not know. */
  size(): { readonly columns: number; readonly rows: number };
  /** Hands over every key as it is pressed, without echo or signals; `false` puts back what was. */
  setRaw(on: boolean): void;
  /** The next bytes typed, as soon as there are any; `undefined` once the terminal is closed. */
  read(): Promise<Uint8Array | undefined>;
  /** Bytes that have come and that {@linkcode read} was not asked for. */
  unread(): Uint8Array;
  /** Draws. A terminal that is gone is ignored: {@linkcode read} tells. */
  write(text: string): void;
  /** Lets keys and signals come in between two pieces of work; some microseconds. */
  breathe(): Promise<void>;
  /** Stops reading. What was typed and not read is left for the shell. */
  close(): void;
}

/** Where keys come from if stdin is not a terminal. */
export const TERMINAL_FILE = "/dev/tty";
