/** Completing a filter of the query line, as Tab does. */
import { commonStart, type Names, suggestions } from "../../search/language/complete.ts";
import { meant, quoted } from "../../search/language/tokens.ts";
import type { Line } from "../keys/line_edit.ts";

/** Whether Tab has a filter to complete before the cursor. */
export function isFilterBegun({ query, cursor }: Line): boolean {
  return /(?:^|\s)!?[a-z]+:(?:\\\s|\S)*$/.test(query.slice(0, cursor)) &&
    suggestions(wordBefore(query, cursor).split(":")[0]!, NO_NAMES, undefined).length > 0;
}

function wordBefore(query: string, cursor: number): string {
  return /(?:\\\s|\S)*$/.exec(query.slice(0, cursor))![0];
}

const NO_NAMES: Names = { hosts: [], folders: [], users: [], devices: [] };

/** The line completed, and what to say at the bottom. */
export interface Completion {
  /** `undefined` if nothing is called so. */
  readonly line: Line | undefined;
  readonly notice: string | undefined;
}

/** The word before the cursor as far as all names agree, and what there is to choose from. */
export function completeFilter(
  { query, cursor }: Line,
  names: Names,
  home: string | undefined,
): Completion {
  const word = wordBefore(query, cursor);
  const words = suggestions(meant(word), names, home).map((one) => quoted(one.word));
  if (words.length === 0) return { line: undefined, notice: "Nothing is called so" };
  const whole = words.length === 1 ? `${words[0]} ` : commonStart(words);
  const start = cursor - word.length;
  const line = {
    query: query.slice(0, start) + whole + query.slice(cursor),
    cursor: start + whole.length,
  };
  if (words.length === 1) return { line, notice: undefined };
  return { line, notice: words.map((one) => one.slice(one.indexOf(":") + 1)).join("  ") };
}
