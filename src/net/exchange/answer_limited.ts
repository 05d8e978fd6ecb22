/** Answers a pull over a connection that carries only so many bytes. */
import type { PullAnswer, PullRequest } from "../../swarm/messages.ts";
import { answerPull } from "../../wire/answer_pull.ts";
import { FRESH_CIRCUIT_BYTES, LIMITED_MESSAGE_BYTES } from "./circuit_room.ts";

/** The connection is used up: the asker needs a new one for its answer. */
export class CircuitUsedUp extends Error {
  /** Creates it. */
  constructor() {
    super("The answer does not fit into what the relay still lets through");
    this.name = "CircuitUsedUp";
  }
}

/** What the answer must keep to. */
export interface Limited {
  readonly compressed: boolean;
  /** Bytes that the connection will still carry. */
  readonly room: number;
  /** Told of an entry that no limited connection can carry, and that is left out. */
  readonly onPassedOver: (entry: PullAnswer["entries"][number]) => void;
}

/**
 * As `answerPull()`, with fewer entries. An asker of the original repeats what broke its connection for
 * ever and gets nothing that comes after it: an entry that no circuit carries is left out.
 *
 * @throws {CircuitUsedUp} if it would fit into a new connection, but not into what is left of this one
 */
export async function answerLimited(
  request: PullRequest,
  { compressed, room, onPassedOver }: Limited,
  read: (request: PullRequest) => Promise<PullAnswer>,
): Promise<Uint8Array> {
  let { cursor, limit } = request;
  for (;;) {
    let last: PullAnswer = { entries: [], nextCursor: null };
    const answer = await answerPull({ cursor, limit }, compressed, async (part) => {
      return last = await read(part);
    });
    const { entries, nextCursor } = last;
    if (answer.length <= Math.min(room, LIMITED_MESSAGE_BYTES) || nextCursor === null) {
      return answer;
    }
    if (entries.length > 1 && limit > 1) {
      const fitting = Math.floor(entries.length * LIMITED_MESSAGE_BYTES / answer.length);
      limit = Math.max(1, Math.min(fitting, entries.length >> 1));
      continue;
    }
    if (answer.length <= room) return answer;
    if (answer.length <= FRESH_CIRCUIT_BYTES) throw new CircuitUsedUp();
    entries.forEach(onPassedOver);
    cursor = nextCursor;
  }
}
