/** Reads a push in parts, so that the largest one costs little more memory than a usual one. */
import { joinBytes } from "../base/bytes.ts";
import type { PushRequest } from "../swarm/messages.ts";
import { decodePushRequest } from "./codec.ts";
import { decompressParts } from "./decompress_parts.ts";
import { decodeEntries } from "./entry_codec.ts";
import { EntrySplitter } from "./entry_splitter.ts";
import { PUSH_REQUEST_LIMIT } from "./limits.ts";
import { refuseAbove } from "./wire_error.ts";

/** A push of 1,000 usual entries has some 300 KB; up to here it is read, and stored, as a whole. */
const WHOLE_BYTES = 2 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/**
 * What is pushed, in as many parts as it takes. Reading goes on when the next part is asked for.
 *
 * @throws {WireError} as {@linkcode decodePushRequest} does; the parts before may be stored by then, which is
 * no harm: they are ignored when they come again
 */
export function* decodePushParts(message: Uint8Array, compressed: boolean): Generator<PushRequest> {
  refuseAbove(PUSH_REQUEST_LIMIT.wireBytes, message.length, "message");
  const pieces = compressed
    ? decompressParts(message, PUSH_REQUEST_LIMIT.jsonBytes)
    : inPieces(message);
  const first: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    first.push(piece);
    size += piece.length;
    if (size > WHOLE_BYTES) return yield* inParts(first, pieces);
  }
  yield decodePushRequest(joinBytes(first), false);
}

function* inParts(
  first: readonly Uint8Array[],
  rest: Generator<Uint8Array>,
): Generator<PushRequest> {
  const splitter = new EntrySplitter();
  for (const piece of first) splitter.feed(piece);
  if (splitter.bytes > 0) yield decodeEntries(splitter.take());
  for (const piece of rest) {
    splitter.feed(piece);
    if (splitter.bytes >= PART_BYTES) yield decodeEntries(splitter.take());
  }
  splitter.end();
  yield decodeEntries(splitter.take());
}

function* inPieces(message: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < message.length; at += PIECE_BYTES) {
    yield message.subarray(at, at + PIECE_BYTES);
  }
}
