/** Entries for tests, each different from the others. */
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";

let made = 0;

/** One entry; what is not given is made up. */
export function makeEntry(fields: Partial<{ [K in keyof Entry]: Entry[K] }> = {}): Entry {
  const n = ++made;
  return {
    id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}` as EntryId,
    deviceId: "laptop" as DeviceId,
    userId: "kim",
    startedAtMs: 1_700_000_000_000 + n * 1000,
    command: `echo ${n}`,
    cwd: "/srv/app",
    exitCode: 0,
    durationMs: n % 100,
    shell: "zsh",
    hostname: "laptop",
    version: "0.1.0",
    ...fields,
  };
}

/** `count` entries of one device. */
export function makeEntries(count: number, fields: Parameters<typeof makeEntry>[0] = {}): Entry[] {
  return Array.from({ length: count }, () => makeEntry(fields));
}
