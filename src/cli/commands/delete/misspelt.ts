/** What must not be deleted by: a word that was most likely meant otherwise. */
import { quoted } from "../../../base/printable.ts";
import { RrError } from "../../../base/rr_error.ts";
import { doubtsOf } from "../../../search/language/doubts.ts";
import type { QueryPlace } from "../../../search/language/filters.ts";
import type { HistorySearch } from "../../../store/index/history_search.ts";

/**
 * A word that looks like a filter and is none is text elsewhere. Here `!exit:nope`, or another host than one
 * that nobody knows, would take the whole history.
 *
 * @throws {RrError} `usage`
 */
export function refuseMisspelt(
  search: Pick<HistorySearch, "find">,
  words: readonly string[],
  place: QueryPlace,
): void {
  for (const doubt of doubtsOf(words, place)) {
    if (doubt.kind !== "host") {
      const why = doubt.kind === "text" ? `it takes "${doubt.takes}"` : `is ${doubt.meant} meant?`;
      throw new RrError(
        "usage",
        `Cannot delete by ${quoted(doubt.word)}: it looks like a filter and is none; ${why}`,
        { hint: `If the text is meant, put it behind --: \`rr delete -- ${quoted(doubt.word)}\`` },
      );
    }
    if (doubt.negated && search.find({ hostname: doubt.host, limit: 1 }).length === 0) {
      throw new RrError(
        "usage",
        `Cannot delete by ${
          quoted(`!host:${doubt.host}`)
        }: no command of that host is known, so this is all`,
      );
    }
  }
}
