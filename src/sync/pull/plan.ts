/** The decisions of following a peer's log: state in, next step out, nothing done. */
import type { LinkErrorCode } from "../ports.ts";
import type { PullState } from "../../swarm/log.ts";
import type { PullReply } from "../../swarm/messages.ts";

/**
 * JSON bytes aimed at in one answer. A server of ours gives at most 768 KiB; the original gives what
 * it is asked for, and 1,000 large entries would hold our event loop for seconds.
 */
export const TARGET_BATCH_BYTES = 4 * 1024 * 1024;
/** Field names, id and small fields of an entry in JSON, about. */
const ENTRY_BYTES = 220;

/**
 * Whether the log that answers is the one that we followed. We ask for the entry at the cursor again
 * and look whether it is still the same.
 *
 * @param reply the answer to a request from `state.cursor - 1`
 * @param has whether we hold an entry
 */
export function isSameLog(
  state: PullState,
  reply: PullReply,
  has: (entryId: string) => boolean,
): boolean {
  const firstId = firstIdOf(reply);
  if (firstId === undefined) return false;
  // The original notes no id beside its cursor. It has stored what stands there, so we hold it.
  return state.lastId === undefined ? has(firstId) : firstId === state.lastId;
}

/** The answer without its first entry. */
export function withoutFirst(reply: PullReply): PullReply {
  const { entries, rejected = [] } = reply;
  const firstIsGood = entries[0] !== undefined && entries[0].id === firstIdOf(reply);
  return firstIsGood
    ? { ...reply, entries: entries.slice(1) }
    : { ...reply, rejected: rejected.slice(1) };
}

/** Number of entries in an answer, rejected ones included. */
export function countOf(reply: PullReply): number {
  return reply.entries.length + (reply.rejected?.length ?? 0);
}

/** Id of the last entry in an answer, a rejected one included. */
export function lastIdOf(reply: PullReply): string | undefined {
  return reply.lastId ?? (reply.rejected?.length ? undefined : reply.entries.at(-1)?.id);
}

function firstIdOf(reply: PullReply): string | undefined {
  return reply.firstId ?? (reply.rejected?.length ? undefined : reply.entries[0]?.id);
}

/** The batch size after an answer: smaller if it was too many bytes, else a quarter larger. */
export function limitAfterReply(limit: number, most: number, reply: PullReply): number {
  let bytes = 0;
  for (const { command, cwd } of reply.entries) bytes += ENTRY_BYTES + command.length + cwd.length;
  if (bytes > TARGET_BATCH_BYTES) {
    const fitting = Math.floor(reply.entries.length * TARGET_BATCH_BYTES / bytes);
    return Math.max(1, Math.min(limit, fitting));
  }
  return Math.min(most, limit + Math.max(1, limit >> 2));
}

/**
 * Time aimed at for one transaction, in which nothing else happens: well below what is noticed, as
 * one that ends in a checkpoint takes twice as long.
 */
const STORE_MS = 30;
/** Below this a transaction costs more than its rows. */
const FEWEST_ROWS = 250;

/**
 * Most entries of the next transaction, after one of `rows` entries took `ms`: random ids and old
 * machines take many times as long as ids that sort by time on a fast one.
 *
 * @param now the limit of the transaction that was made
 */
export function rowsAtOnce(now: number, most: number, rows: number, ms: number): number {
  if (rows < FEWEST_ROWS) return now;
  const fitting = Math.floor(rows * STORE_MS / Math.max(ms, 1));
  return Math.max(FEWEST_ROWS, Math.min(fitting, now + (now >> 2), most));
}

/** How a request failed. */
export interface Failure {
  readonly code: LinkErrorCode;
  /** Whether the connection outlived the request. */
  readonly linkOpen: boolean;
  /** Entries asked for or sent. */
  readonly limit: number;
  /** Failures of this request that counted, this one not among them. */
  readonly failures: number;
  /** Tries allowed. */
  readonly attempts: number;
}

/**
 * What to do next.
 *
 * - `smaller`: the same again with fewer entries, at once
 * - `again`: the same again after a pause, with fewer entries, perhaps over a new connection
 * - `hold`: this one entry has to wait for a connection that can carry it
 * - `stuck`: not even one entry goes through, although the peer is there
 * - `give-up`: leave the peer alone for now
 */
export type AfterFailure =
  | { readonly kind: "smaller"; readonly limit: number }
  | { readonly kind: "again"; readonly limit: number; readonly reconnect: boolean }
  | { readonly kind: "hold" }
  | { readonly kind: "stuck" }
  | { readonly kind: "give-up" };

/** The next step after a failed request. */
export function afterFailure(failure: Failure): AfterFailure {
  const { code, linkOpen, limit, failures, attempts } = failure;
  if (code === "unreachable" || code === "unsupported") return { kind: "give-up" };
  if (code === "too-large") {
    return limit > 1 ? { kind: "smaller", limit: limit >> 1 } : { kind: "stuck" };
  }
  if (code === "too-large-here") {
    return limit > 1 ? { kind: "smaller", limit: limit >> 1 } : { kind: "hold" };
  }
  const last = failures + 1 >= attempts;
  if (linkOpen && code !== "timeout") {
    // The peer dropped the stream but is still there: nothing on the wire says so, but an answer
    // above its limit looks like this. It costs nothing to ask for less.
    if (limit > 1) return { kind: "smaller", limit: limit >> 1 };
    return last ? { kind: "stuck" } : { kind: "again", limit, reconnect: false };
  }
  if (last) return { kind: "give-up" };
  // A slow line needs less at a time, and a relay that allows so many bytes a connection too. One
  // time-out may be a hiccup; after the second the connection itself is not believed any more.
  const reconnect = !linkOpen || failures > 0;
  return { kind: "again", limit: Math.max(1, limit >> 2), reconnect };
}
