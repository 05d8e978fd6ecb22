/** The one place that bounds every field of an entry, wherever it comes from. */
import type { DeviceId, Entry, EntryId } from "./entry.ts";

/** UUIDs have 36; the rest is room for foreign programs. */
export const MAX_ID_CHARS = 128;
/** Host names have at most 253, device ids are typed by people; also bounds user, shell and version. */
export const MAX_LABEL_CHARS = 1024;
/** `PATH_MAX` is 4096 bytes on Linux, 1024 on macOS; deeper folders exist but are shown by no shell. */
export const MAX_CWD_CHARS = 32_768;
/**
 * Longest command, in UTF-16 units. A pasted here-document may have a megabyte; a push request must
 * stay below 16 MiB on the wire whatever it holds (6 bytes a unit in the worst JSON escape).
 */
export const MAX_COMMAND_CHARS = 1_048_576;
/** Year -9999, the first that the v1 wire and the original's database can hold. */
export const MIN_STARTED_AT_MS = -377_705_116_800_000;
/** The last millisecond of the year 9999, the last that they can hold. */
export const MAX_STARTED_AT_MS = 253_402_300_799_999;

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** A value that came from outside and is not an entry. */
export class EntryError extends Error {
  /** The field that breaks its rule. */
  readonly field: keyof Entry;
  /** What the rule asks for; completes "expected ...". */
  readonly rule: string;

  /** Creates the error for one field. */
  constructor(field: keyof Entry, rule: string) {
    super(`Cannot accept an entry as '${field}' is out of bounds: expected ${rule}`);
    this.name = "EntryError";
    this.field = field;
    this.rule = rule;
  }
}

/**
 * Checks every field of an entry and makes its text well-formed (a lone surrogate becomes U+FFFD,
 * since neither SQLite nor the wire can hold it).
 *
 * A pure function of the entry, the same at every door (record, import, pull, push), so that no
 * device refuses for ever what another keeps.
 *
 * @throws {EntryError} naming the first field that breaks its rule
 */
export function checkEntry(entry: { readonly [K in keyof Entry]: unknown }): Entry {
  const checked: { -readonly [K in keyof Entry]: Entry[K] } = {
    id: checkedId("id", entry.id, MAX_ID_CHARS) as EntryId,
    deviceId: label("deviceId", entry.deviceId) as DeviceId,
    userId: label("userId", entry.userId),
    startedAtMs: integer("startedAtMs", entry.startedAtMs, MIN_STARTED_AT_MS, MAX_STARTED_AT_MS),
    command: text("command", entry.command, MAX_COMMAND_CHARS),
    cwd: text("cwd", entry.cwd, MAX_CWD_CHARS),
    exitCode: integer("exitCode", entry.exitCode, INT32_MIN, INT32_MAX),
    durationMs: integer(
      "durationMs",
      entry.durationMs,
      Number.MIN_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ),
    shell: label("shell", entry.shell),
    hostname: label("hostname", entry.hostname),
    version: label("version", entry.version),
  };
  if (entry.session !== undefined) checked.session = label("session", entry.session);
  return checked;
}

function label(field: keyof Entry, value: unknown): string {
  return text(field, value, MAX_LABEL_CHARS);
}

function text(field: keyof Entry, value: unknown, most: number): string {
  if (typeof value !== "string" || value.length > most) {
    throw new EntryError(field, `text of at most ${most} characters`);
  }
  // A NUL ends the text for every C program that reads the database, the original among them.
  const clean = value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}

// deno-lint-ignore no-control-regex -- exactly these must not pass: ids end up in line-based output
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

function checkedId(field: keyof Entry, value: unknown, most: number): string {
  if (
    typeof value !== "string" || value === "" || value.length > most || CONTROL.test(value) ||
    !value.isWellFormed()
  ) {
    throw new EntryError(field, `1 to ${most} characters without control characters`);
  }
  return value;
}

function integer(field: keyof Entry, value: unknown, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw new EntryError(field, `an integer from ${least} to ${most}`);
  }
  return (value as number) + 0; // -0 becomes 0: JSON would write it as -0 nowhere, but SQLite binds it as a float
}
