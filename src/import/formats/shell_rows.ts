/** Rows of the databases in which shells keep their histories: zsh-histdb, nushell, xonsh. */
import type { EntryDraft } from "../../history/entry.ts";
import type { BrokenRecord } from "../../shell/broken_record.ts";
import {
  cleanFolderOf,
  integerOf,
  millisOf,
  plain,
  type Row,
  type RowQuery,
  textOf,
  tooLarge,
} from "./row_values.ts";

/** zsh-histdb's: commands and places have tables of their own; times and durations are whole seconds. */
export function histdbQuery(has: readonly string[]): RowQuery {
  const command = "(SELECT argv FROM commands WHERE id = command_id)";
  const place = (column: string): string =>
    has.includes("place_id") ? `(SELECT ${column} FROM places WHERE id = place_id)` : "NULL";
  return {
    columns: {
      ...plain(has, ["exit_status", "start_time", "duration"]),
      session: textOfColumn(has, "session"),
      command,
      host: place("host"),
      dir: place("dir"),
    },
    text: command,
    order: has.includes("start_time") ? "start_time, id" : undefined,
  };
}

/** A row of {@linkcode histdbQuery}. */
export function parseHistdbRow(row: Row, at: number): EntryDraft | BrokenRecord {
  const seconds = integerOf(row.duration);
  return drafted(row, at, {
    startedAtMs: secondsOf(row.start_time),
    durationMs: seconds === undefined ? undefined : Math.max(0, seconds * 1000),
    exitCode: integerOf(row.exit_status),
    cwd: cleanFolderOf(row.dir),
    hostname: textOf(row.host),
    session: textOf(row.session),
    shell: "zsh",
  });
}

/** nushell's, where `history.file_format` is `sqlite`; times are milliseconds. */
export function nushellQuery(has: readonly string[]): RowQuery {
  return {
    columns: {
      ...plain(has, ["hostname", "cwd", "exit_status", "start_timestamp"]),
      session_id: textOfColumn(has, "session_id"),
      command: "command_line",
      duration_ms: has.includes("duration_ms") ? "duration_ms" : "NULL",
    },
    order: has.includes("id") ? "id" : undefined,
  };
}

/** A row of {@linkcode nushellQuery}. */
export function parseNushellRow(row: Row, at: number): EntryDraft | BrokenRecord {
  const durationMs = integerOf(row.duration_ms);
  return drafted(row, at, {
    startedAtMs: millisOf(row.start_timestamp),
    durationMs: durationMs === undefined ? undefined : Math.max(0, durationMs),
    exitCode: integerOf(row.exit_status),
    cwd: cleanFolderOf(row.cwd),
    hostname: textOf(row.hostname),
    session: textOf(row.session_id),
    shell: "nushell",
  });
}

/** xonsh's, where `$XONSH_HISTORY_BACKEND` is `sqlite`; times are seconds with fractions. */
export function xonshQuery(has: readonly string[]): RowQuery {
  const ms = (column: string): string =>
    has.includes(column) ? `CAST(${column} * 1000 AS INTEGER)` : "NULL";
  return {
    columns: {
      ...plain(has, ["rtn", "cwd", "sessionid"]),
      command: "inp",
      started_ms: ms("tsb"),
      ended_ms: ms("tse"),
    },
    order: has.includes("tsb") ? "tsb" : undefined,
  };
}

/** A row of {@linkcode xonshQuery}. */
export function parseXonshRow(row: Row, at: number): EntryDraft | BrokenRecord {
  const startedAtMs = millisOf(row.started_ms);
  const endedAtMs = millisOf(row.ended_ms);
  return drafted(row, at, {
    startedAtMs,
    durationMs: startedAtMs === undefined || endedAtMs === undefined
      ? undefined
      : Math.max(0, endedAtMs - startedAtMs),
    exitCode: integerOf(row.rtn),
    cwd: cleanFolderOf(row.cwd),
    session: textOf(row.sessionid),
    shell: "xonsh",
  });
}

function drafted(
  row: Row,
  at: number,
  rest: Omit<EntryDraft, "command">,
): EntryDraft | BrokenRecord {
  const broken = tooLarge(row, at);
  if (broken !== undefined) return broken;
  if (typeof row.command !== "string") return { broken: "expected the command as text", at };
  return { ...rest, command: row.command };
}

function secondsOf(value: unknown): number | undefined {
  const seconds = integerOf(value);
  return seconds === undefined ? undefined : millisOf(seconds * 1000);
}

// nushell's numbers of sessions are nanoseconds, beyond what a JavaScript number holds.
function textOfColumn(has: readonly string[], column: string): string {
  return has.includes(column) ? `CAST(${column} AS TEXT)` : "NULL";
}
