import type { RunFilter } from "../../history/run_filter.ts";
import type { TextQuery } from "../../history/text_query.ts";

/** What {@linkcode HistorySearch.find} looks for. */
export interface HistoryQuery extends RunFilter {
  /** Parts of the command; all must occur, in any order. @default {none: every command} */
  readonly words?: readonly string[] | undefined;
  /** @default {false} */
  readonly caseSensitive?: boolean | undefined;
  /** What is looked for in place of `words`. @default {those words} */
  readonly text?: TextQuery | undefined;
  /** Most entries to give. */
  readonly limit: number;
  /** Only the newest run of each command. @default {false} */
  readonly distinct?: boolean | undefined;
}
