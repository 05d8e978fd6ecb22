/** Plain words as a query of texts: parts that must all occur. */
import type { TextQuery } from "../../history/text_query.ts";
import type { HistoryQuery } from "./history_query.ts";

// deno-lint-ignore no-control-regex -- the range of ASCII
const NON_ASCII = /[^\x00-\x7f]/;

/** What a query looks for in texts; `undefined` if every text matches. */
export function textOf(
  { text, words = [], caseSensitive = false }: Pick<
    HistoryQuery,
    "text" | "words" | "caseSensitive"
  >,
): TextQuery | undefined {
  if (text !== undefined) return text;
  const given = words.filter((word) => word !== "");
  if (given.length === 0) return undefined;
  const lower = given.map((word) => word.toLowerCase());
  return {
    literals: lower.filter((word) => !NON_ASCII.test(word)),
    beyondAscii: given.some((word) => NON_ASCII.test(word)),
    test(command): boolean {
      if (caseSensitive) return given.every((word) => command.includes(word));
      const low = command.toLowerCase();
      return lower.every((word) => low.includes(word));
    },
  };
}
