/** Ids of entries: UUIDv7 for what is recorded now, UUIDv5 for what is derived from something else. */
import type { EntryId } from "./entry.ts";
import { sha1 } from "./sha1.ts";

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

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
  return format(bytes, 7);
}

/** RFC 9562, section 6.6: the namespace for names that are URLs; the original uses it for imports. */
const URL_NAMESPACE = Uint8Array.from(
  [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8],
);

const utf8 = new TextEncoder();
// The namespace and most names fit: a history of a million lines asks for a million ids, and three
// short-lived arrays for each cost more than the digest.
const SCRATCH = new Uint8Array(16_384);
SCRATCH.set(URL_NAMESPACE);

/** A UUIDv5 (RFC 9562, section 5.5) of the parts joined by NUL, in the URL namespace. */
export function uuidV5(parts: readonly string[]): EntryId {
  const name = parts.join("\0");
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const input = name.length * 3 <= SCRATCH.length - 16
    ? SCRATCH
    : new Uint8Array(16 + name.length * 3);
  if (input !== SCRATCH) input.set(URL_NAMESPACE);
  const { written } = utf8.encodeInto(name, input.subarray(16));
  return format(sha1(input.subarray(0, 16 + written)).subarray(0, 16), 5);
}

function format(bytes: Uint8Array, version: number): EntryId {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let out = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) out += "-";
    out += HEX[bytes[i]!];
  }
  return out as EntryId;
}
