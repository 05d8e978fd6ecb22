/** Ids of entries that are recorded now: UUIDv7. */
import type { EntryId } from "./entry.ts";

const DIGITS = "0123456789abcdef";

/**
 * A UUIDv7 (RFC 9562, section 5.7) for a moment: sorts by time, so that new rows go to the end of the
 * unique index instead of a random page.
 *
 * @param random at least 10 bytes
 */
export function uuidV7(unixMs: number, random: Uint8Array): EntryId {
  const bytes = new Uint8Array(16);
  const ms = Math.max(0, Math.floor(unixMs));
  for (let i = 5, rest = ms; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes.set(random.subarray(0, 10), 6);
  return formatUuid(bytes, 7);
}

/** The sixteen bytes as text, with the version and the variant put in. */
export function formatUuid(bytes: Uint8Array, version: number): EntryId {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let out = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) out += "-";
    out += DIGITS[bytes[i]! >> 4]! + DIGITS[bytes[i]! & 15]!;
  }
  return out as EntryId;
}
