/** Ways through the records of a source. */
import { yieldToLoop } from "../base/async/yield_to_loop.ts";
import type { Entry, EntryDraft } from "../history/entry.ts";
import { isBroken } from "../shell/broken_record.ts";
import type { ImportItem } from "./import_sources.ts";

/** Records that are looked at without a break: a few milliseconds. */
export const ITEMS_AT_ONCE = 2_000;

/** Those that are not broken. */
export function* readable(items: Iterable<ImportItem>): Generator<EntryDraft | Entry> {
  for (const item of items) if (!isBroken(item)) yield item;
}

/** All but the first. */
export function* dropFirst<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left > 0) left--;
    else yield item;
  }
}

/** How many there are. */
export async function countOf(items: Iterable<ImportItem>, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for (const _ of items) {
    if (++count % ITEMS_AT_ONCE === 0) await breathe(signal);
  }
  return count;
}

/** Leaves room for other work. Throws the signal's reason once it is aborted. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await yieldToLoop();
  signal?.throwIfAborted();
}
