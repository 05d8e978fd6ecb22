/** One entry a line as JSON: what `rr export` writes and `rr import --from jsonl` reads back whole. */
import { decode } from "../../base/bytes.ts";
import type { Entry } from "../../history/entry.ts";
import { checkEntry } from "../../history/check_entry.ts";
import { lineEnd } from "./byte_lines.ts";
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
    const text = decode(bytes.subarray(start, end));
    line++;
    start = end + 1;
    if (text.trim() !== "") yield entryOf(text, line);
  }
}

function entryOf(text: string, line: number): Entry | BrokenRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { broken: "not JSON", at: line };
  }
  if (typeof value !== "object" || value === null) return { broken: "not an object", at: line };
  const json = value as Record<keyof JsonEntry, unknown>;
  try {
    return checkEntry({
      id: json.id,
      deviceId: json.device_id,
      userId: json.user_id,
      startedAtMs: json.started_at_ms,
      command: json.command,
      cwd: json.cwd,
      exitCode: json.exit_code,
      durationMs: json.duration_ms,
      shell: json.shell,
      hostname: json.hostname,
      version: json.version,
      session: json.session,
    });
  } catch (error) {
    return { broken: (error as Error).message, at: line };
  }
}
