/** What SQLite reports, in our words. */
import { RrError, type RrErrorCode, toError } from "../../base/rr_error.ts";

interface Known {
  /** Primary result code; Node gives it as `errcode`. */
  readonly code: number;
  /** Part of SQLite's own sentence; Deno gives nothing else. */
  readonly text: RegExp;
  readonly as: RrErrorCode;
  readonly say: string;
  readonly hint: string;
}

const TRY_AGAIN = "Another rr is writing to it; try again in a moment";
// A write-ahead log needs memory that processes share, which these do not have.
const NETWORK_DISK =
  "if the folder is on a network or FUSE file system (NFS, SMB, sshfs), set db_path to a local disk";
const KNOWN: readonly Known[] = [
  {
    code: 5,
    text: /database is locked/,
    as: "busy",
    say: "another process is writing to it",
    hint: TRY_AGAIN,
  },
  {
    code: 6,
    text: /table is locked/,
    as: "busy",
    say: "another statement is using it",
    hint: TRY_AGAIN,
  },
  {
    code: 26,
    text: /not a database/,
    as: "database",
    say: "it is not an SQLite database",
    hint: "It was left as it is: name another file with --db-path, or move this one away",
  },
  {
    code: 11,
    text: /malformed/,
    as: "database",
    say: "it is damaged",
    hint:
      "It was left as it is. If it is the history of rr, `rr doctor` says how to save what is in it",
  },
  {
    code: 13,
    text: /is full/,
    as: "io",
    say: "the disk is full or the largest allowed size is reached",
    hint: "Free some space; nothing of this change was stored",
  },
  {
    code: 8,
    text: /readonly database/,
    as: "io",
    say: "it may not be written to",
    hint:
      "Check the owner and the permissions of the file and of its folder, and whether its file " +
      "system is mounted read-only, as after a fault of the disk",
  },
  {
    code: 14,
    text: /unable to open/,
    as: "io",
    say: "it cannot be opened",
    hint: "Check the path, and the owner and the permissions of the file and of its folder; " +
      NETWORK_DISK,
  },
  {
    code: 15,
    text: /locking protocol/,
    as: "database",
    say: "its file system does not lock files as it should",
    hint: NETWORK_DISK,
  },
  {
    code: 10,
    text: /disk I\/O error/,
    as: "io",
    say: "the disk reports an error or has no room",
    hint: `Check the free space and the health of the disk; ${NETWORK_DISK}`,
  },
];

/**
 * The error for a failed call on the database at `path`; `tried` completes "Cannot ...".
 *
 * Never holds values of the statement: they are somebody's commands.
 */
export function databaseError(error: unknown, tried: string, path: string): RrError {
  if (error instanceof RrError) return error;
  const { message } = toError(error);
  const primary = primaryCode(error);
  const known = KNOWN.find((k) =>
    primary === undefined ? k.text.test(message) : k.code === primary
  );
  const say = known?.say ?? message;
  return new RrError(known?.as ?? "database", `Cannot ${tried} the database "${path}": ${say}`, {
    cause: error,
    ...(known === undefined ? {} : { hint: known.hint }),
  });
}

/** The error for a path at which there is a folder or a device; `tried` completes "Cannot ...". */
export function notRegular(tried: string, path: string): RrError {
  return new RrError(
    "database",
    `Cannot ${tried} the database "${path}": it is not a regular file`,
    {
      hint: "Move away what is there, or name a file",
    },
  );
}

/** Whether a call failed since a row breaks a constraint, such as an id that is there already. */
export function isConstraint(error: unknown): boolean {
  return error instanceof RrError && primaryCode(error.cause) === CONSTRAINT;
}

const CONSTRAINT = 19;

/** Whether a call failed since a page of the file is damaged. */
export function isDamaged(error: unknown): boolean {
  return error instanceof RrError && (primaryCode(error.cause) === CORRUPT ||
    error.cause instanceof Error && /malformed/.test(error.cause.message));
}

const CORRUPT = 11;

function primaryCode(error: unknown): number | undefined {
  const errcode = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}
