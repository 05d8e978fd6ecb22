/** An entry to its eleven fields on the wire and back. */
import type { Entry } from "../history/entry.ts";
import {
  checkEntry,
  EntryError,
  MAX_STARTED_AT_MS,
  MIN_STARTED_AT_MS,
} from "../history/check_entry.ts";
import { MAX_REJECTED, MAX_SHOWN_ID_CHARS } from "./limits.ts";
import type { RejectedEntry } from "../swarm/messages.ts";
import { WireError } from "./wire_error.ts";
import { decodeTime, encodeTime, type WireTime } from "./wire_time.ts";

/** The fields in the order in which the original writes them. */
export interface WireEntry {
  readonly entry_id: string;
  readonly device_id: string;
  readonly user_id: string;
  readonly ts: WireTime;
  readonly cmd: string;
  readonly cwd: string;
  readonly exit_code: number;
  readonly duration_ms: number;
  readonly shell: string;
  readonly hostname: string;
  readonly version: string;
}

/** What a batch of entries from a peer comes to. */
export interface DecodedEntries {
  readonly entries: Entry[];
  readonly rejected: RejectedEntry[];
  readonly firstId?: string;
  readonly lastId?: string;
}

/**
 * The entry as the wire has it, or `undefined` if a number of it does not fit there: the original
 * would refuse the whole message for it. Such rows can stand in a database that others write to.
 */
export function encodeEntry(entry: Entry): WireEntry | undefined {
  const { startedAtMs, exitCode, durationMs } = entry;
  if (!(startedAtMs >= MIN_STARTED_AT_MS && startedAtMs <= MAX_STARTED_AT_MS)) return undefined;
  if ((exitCode | 0) !== exitCode || !Number.isSafeInteger(durationMs)) return undefined;
  return {
    entry_id: wellFormed(entry.id),
    device_id: wellFormed(entry.deviceId),
    user_id: wellFormed(entry.userId),
    ts: encodeTime(startedAtMs),
    cmd: wellFormed(entry.command),
    cwd: wellFormed(entry.cwd),
    exit_code: exitCode,
    duration_ms: durationMs,
    shell: wellFormed(entry.shell),
    hostname: wellFormed(entry.hostname),
    version: wellFormed(entry.version),
  };
}

// JSON.stringify() writes a lone surrogate as `\ud800`, for which the original refuses the message.
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/**
 * Reads the entries of a message, or of a part of one; one that breaks a rule does not keep the others out.
 *
 * @param mostRejected how many may break a rule
 * @throws {WireError} `too-large`, if more do
 */
export function decodeEntries(
  values: readonly unknown[],
  mostRejected: number = MAX_REJECTED,
): DecodedEntries {
  const entries: Entry[] = [];
  const rejected: RejectedEntry[] = [];
  for (const value of values) {
    try {
      entries.push(decodeEntry(value));
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      rejected.push({ id: shownId(value), reason: error.message });
      if (rejected.length > mostRejected) {
        throw new WireError("too-large", "message too large: entries that break a rule");
      }
    }
  }
  const firstId = shownId(values[0]);
  const lastId = shownId(values.at(-1));
  return {
    entries,
    rejected,
    ...(firstId === undefined ? {} : { firstId }),
    ...(lastId === undefined ? {} : { lastId }),
  };
}

function decodeEntry(value: unknown): Entry {
  if (typeof value !== "object" || value === null) throw new EntryError("id", "an object");
  const wire = value as { readonly [K in keyof WireEntry]?: unknown };
  const startedAtMs = decodeTime(wire.ts);
  if (startedAtMs === undefined) {
    throw new EntryError("startedAtMs", "a time as nine integers, each in its range");
  }
  if (Object.is(wire.exit_code, -0)) throw new EntryError("exitCode", "an integer, not -0");
  if (Object.is(wire.duration_ms, -0)) throw new EntryError("durationMs", "an integer, not -0");
  return checkEntry({
    id: wire.entry_id,
    deviceId: wire.device_id,
    userId: wire.user_id,
    startedAtMs,
    command: wire.cmd,
    cwd: wire.cwd,
    exitCode: wire.exit_code,
    durationMs: wire.duration_ms,
    shell: wire.shell,
    hostname: wire.hostname,
    version: wire.version,
  });
}

/** The id of a value from a peer, if it has one: cut, and safe to print on one line. */
function shownId(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const id = (value as { entry_id?: unknown }).entry_id;
  if (typeof id !== "string" || id === "") return undefined;
  // Controls, and the marks that reorder text: both can forge lines of a log.
  return id.slice(0, MAX_SHOWN_ID_CHARS).toWellFormed().replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    "?",
  );
}
