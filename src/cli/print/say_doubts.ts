/** Says why a query may have found nothing. */
import type { World } from "../../base/world.ts";
import { doubtsOf, sentenceOf } from "../../search/language/doubts.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import type { HistorySearch } from "../../store/index/history_search.ts";
import { knownHosts } from "../flags/query_completions.ts";
import { printInfo } from "./print.ts";

/** Prints a line for each doubt about a query that nothing matched. */
export function sayDoubts(
  world: World,
  search: Pick<HistorySearch, "has" | "recentPlaces">,
  words: readonly string[],
  place: QueryPlace,
): void {
  for (const doubt of doubtsOf(words, place)) {
    const sentence = sentenceOf(doubt, knownHosts(search));
    if (sentence !== undefined) printInfo(world, sentence);
  }
}
