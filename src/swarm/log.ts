/** The log of a device: its entries in the order they were taken in, and how far a peer's was followed. */
import type { Entry } from "../history/entry.ts";

/** What one answer may hold. */
export interface ReadLimit {
  readonly entries: number;
  /** Estimated JSON bytes; the first entry is given even if it alone is larger. */
  readonly bytes: number;
}

/** A run of a device's log. */
export interface LogBatch {
  readonly entries: readonly Entry[];
  /**
   * Sequence number of the last row looked at, which may lie behind the last entry, since rows that
   * break a rule are left out; `undefined` when there are none.
   */
  readonly lastSeq: number | undefined;
}

/** What an append did. */
export interface AppendResult {
  readonly inserted: number;
  /** Entries whose id is stored, or was deleted here, or (from a peer) that were pruned by age. */
  readonly ignored: number;
}

/** How far a peer's log was followed. */
export interface PullState {
  /** The peer's own sequence number of the last entry we took; 0 for none. */
  readonly cursor: number;
  /** Id of that entry; `undefined` if another program has moved the cursor. */
  readonly lastId: string | undefined;
}
