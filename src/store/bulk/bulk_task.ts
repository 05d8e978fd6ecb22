/** What is handed to whoever writes in bulk, and what comes back: values that cross between threads. */
import type { Entry } from "../../history/entry.ts";
import type { RrErrorCode } from "../../base/rr_error.ts";
import type { Outcome } from "../../named/store.ts";
import type { AppendResult, PullState } from "../../swarm/log.ts";

/** One piece of work; whole or not at all. */
export type BulkTask =
  /** As `EntryLog.append()`. */
  | { readonly kind: "append"; readonly entries: readonly Entry[]; readonly fromPeer: boolean }
  /** As `EntryLog.appendPulled()`. */
  | {
    readonly kind: "pulled";
    readonly peer: string;
    readonly entries: readonly Entry[];
    readonly state: PullState;
  }
  /** As `ItemStore.apply()`, of a batch as it came from a peer. */
  | { readonly kind: "batch"; readonly peer: string; readonly packed: Uint8Array };

/** What is said of a task that is done. */
export type BulkResult = AppendResult | Outcome;

/** A task on its way to the writer. */
export interface BulkRequest {
  readonly id: number;
  readonly task: BulkTask;
  /** Whether another one follows at once, so that it pays to keep the transaction open. */
  readonly more: boolean;
}

/** Has what was done so far put into the file now, whatever follows: others wait for it. */
export interface BulkFlush {
  readonly id: "flush";
}

/** The last message to a writer: it ends once everything before is done. */
export interface BulkEnd {
  readonly id: "end";
}

/** The answer to a request: what it names is in the file, or nothing of it. */
export type BulkAnswer =
  /** Said before: it is done, but not committed; there is room for more. */
  | { readonly id: number; readonly taken: true }
  | { readonly id: number; readonly result: BulkResult }
  | { readonly id: number; readonly failed: BulkFailure }
  /** The answer to {@linkcode BulkEnd}. */
  | BulkEnd;

/** An error that has crossed: what a caller branches on, and what a person reads. */
export interface BulkFailure {
  readonly code: RrErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}
