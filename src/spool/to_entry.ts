/** A spool record to the entry it stands for. */
import { type CaptureRules, isHidden } from "../capture/rules.ts";
import { tidyCommand } from "../capture/tidy.ts";
import { createEntry, type EntryOwner } from "../history/create_entry.ts";
import type { Entry, EntryId } from "../history/entry.ts";
import { sha1 } from "../history/sha1.ts";
import { uuidV7 } from "../history/uuid.ts";
import type { SpoolRecord } from "../shell/spool_record.ts";

/**
 * The entry of a record; `skipped` by rule; `broken` if it breaks a bound of entries.
 *
 * @param clockErrorMs what to add to a start that was counted from the boot
 */
export function toEntry(
  record: SpoolRecord,
  session: string,
  owner: EntryOwner,
  rules: CaptureRules,
  clockErrorMs = 0,
): Entry | "skipped" | "broken" {
  if (isHidden(record.command)) return "skipped";
  const command = tidyCommand(record.command);
  if (rules.skipReason(command, record.cwd) !== undefined) return "skipped";
  try {
    const startedAtMs = record.startedAtMs + (record.sinceBoot ? clockErrorMs : 0);
    const durationMs = Math.max(0, record.durationMs);
    const draft = { ...record, command, startedAtMs, durationMs, session };
    return createEntry(draft, recordId(session, record), owner);
  } catch {
    return "broken";
  }
}

/**
 * The id of a record: a UUIDv7 whose random part is derived, so that it sorts by time as all live ids
 * do and comes out the same whenever and by whomever the record is read.
 */
export function recordId(session: string, record: SpoolRecord): EntryId {
  const name = `rr-spool\0${session}\0${record.key}\0${record.startedAtMs}`;
  return uuidV7(record.startedAtMs, sha1(new TextEncoder().encode(name)));
}

// The last record ended when its file was last written to. Beyond this the clock was set meanwhile, or
// the machine was a virtual one that stood still.
const CLOCK_TOLERANCE_MS = 2_000;

/** How far the boot time that a shell counts from is off, seen from when its file was written. */
export function clockErrorMs(records: readonly SpoolRecord[], writtenAtMs: number): number {
  const last = records.at(-1);
  if (last === undefined || !last.sinceBoot) return 0;
  const error = Math.round(writtenAtMs) - last.startedAtMs - last.durationMs;
  return Math.abs(error) > CLOCK_TOLERANCE_MS ? error : 0;
}
