/** Times for commands whose source has none. */
import type { EntryDraft } from "../../history/entry.ts";

// Far enough apart to keep their order where times are whole seconds.
const STEP_MS = 1000;

/** How many drafts stand before the first that has a time, and that time. */
export interface Head {
  readonly undated: number;
  readonly firstMs: number | undefined;
}

/**
 * Gives the drafts without a time one that keeps their order and is never ahead of a real one: after a
 * real time the same moment, before the first real time one second each counted back from it. If the
 * source has no times at all they are counted back from `before`.
 *
 * @param open starts the source from its beginning
 * @param before the earliest time that is known from elsewhere; asked for only if it is needed
 * @param head what was found out before; else the source is run through for it
 */
export function* fillTimes<T extends EntryDraft>(
  open: () => Iterable<T>,
  before: () => number,
  head: Head = headOf(open()),
): Generator<{ readonly draft: T; readonly startedAtMs: number }> {
  const { undated, firstMs } = head;
  let last = firstMs ?? before();
  let left = undated;
  for (const draft of open()) {
    if (draft.startedAtMs !== undefined) {
      last = draft.startedAtMs;
      yield { draft, startedAtMs: last };
    } else {
      yield { draft, startedAtMs: last - STEP_MS * left };
      if (left > 0) left--;
    }
  }
}

function headOf(drafts: Iterable<EntryDraft>): Head {
  let undated = 0;
  for (const { startedAtMs } of drafts) {
    if (startedAtMs !== undefined) return { undated, firstMs: startedAtMs };
    undated++;
  }
  return { undated, firstMs: undefined };
}
