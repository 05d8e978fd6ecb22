/** Makes an answer that was not read to its end one that can be parsed. Pure. */
import { joinBytes } from "../../base/bytes.ts";
import { closes, opens, outsideStrings } from "../../base/json_bytes.ts";

/** Depth of an item in `{"peers":[...]}`, when it has ended. */
const IN_LIST = 2;
const END = new TextEncoder().encode("]}");

/**
 * The beginning of an object that holds one list of arrays or objects, ended behind the last whole item:
 * `{"a":[[1],[2],[` becomes `{"a":[[1],[2]]}`. What is not of that form comes out as what is no JSON.
 */
export function cutList(start: Uint8Array): Uint8Array {
  let depth = 0;
  let end = 0;
  outsideStrings(start, (byte, at) => {
    if (opens(byte)) depth++;
    else if (closes(byte) && --depth === IN_LIST) end = at + 1;
  });
  return joinBytes([start.subarray(0, end), END]);
}
