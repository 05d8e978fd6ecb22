/** The front of the history: what `rr record` and `rr search` mostly need, and not a module more. */
import type { Entry } from "../history/entry.ts";
import { EntryLog } from "./entry_log.ts";
import { INDEXED_SEQ } from "./meta.ts";
import { newestMatching } from "./_newest_rows.ts";
import { type HistoryOptions, type Opened, openFile } from "./_open_file.ts";
import type { History } from "./open_history.ts";
import type { HistoryQuery } from "./recall.ts";

/** So few rows that are not indexed are read directly within a millisecond or two. */
export const FEW_UNINDEXED = 2_000;

/** The history, with everything that takes modules of its own to load still folded up. */
export class HistoryFront implements Disposable {
  readonly log: EntryLog;
  readonly #opened: Opened;
  #whole: History | undefined;

  /** The front of an open file. */
  constructor(opened: Opened) {
    this.#opened = opened;
    this.log = new EntryLog(opened.db, opened.meta);
  }

  /**
   * The newest entries that match, newest first, if they are among the newest few thousand;
   * `undefined` if `Recall.findFurther()` has to look.
   */
  newest(query: HistoryQuery): Entry[] | undefined {
    return newestMatching(this.#opened.db, query);
  }

  /** How many rows the index has not taken in yet, at most. */
  unindexed(): number {
    return this.log.headSeq() - (this.#opened.meta.integer(INDEXED_SEQ) ?? 0);
  }

  /** All of the history, on the same connection: disposed of with this. */
  async whole(): Promise<History> {
    const { historyIn } = await import("./open_history.ts");
    return this.#whole ??= historyIn(this.#opened);
  }

  /** Closes the file. Twice is harmless. */
  [Symbol.dispose](): void {
    this.#opened.db[Symbol.dispose]();
  }
}

/** As {@linkcode import("./open_history.ts").openHistory}, but only the front of it. */
export function openFront(path: string, options: HistoryOptions): HistoryFront {
  return new HistoryFront(openFile(path, options));
}
