/** Ids of entries that are derived from something else: UUIDv5. */
import type { EntryId } from "./entry.ts";
import { sha1 } from "./sha1.ts";
import { formatUuid } from "./uuid.ts";

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
  return formatUuid(sha1(input.subarray(0, 16 + written)).subarray(0, 16), 5);
}
