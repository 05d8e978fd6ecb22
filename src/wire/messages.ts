/** The messages of version 1 once they are read. `sync/ports.ts` has the same shapes. */
import type { Entry } from "../history/entry.ts";

/** Asks for entries after `cursor`. */
export interface PullRequest {
  /** The asked peer's sequence number of the last entry that is known; 0 or less for none. */
  readonly cursor: number;
  /** Most entries wanted, 0 or more. A number that no log can reach means all there are. */
  readonly limit: number;
}

/** An entry of a message that was left out. */
export interface RejectedEntry {
  /** Its id, cut and printable; `undefined` if it had none. */
  readonly id: string | undefined;
  /** The rule it breaks, without the text of the entry. */
  readonly reason: string;
}

/** The answer to a {@linkcode PullRequest}, as it is given to the writer. */
export interface PullAnswer {
  readonly entries: readonly Entry[];
  /** Sequence number of the last entry; `null` if there are none. */
  readonly nextCursor: number | null;
}

/** The answer to a {@linkcode PullRequest}, as it was read. */
export interface PullReply extends PullAnswer {
  readonly rejected: readonly RejectedEntry[];
  /** Id of the first entry, a rejected one included; absent if it has none. */
  readonly firstId?: string;
  /** Id of the last entry, a rejected one included; absent if it has none. */
  readonly lastId?: string;
}

/** Entries that a peer gives us without being asked. */
export interface PushRequest {
  readonly entries: readonly Entry[];
  readonly rejected: readonly RejectedEntry[];
}

/** The answer to a {@linkcode PushRequest}. */
export interface PushReply {
  /** Whether the batch was stored; if not, nothing of it was. */
  readonly ok: boolean;
  readonly inserted: number | null;
  readonly ignored: number | null;
}
