/**
 * Rows of the databases of atuin, hishtory and rustory itself to drafts and entries. A query is made
 * for the columns that the table has; `src/import/import_history.ts` runs it.
 */
import type { Entry, EntryDraft } from "../../history/entry.ts";
import { checkEntry } from "../../history/check_entry.ts";
import { rowTimeMs } from "../../history/row_time.ts";
import { cleanFolder } from "../../base/folder.ts";
import { UNKNOWN_EXIT } from "../../history/run_filter.ts";
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

/** A draft that brings its own id, so that two devices that import one synced history agree on it. */
export interface IdentifiedDraft extends EntryDraft {
  /** The other program's UUID, lower case with hyphens; `undefined` if it has none. */
  readonly id: string | undefined;
}

/**
 * atuin's client database. Times are nanoseconds, beyond what a JavaScript number holds; -1 stands for
 * a command that never ended. What was deleted stays deleted.
 */
export function atuinQuery(has: readonly string[]): RowQuery {
  return {
    columns: {
      ...plain(has, ["id", "exit", "command", "cwd", "session", "hostname", "shell"]),
      started_at_ms: has.includes("timestamp") ? "timestamp / 1000000" : "NULL",
      in_second: has.includes("timestamp") ? "timestamp % 1000000000" : "0",
      duration_ms: has.includes("duration") ? "max(duration, 0) / 1000000" : "NULL",
    },
    where: has.includes("deleted_at") ? "deleted_at IS NULL" : undefined,
    order: has.includes("timestamp") ? "timestamp" : undefined,
  };
}

/** A row of {@linkcode atuinQuery}. */
export function parseAtuinRow(row: Row, at: number): IdentifiedDraft | BrokenRecord {
  const broken = tooLarge(row, at);
  if (broken !== undefined) return broken;
  if (typeof row.command !== "string") return { broken: "expected the command as text", at };
  const cwd = cleanFolderOf(row.cwd);
  // Where a shell's file had no times it counted milliseconds; times of a file are whole seconds.
  const isMadeUp = cwd === undefined && row.in_second !== 0;
  return {
    id: uuidOf(row.id),
    startedAtMs: isMadeUp ? undefined : millisOf(row.started_at_ms),
    command: row.command,
    durationMs: integerOf(row.duration_ms),
    exitCode: atuinExit(row.exit, row.cwd),
    cwd,
    // Written as "host:user".
    hostname: textOf(row.hostname)?.replace(/:[^:]*$/, ""),
    session: textOf(row.session),
    shell: textOf(row.shell),
  };
}

// -1 is atuin's "not known": it imported the command, or never saw it end. Where the folder is not known
// either, that alone tells; else the status has to.
function atuinExit(exit: unknown, cwd: unknown): number | undefined {
  const code = integerOf(exit);
  return code === UNKNOWN_EXIT && cleanFolderOf(cwd) === undefined ? undefined : code;
}

/** hishtory's client database. Ids came later, and older rows have none. */
export function hishtoryQuery(has: readonly string[]): RowQuery {
  const names = ["hostname", "command", "current_working_directory", "home_directory"];
  return {
    columns: {
      ...plain(has, [...names, "exit_code", "start_time", "end_time", "entry_id"]),
    },
    order: has.includes("start_time") ? "start_time" : undefined,
  };
}

/** A row of {@linkcode hishtoryQuery}. */
export function parseHishtoryRow(row: Row, at: number): IdentifiedDraft | BrokenRecord {
  const broken = tooLarge(row, at);
  if (broken !== undefined) return broken;
  if (typeof row.command !== "string") return { broken: "expected the command as text", at };
  // What it took from a shell's file has no folder, and times that it made up.
  const isMadeUp = row.current_working_directory === "Unknown";
  const startedAtMs = isMadeUp ? undefined : goTimeMs(row.start_time);
  const endedAtMs = goTimeMs(row.end_time);
  const ranMs = startedAtMs === undefined || endedAtMs === undefined ? 0 : endedAtMs - startedAtMs;
  // What is still running, or never came back, was noted when it began.
  const isOpen = startedAtMs !== undefined && endedAtMs === undefined;
  const home = textOf(row.home_directory);
  const cwd = cleanFolderOf(row.current_working_directory);
  return {
    id: uuidOf(row.entry_id),
    startedAtMs,
    command: row.command,
    durationMs: Math.max(0, ranMs),
    exitCode: isOpen ? undefined : integerOf(row.exit_code),
    cwd: home !== undefined && cwd !== undefined ? withHome(cwd, home) : cwd,
    hostname: textOf(row.hostname),
  };
}

// hishtory shortens the home folder, and writes "~/" for the folder itself.
function withHome(cwd: string, home: string): string {
  return /^~(\/|$)/.test(cwd) ? cleanFolder(home + cwd.slice(1)) : cwd;
}

// What mcfly took from a file of zsh or bash has the moment in which it did so for all of it.
const MADE_UP = `session_id = 'IMPORTED' AND (SELECT count(*) > 1 AND min(when_run) = max(when_run)
  FROM commands WHERE session_id = 'IMPORTED')`;

/** mcfly's database. It has no ids, and times in whole seconds. */
export function mcflyQuery(has: readonly string[]): RowQuery {
  return {
    columns: {
      ...plain(has, ["cmd", "when_run", "exit_code", "dir", "session_id"]),
      made_up: has.includes("session_id") && has.includes("when_run") ? MADE_UP : "0",
    },
    order: ["when_run", "id"].filter((name) => has.includes(name)).join(", ") || undefined,
  };
}

/** A row of {@linkcode mcflyQuery}. */
export function parseMcflyRow(row: Row, at: number): EntryDraft | BrokenRecord {
  const broken = tooLarge(row, at);
  if (broken !== undefined) return broken;
  if (typeof row.cmd !== "string") return { broken: "expected the command as text", at };
  const cwd = cleanFolderOf(row.dir);
  const seconds = integerOf(row.when_run);
  return {
    startedAtMs: seconds === undefined || row.made_up === 1 ? undefined : millisOf(seconds * 1000),
    command: row.cmd,
    // What mcfly took from a shell's file has no folder, and a status of 0 that nobody saw.
    exitCode: cwd === undefined ? undefined : integerOf(row.exit_code),
    cwd,
    session: textOf(row.session_id)?.replace(/^IMPORTED$/, "") || undefined,
  };
}

/** A history database of the original or of this program, which adds two columns. */
export function rustoryQuery(has: readonly string[]): RowQuery {
  const names = ["entry_id", "device_id", "user_id", "ts", "cmd", "cwd", "exit_code"];
  return {
    columns: {
      ...plain(has, [...names, "duration_ms", "shell", "hostname", "version", "ts_ms", "session"]),
    },
    order: has.includes("ingest_seq") ? "ingest_seq" : undefined,
  };
}

/** A row of {@linkcode rustoryQuery}: a whole entry, which keeps its id, device and user. */
export function parseRustoryRow(row: Row, at: number): Entry | BrokenRecord {
  const broken = tooLarge(row, at);
  if (broken !== undefined) return broken;
  try {
    return checkEntry({
      id: row.entry_id,
      deviceId: row.device_id,
      userId: row.user_id,
      startedAtMs: rowTimeMs(row.ts, row.ts_ms),
      command: row.cmd,
      cwd: row.cwd,
      exitCode: row.exit_code,
      durationMs: row.duration_ms,
      shell: row.shell,
      hostname: row.hostname,
      version: row.version,
      session: textOf(row.session),
    });
  } catch (error) {
    return { broken: (error as Error).message, at };
  }
}

// atuin writes UUIDs without hyphens.
function uuidOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const hex = value.replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Go's drivers write "2024-01-02 03:04:05.123456789-07:00"; the year 1 is Go's "not set".
const GO_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?\d*\s*(Z|[+-]\d\d:?\d\d)?/;

function goTimeMs(value: unknown): number | undefined {
  const match = typeof value === "string" ? GO_TIME.exec(value) : null;
  if (match === null) return undefined;
  const zone = (match[4] ?? "Z").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ""}${zone}`);
  return ms > 0 ? ms : undefined;
}
