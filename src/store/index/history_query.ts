import type { RunFilter } from "./run_filter.ts";

/** What {@linkcode Recall.find} looks for. */
export interface HistoryQuery extends RunFilter {
  /** Parts of the command; all must occur, in any order. @default {none: every command} */
  readonly words?: readonly string[] | undefined;
  /** @default {false} */
  readonly caseSensitive?: boolean | undefined;
  /** Most entries to give. */
  readonly limit: number;
  /** Only the newest run of each command. @default {false} */
  readonly distinct?: boolean | undefined;
}
