/**
 * Refuses JSON that costs far more to read than its size tells: 8 MB of `{},` become half a gigabyte
 * of objects and stop the process for seconds, and a few kilobytes of zstd can hold them.
 */
import { closes, COMMA, opens, outsideStrings } from "./json_bytes.ts";

/** JSON that is not to be read. */
export class JsonCostError extends Error {
  /** `too-large` for too many values, `invalid` for too deep ones. */
  readonly code: "too-large" | "invalid";

  /** Creates the error. */
  constructor(code: "too-large" | "invalid", message: string) {
    super(message);
    this.name = "JsonCostError";
    this.code = code;
  }
}

/** An entry has 21 of these in at least 150 bytes, whatever its command holds. */
const BYTES_PER_TOKEN = 6;
/** Some 190,000 entries. */
const MOST_TOKENS = 4_000_000;
/** An entry is three deep; the rest is room for fields that later programs add. */
const DEEPEST = 64;

/**
 * @param uncheckedBytes shorter texts are not looked at
 * @throws {JsonCostError} if there are too many values in it, or too deep ones
 */
export function checkJsonCost(json: Uint8Array, uncheckedBytes: number): void {
  if (json.length <= uncheckedBytes) return;
  const most = Math.min(MOST_TOKENS, Math.floor(json.length / BYTES_PER_TOKEN));
  let tokens = 0;
  let depth = 0;
  outsideStrings(json, (byte) => {
    if (byte === COMMA) tokens++;
    else if (opens(byte)) {
      tokens++;
      if (++depth > DEEPEST) {
        throw new JsonCostError("invalid", "JSON that is too deep");
      }
    } else if (closes(byte)) depth--;
  });
  if (tokens > most) {
    throw new JsonCostError("too-large", `message too large: ${tokens} > ${most} values`);
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads JSON that somebody else wrote and that may be long.
 *
 * @param uncheckedBytes shorter texts are read whatever they hold
 * @param decode makes text of it. @default {UTF-8 without a mistake}
 * @throws {JsonCostError} if there are too many values in it, or too deep ones
 * @throws {TypeError} if it is no UTF-8
 * @throws {SyntaxError} if it is no JSON
 */
export function readJson(
  json: Uint8Array,
  uncheckedBytes: number,
  decode: (bytes: Uint8Array) => string = (bytes) => strict.decode(bytes),
): unknown {
  checkJsonCost(json, uncheckedBytes);
  return JSON.parse(decode(json));
}
