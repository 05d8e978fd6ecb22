/** History files as other programs and crashes leave them, made into what a shell itself would read. */

const CR = 0x0d;
const LF = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Without what is in no history on purpose: a byte order mark in front, NUL bytes, and the CR of lines that
 * end in CR LF. A crash leaves runs of NUL bytes where a block was never written: what stands behind one
 * does not go on with what stands before it. The same bytes, not a copy, if there is nothing of that.
 */
export function cleanBytes(bytes: Uint8Array): Uint8Array {
  const start = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
  const text = bytes.subarray(start);
  if (text.indexOf(0) === -1 && !hasCrLf(text)) return text;
  const clean = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    if (byte === 0 && text[i + 1] === 0 && length > 0 && clean[length - 1] !== LF) {
      clean[length++] = LF;
    } else if (byte !== 0 && !(byte === CR && endsLine(text, i + 1))) clean[length++] = byte;
  }
  return clean.subarray(0, length);
}

function hasCrLf(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (endsLine(bytes, at + 1)) return true;
  }
  return false;
}

function endsLine(bytes: Uint8Array, at: number): boolean {
  return at === bytes.length || bytes[at] === LF;
}
