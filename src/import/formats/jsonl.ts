/** One entry a line as JSON: what `rr export` writes and `rr import --from jsonl` reads back whole. */
import { decode } from "../../base/bytes.ts";
import type { Entry } from "../../history/entry.ts";
import { JsonCostError, readJson } from "../../base/json_cost.ts";
import { checkEntry, EntryError } from "../../history/check_entry.ts";
import { lineEnd, UNCHECKED_JSON_BYTES } from "./byte_lines.ts";
import type { BrokenRecord } from "../../shell/broken_record.ts";

/** An entry with the field names of the file format. */
export interface JsonEntry {
  readonly id: string;
  readonly device_id: string;
  readonly user_id: string;
  readonly started_at_ms: number;
  readonly command: string;
  readonly cwd: string;
  readonly exit_code: number;
  readonly duration_ms: number;
  readonly shell: string;
  readonly hostname: string;
  readonly version: string;
  readonly session?: string;
}

/** An entry as it is written. */
export function entryToJson(entry: Entry): JsonEntry {
  return {
    id: entry.id,
    device_id: entry.deviceId,
    user_id: entry.userId,
    started_at_ms: entry.startedAtMs,
    command: entry.command,
    cwd: entry.cwd,
    exit_code: entry.exitCode,
    duration_ms: entry.durationMs,
    shell: entry.shell,
    hostname: entry.hostname,
    version: entry.version,
    ...(entry.session === undefined ? {} : { session: entry.session }),
  };
}

/** The entries of a file, every field checked; a line that is not one is broken. */
export function* parseJsonl(bytes: Uint8Array): Generator<Entry | BrokenRecord> {
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start);
    const json = bytes.subarray(start, end);
    line++;
    start = end + 1;
    if (decode(json).trim() !== "") yield entryOf(json, line);
  }
}

function entryOf(json: Uint8Array, line: number): Entry | BrokenRecord {
  let value: unknown;
  try {
    value = readJson(json, UNCHECKED_JSON_BYTES, decode);
  } catch (error) {
    return { broken: error instanceof JsonCostError ? error.message : "not JSON", at: line };
  }
  if (typeof value !== "object" || value === null) return { broken: "not an object", at: line };
  const fields = value as Record<keyof JsonEntry, unknown>;
  try {
    return checkEntry({
      id: fields.id,
      deviceId: fields.device_id,
      userId: fields.user_id,
      startedAtMs: fields.started_at_ms,
      command: fields.command,
      cwd: fields.cwd,
      exitCode: fields.exit_code,
      durationMs: fields.duration_ms,
      shell: fields.shell,
      hostname: fields.hostname,
      version: fields.version,
      session: fields.session,
    });
  } catch (error) {
    const broken = error instanceof EntryError ? saidOfFile(error, fields) : String(error);
    return { broken, at: line };
  }
}

/** What is wrong, by the name that the field has in the file. */
function saidOfFile(
  { field, rule }: EntryError,
  fields: Readonly<Record<string, unknown>>,
): string {
  const key = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return fields[key] === undefined ? `"${key}" is missing` : `"${key}" has to be ${rule}`;
}
