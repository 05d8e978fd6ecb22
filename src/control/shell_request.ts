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
 * or `ingest`, answered by `ok` once what was recorded is in the history.
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
  readonly query: string;
}

/** One question. */
export type ShellRequest = { readonly verb: "pick"; readonly pick: PickRequest } | {
  readonly verb: "ingest";
};

/** Fields behind the verb. */
export const FIELDS: Readonly<Record<ShellRequest["verb"], number>> = { pick: 9, ingest: 0 };
/** Longest field in bytes: a folder has 4,096 at most, a query far fewer. */
export const MAX_FIELD_BYTES = 16_384;
/** Sizes beyond this are no terminal's. */
const MAX_CELLS = 10_000;

/** @throws {RrError} `invalid` if the fields are no request */
export function parseShellRequest(verb: string, fields: readonly string[]): ShellRequest {
  if (verb === "ingest") return { verb };
  if (verb !== "pick" || fields.length !== FIELDS.pick) {
    throw new RrError("invalid", "Cannot read the shell's request: it is none");
  }
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
    verb,
    pick: {
      tty,
      identity,
      columns: cells(columns, 80),
      rows: cells(rows, 24),
      term,
      session,
      cwd,
      up: words.includes("--up"),
      noColour: words.includes("no-colour"),
      query,
    },
  };
}

function cells(text: string, usual: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < MAX_CELLS ? value : usual;
}
