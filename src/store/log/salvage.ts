/** Reads a log whose file is damaged: what can be read comes, in front of the damage and behind it. */
import type { DeviceId } from "../../history/entry.ts";
import type { LogBatch, ReadLimit } from "../../swarm/log.ts";
import { isDamaged } from "../file/sqlite_errors.ts";
import type { EntryLog } from "./entry_log.ts";

/** Entries that could be read, and whether others behind the same place could not. */
export interface SalvagedBatch extends LogBatch {
  readonly isDamaged: boolean;
}

/** Each try that fails asks for so many times fewer rows, until one row is all that is asked for. */
const NARROWER = 10;

/** As {@linkcode EntryLog.entriesAfter}, but passes over rows on damaged pages. */
export function salvageAfter(
  log: EntryLog,
  seq: number,
  limit: ReadLimit,
  deviceId?: DeviceId,
): SalvagedBatch {
  for (let entries = limit.entries;; entries = Math.ceil(entries / NARROWER)) {
    const batch = readable(log, seq, { ...limit, entries }, deviceId);
    if (batch !== undefined) return { ...batch, isDamaged: false };
    if (entries === 1) break;
  }
  return { entries: [], lastSeq: behindDamage(log, seq, limit, deviceId), isDamaged: true };
}

// A damaged page does not say where the next one begins, but one can be asked for by number.
function behindDamage(
  log: EntryLog,
  seq: number,
  limit: ReadLimit,
  deviceId: DeviceId | undefined,
): number | undefined {
  const end = log.highestKnownSeq();
  for (let at = seq + 1; at < end; at++) {
    if (readable(log, at, { ...limit, entries: 1 }, deviceId) !== undefined) return at;
  }
  return undefined;
}

function readable(
  log: EntryLog,
  seq: number,
  limit: ReadLimit,
  deviceId: DeviceId | undefined,
): LogBatch | undefined {
  try {
    return log.entriesAfter(seq, limit, deviceId);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return undefined;
  }
}
