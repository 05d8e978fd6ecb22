/**
 * What a shell's widgets ask the daemon for: fields, each with a NUL behind it, which shells can write
 * and read without a process and no command can hold.
 *
 *     -> TOKEN                     who may ask
 *     <- TOKEN                     who answers; a stranger at our port does not know it
 *     -> pick TTY DEVICE:INODE COLUMNS ROWS TERM SESSION CWD FLAGS QUERY
 *     <- ok | no                   nothing was touched yet; `no`: open a picker of your own
 *     -> go                        the shell still waits
 *     <- here                      from now on the terminal is the daemon's
 *     <- .                         now and then: a sign of life
 *     <- =ANSWER                   the terminal is the shell's again
 *
 * or one of these, after which the daemon hangs up:
 *
 *     -> ingest                    <- ok once what was recorded is in the history
 *     -> suggest SESSION CWD TEXT  <- =COMMAND the likeliest that begins with TEXT, or = alone
 *     -> earlier SESSION TEXT SKIP <- =COMMAND for some that begin with TEXT, newest first, and a dot
 *
 * An older daemon hangs up without an answer where it does not know the word.
 */
import { RrError } from "../base/rr_error.ts";

/** A terminal of a shell, and what the picker on it is opened for. */
export interface PickRequest {
  /** Path of the terminal. */
  readonly tty: string;
  /** `device:inode` of it, as the shell sees it: in another mount namespace the path is another's. */
  readonly identity: string;
  readonly columns: number;
  readonly rows: number;
  readonly term: string;
  readonly session: string;
  readonly cwd: string;
  /** For the Up key. */
  readonly up: boolean;
  /** `NO_COLOR` is set. */
  readonly noColour: boolean;
  /** The name of the shell's locale; empty if it has none, `undefined` if it did not say. */
  readonly locale: string | undefined;
  /** The terminal is a window of tmux. */
  readonly inTmux: boolean;
  /** What that tmux is reached by (`TMUX`); `undefined` if the hook is an older one. */
  readonly tmux: string | undefined;
  /** The widget takes what was typed behind the choice. */
  readonly ahead: boolean;
  readonly query: string;
}

/** Asks for what may be wanted on a prompt. */
export interface SuggestRequest {
  readonly session: string;
  readonly cwd: string;
  /** What the line holds. */
  readonly text: string;
}

/** Asks for what was run before. */
export interface EarlierRequest {
  readonly session: string;
  /** What the commands begin with. */
  readonly text: string;
  /** How many of them the shell has. */
  readonly skip: number;
}

/** One question. */
export type ShellRequest =
  | { readonly verb: "pick"; readonly pick: PickRequest }
  | { readonly verb: "suggest"; readonly suggest: SuggestRequest }
  | { readonly verb: "earlier"; readonly earlier: EarlierRequest }
  | { readonly verb: "ingest" };

/** Fields behind the verb. */
export const FIELDS: Readonly<Record<ShellRequest["verb"], number>> = {
  pick: 9,
  suggest: 3,
  earlier: 3,
  ingest: 0,
};
/** Longest field in bytes: a folder has 4,096 at most, a query far fewer. */
export const MAX_FIELD_BYTES = 16_384;
/** What stands before the locale among the flags. */
const LOCALE = "locale=";
/** Before the way to tmux; one with a blank in it is cut there, and leads nowhere. */
const TMUX = "tmux=";
/** Sizes beyond this are no terminal's. */
const MAX_CELLS = 10_000;

/** @throws {RrError} `invalid` if the fields are no request */
export function parseShellRequest(verb: string, fields: readonly string[]): ShellRequest {
  if (!isVerb(verb) || fields.length !== FIELDS[verb]) {
    throw new RrError("invalid", "Cannot read the shell's request: it is none");
  }
  switch (verb) {
    case "ingest":
      return { verb };
    case "suggest": {
      const [session, cwd, text] = fields as [string, string, string];
      return { verb, suggest: { session, cwd, text } };
    }
    case "earlier": {
      const [session, text, skip] = fields as [string, string, string];
      return { verb, earlier: { session, text, skip: count(skip) } };
    }
    case "pick":
      return { verb, pick: parsePick(fields) };
  }
}

function isVerb(word: string): word is ShellRequest["verb"] {
  return Object.hasOwn(FIELDS, word);
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new RrError("invalid", "Cannot tell how many commands the shell has");
  }
  return Number(text);
}

function parsePick(fields: readonly string[]): PickRequest {
  const [tty, identity, columns, rows, term, session, cwd, flags, query] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!/^\d+:\d+$/.test(identity)) {
    throw new RrError("invalid", "Cannot tell which terminal the shell has");
  }
  const words = flags.split(" ");
  return {
    tty,
    identity,
    columns: cells(columns, 80),
    rows: cells(rows, 24),
    term,
    session,
    cwd,
    up: words.includes("--up"),
    noColour: words.includes("no-colour"),
    locale: valueOf(words, LOCALE),
    inTmux: words.includes("tmux"),
    tmux: valueOf(words, TMUX),
    ahead: words.includes("--ahead"),
    query,
  };
}

function valueOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(name))?.slice(name.length);
}

function cells(text: string, usual: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < MAX_CELLS ? value : usual;
}
