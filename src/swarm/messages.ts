/** What peers say to each other in version 1, free of any encoding. */
import type { Entry } from "../history/entry.ts";

/** Asks for a run of a peer's log. */
export interface PullRequest {
  /** The asked peer's sequence number of the last entry that is known; 0 or less for none. */
  readonly cursor: number;
  /** Most entries wanted, 0 or more. A number that no log can reach means all there are. */
  readonly limit: number;
}

/** One entry of a message that could not be accepted. */
export interface RejectedEntry {
  /** Its id, bounded and printable; `undefined` if it had none. */
  readonly id: string | undefined;
  /** The rule it breaks, without the text of the entry. */
  readonly reason: string;
}

/** The answer to a {@linkcode PullRequest}, as it is given. */
export interface PullAnswer {
  readonly entries: readonly Entry[];
  /** Sequence number of the last entry; `null` when the answer is empty. */
  readonly nextCursor: number | null;
}

/** The answer to a {@linkcode PullRequest}, as it is received. */
export interface PullReply extends PullAnswer {
  /** Entries that broke a rule and were left out, for the log. */
  readonly rejected?: readonly RejectedEntry[];
  /** Id of the first entry, a rejected one included; absent if it has none. */
  readonly firstId?: string;
  /** Id of the last entry, a rejected one included; absent if it has none. */
  readonly lastId?: string;
}

/** Entries that a peer gives without being asked. */
export interface PushRequest {
  readonly entries: readonly Entry[];
  readonly rejected: readonly RejectedEntry[];
}

/** The answer to a {@linkcode PushRequest}. Older peers leave out the counters. */
export interface PushReply {
  /** Whether the batch was stored; if not, nothing of it was. */
  readonly ok: boolean;
  readonly inserted: number | null;
  readonly ignored: number | null;
}
