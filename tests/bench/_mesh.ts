/** What the benchmarks of many devices share: their entries, and what these cost at least. */
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";
import { uuidV7 } from "../../src/history/uuid.ts";
import { encodeFrame } from "../../src/wire/v2/codec.ts";
import { generateEntries } from "../fakes/history_generator.ts";

/** Entries of a batch frame. */
const BATCH = 2_000;

/** Entries of a device, with ids and times of its own. */
export function entriesOf(device: number, length: number): Entry[] {
  return generateEntries(length, { seed: 7 + device }).map((entry) => ({
    ...entry,
    id: uuidV7(entry.startedAtMs, crypto.getRandomValues(new Uint8Array(10))) as EntryId,
    deviceId: `device-${device}` as DeviceId,
  }));
}

/** Bytes of the entries in frames of protocol 2, sent once. */
export function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (let at = 0; at < entries.length; at += BATCH) {
    const items = entries.slice(at, at + BATCH).map((entry) => ({ entry }));
    bytes += encodeFrame({ type: "batch", items }).length;
  }
  return bytes;
}
