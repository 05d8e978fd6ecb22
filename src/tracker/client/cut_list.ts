/** Makes an answer that was not read to its end one that can be parsed. Pure. */
import { joinBytes } from "../../base/bytes.ts";

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Depth of an item in `{"peers":[...]}`, when it has ended. */
const IN_LIST = 2;
const END = new TextEncoder().encode("]}");

/**
 * The beginning of an object that holds one list of arrays or objects, ended behind the last whole item:
 * `{"a":[[1],[2],[` becomes `{"a":[[1],[2]]}`. What is not of that form comes out as what is no JSON.
 */
export function cutList(start: Uint8Array): Uint8Array {
  let depth = 0;
  let inString = false;
  let end = 0;
  for (let at = 0; at < start.length; at++) {
    const byte = start[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (--depth === IN_LIST) end = at + 1;
    }
  }
  return joinBytes([start.subarray(0, end), END]);
}
