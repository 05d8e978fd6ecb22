/** What the tests of pruning share. */
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open } from "../_open.ts";

export const NOW = 1_700_000_000;

export const DAY = 86_400;

export const OWN = "laptop" as DeviceId;

/** One entry per day back from now, the oldest first: entry `i` of `count` is count-1-i days old. */
export function daily(count: number, deviceId = OWN): Entry[] {
  return generateEntries(count, { seed: 11 }).map((entry, i) => ({
    ...entry,
    id: `${deviceId}-${i}` as EntryId,
    deviceId,
    startedAtMs: (NOW - (count - 1 - i) * DAY) * 1000,
  }));
}

export function openAt(path = ":memory:"): History {
  return open(path, { nowMs: NOW * 1000, busyTimeoutMs: 20 });
}
