/** Answers the peers that ask us. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { causeChain } from "../base/rr_error.ts";
import { yieldToLoop } from "../base/async/yield_to_loop.ts";
import type { Entry } from "../history/entry.ts";
import { retryWhileBusy } from "../base/async/retry_while_busy.ts";
import type { HistoryLog, PeerService } from "./ports.ts";
import type { PullReply, PullRequest, PushReply, RejectedEntry } from "../swarm/messages.ts";

/**
 * Most entries in one answer, whatever is asked for. Some 800 kB of JSON: reading, writing and
 * compressing it holds the event loop for about 15 ms.
 */
export const MAX_ANSWER_ENTRIES = 3_000;
/**
 * JSON bytes aimed at in one answer; the first entry is given even if it is larger. Small enough to
 * be made without a pause that anybody notices and to be repeated over a bad line, large enough
 * that round trips do not matter.
 */
export const ANSWER_BYTES = 768 * 1024;
/** Most entries that are stored in one transaction. */
export const MAX_STORED_AT_ONCE = 4_000;
/**
 * Most of a push that are. One of the original has 1,000 and is stored whole or not at all; more would hold
 * the event loop for longer.
 */
export const MAX_PUSHED_AT_ONCE = 1_000;
/** Most rejected entries of one message that are named in the log. */
const MAX_NAMED = 10;

/** What answering takes. */
export interface ServeDeps {
  readonly log: HistoryLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Resolves when all that the log holds now would survive a loss of power. A peer counts on what it
   * was given: were it lost here, another entry could get its number, and the peer would never ask
   * for that one. @default {the log is taken for safe}
   */
  readonly settle?: (() => Promise<void>) | undefined;
  /** Called after a push that brought something new. */
  readonly onPushed?: ((inserted: number) => void) | undefined;
}

/**
 * Creates the service that is offered to peers.
 *
 * A pull is cut to what one message can hold, so it never fails for its size. It rejects with an
 * RrError if the log cannot be read; a push that cannot be stored is answered with `ok: false`.
 */
export function createPeerService(deps: ServeDeps): PeerService {
  let settledSeq = 0;
  return {
    async pull(request): Promise<PullReply> {
      const reply = await readBatch(request, deps);
      const seq = reply.nextCursor ?? 0;
      if (seq > settledSeq) {
        await deps.settle?.();
        settledSeq = Math.max(settledSeq, seq);
      }
      return reply;
    },
    async push(entries, rejected): Promise<PushReply> {
      const reply = await takePush(entries, rejected, deps);
      if ((reply.inserted ?? 0) > 0) await deps.settle?.();
      return reply;
    },
  };
}

async function readBatch(request: PullRequest, deps: ServeDeps): Promise<PullReply> {
  const limit = Math.min(request.limit, MAX_ANSWER_ENTRIES);
  if (!(limit >= 1)) return { entries: [], nextCursor: null };
  const after = Math.max(0, request.cursor);
  const { entries, lastSeq } = await retryWhileBusy(
    () => deps.log.entriesAfter(after, { entries: limit, bytes: ANSWER_BYTES }),
    deps.clock,
  );
  return { entries, nextCursor: lastSeq ?? null };
}

async function takePush(
  entries: readonly Entry[],
  rejected: readonly RejectedEntry[],
  deps: ServeDeps,
): Promise<PushReply> {
  logRejected(rejected, deps.logger);
  let inserted = 0;
  let ignored = 0;
  try {
    for (let at = 0; at < entries.length; at += MAX_PUSHED_AT_ONCE) {
      if (at > 0) await yieldToLoop();
      const part = entries.slice(at, at + MAX_PUSHED_AT_ONCE);
      const store = () => deps.log.append(part, { fromPeer: true });
      const result = await retryWhileBusy(store, deps.clock);
      inserted += result.inserted;
      ignored += result.ignored;
    }
  } catch (error) {
    deps.logger.error("Could not store pushed entries", { error: causeChain(error) });
    return { ok: false, inserted: null, ignored: null };
  } finally {
    if (inserted > 0) deps.onPushed?.(inserted);
  }
  // A peer adds both up and expects the number that it sent.
  return { ok: true, inserted, ignored: ignored + rejected.length };
}

/** Logs entries that were left out of a message: the first few by id, the others by number. */
export function logRejected(
  rejected: readonly RejectedEntry[],
  logger: Logger,
  fields: Readonly<Record<string, string>> = {},
): void {
  for (const { id, reason } of rejected.slice(0, MAX_NAMED)) {
    logger.warn("Left out an entry that breaks a rule", { ...fields, id: id ?? null, reason });
  }
  const more = rejected.length - MAX_NAMED;
  if (more > 0) logger.warn("Left out more entries that break a rule", { ...fields, count: more });
}
