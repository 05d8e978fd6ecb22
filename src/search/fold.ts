/**
 * Case folding that keeps the UTF-8 length of every character, so that an offset into the folded text
 * is the same offset into the text itself.
 */

/** 1 for the bytes that are ASCII capitals. */
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const TO_SMALL = 0x20;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The text in lower case; letters whose lower case is longer or shorter in UTF-8 stay as they are. */
export function foldText(text: string): string {
  const small = text.toLowerCase();
  // deno-lint-ignore no-control-regex -- all of ASCII, which maps letter by letter
  if (/^[\x00-\x7f]*$/.test(text)) return small;
  let out = "";
  for (const char of text) {
    const folded = char.toLowerCase();
    out += utf8Length(folded) === utf8Length(char) ? folded : char;
  }
  return out;
}

/** Writes the folded form of `bytes` (one UTF-8 text from `start` to `end`) to the same place in `low`. */
export function foldBytes(low: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
  let ascii = true;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) ascii = false;
    low[i] = byte >= CAPITAL_A && byte <= CAPITAL_Z ? byte + TO_SMALL : byte;
  }
  if (ascii) return;
  const folded = encoder.encode(foldText(decoder.decode(bytes.subarray(start, end))));
  // Bytes that are no UTF-8 come back as U+FFFD in another length: those lines keep the ASCII folding.
  if (folded.length === end - start) low.set(folded, start);
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
