/**
 * Writes an answer to a pull that the asker can always read.
 *
 * Nothing on the wire says "that was too much": a server that fails just drops the stream, and the
 * asker repeats the same request for ever. So an answer is never failed for its size.
 */
import { encodePullReply } from "./codec.ts";
import { encodeEntry } from "./entry_codec.ts";
import type { PullAnswer, PullRequest } from "../swarm/messages.ts";
import { WireError } from "./wire_error.ts";

/**
 * Asks `read` for entries and writes them. If they do not fit one message, fewer are asked for; a
 * single entry that no message can hold is passed over, and so are entries whose numbers do not fit
 * the wire. The answer is empty only if there are no more entries.
 *
 * @param read answers a request from the log; may give fewer entries than the limit
 */
export async function answerPull(
  request: PullRequest,
  compressed: boolean,
  read: (request: PullRequest) => Promise<PullAnswer>,
): Promise<Uint8Array> {
  let { cursor, limit } = request;
  for (;;) {
    const answer = await read({ cursor, limit });
    const { entries, nextCursor } = answer;
    if (nextCursor === null || entries.length === 0) {
      return encodePullReply({ entries: [], nextCursor: null }, compressed);
    }
    if (entries.every((entry) => encodeEntry(entry) === undefined)) {
      cursor = nextCursor;
      continue;
    }
    try {
      return encodePullReply(answer, compressed);
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "too-large") throw error;
      if (entries.length > 1) limit = Math.floor(entries.length / 2);
      else cursor = nextCursor;
    }
  }
}
