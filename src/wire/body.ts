/** A JSON value to the bytes on the stream and back, within the limits of its kind of message. */
import { compress, decompress } from "./compress.ts";
import { checkJsonCost } from "./json_cost.ts";
import type { MessageLimit } from "./limits.ts";
import { refuseAbove, WireError } from "./wire_error.ts";

const encoder = new TextEncoder();
// A byte order mark is an error in JSON, so it must not be eaten here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Writes a message.
 *
 * @param kind the word for the message in an error
 * @throws {WireError} `too-large`
 */
export function encodeBody(
  value: unknown,
  compressed: boolean,
  limit: MessageLimit,
  kind: "request" | "response",
): Uint8Array {
  const json = encoder.encode(JSON.stringify(value));
  if (!compressed) {
    refuseAbove(limit.wireBytes, json.length, kind);
    return json;
  }
  refuseAbove(limit.jsonBytes, json.length, `decoded ${kind}`);
  const frame = compress(json);
  refuseAbove(limit.wireBytes, frame.length, kind);
  return frame;
}

/** How the numbers of a message are read. */
export interface ReadOptions {
  /**
   * Refuse integers written as `20.0` or `2e1`, as the original does. This reads the source text of
   * every number and takes about ten times as long, so only the messages of a few bytes ask for it:
   * among entries such a number is taken for the integer that it is.
   */
  readonly strictNumbers: boolean;
}

/**
 * Reads a message that must be an object.
 *
 * @throws {WireError} `too-large` or `invalid`
 */
export function decodeBody(
  bytes: Uint8Array,
  compressed: boolean,
  limit: MessageLimit,
  options: ReadOptions,
): Readonly<Record<string, unknown>> {
  refuseAbove(limit.wireBytes, bytes.length, "message");
  const json = compressed ? decompress(bytes, limit.jsonBytes) : bytes;
  checkJsonCost(json);
  const value = parse(json, options.strictNumbers);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("invalid", "Cannot read the message: expected a JSON object");
  }
  return value as Record<string, unknown>;
}

function parse(json: Uint8Array, strictNumbers: boolean): unknown {
  let text: string;
  try {
    text = decoder.decode(json);
  } catch {
    throw new WireError("invalid", "Cannot read the message: it is not UTF-8");
  }
  try {
    return strictNumbers ? JSON.parse(text, refuseFractions) : JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a command.
    const what = text.length === 0
      ? "it is empty"
      : `its ${json.length} bytes are not one JSON value`;
    throw new WireError("invalid", `Cannot read the message: ${what}`);
  }
}

/** `JSON.parse()` calls this with the source of a number; a number that is no integer becomes NaN. */
function refuseFractions(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return /^-?(?:0|[1-9][0-9]*)$/.test(context.source) && context.source !== "-0" ? value : NaN;
}
