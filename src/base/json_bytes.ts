/** JSON as bytes, before it is parsed: what of it has a meaning. */

export const COMMA = 0x2c;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether a byte outside of strings begins an array or object. */
export function opens(byte: number): boolean {
  return byte === OPEN_ARRAY || byte === OPEN_OBJECT;
}

/** Whether a byte outside of strings ends an array or object. */
export function closes(byte: number): boolean {
  return byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
}

/** Calls `visit` with each byte outside of strings, and where it stands. Takes what is no JSON as well. */
export function outsideStrings(json: Uint8Array, visit: (byte: number, at: number) => void): void {
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else visit(byte, at);
  }
}
