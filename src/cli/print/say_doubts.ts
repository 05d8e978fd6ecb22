/** Says why a query may have found nothing. */
import { quoted } from "../../base/printable.ts";
import { mostSimilar } from "../../base/similar.ts";
import type { World } from "../../base/world.ts";
import { type Doubt, doubtsOf } from "../../search/language/doubts.ts";
import type { QueryPlace } from "../../search/language/filters.ts";
import type { HistorySearch } from "../../store/index/history_search.ts";
import { printInfo } from "./print.ts";

/** Hosts that a line of text names; more is nothing that a person reads. */
const MOST_HOSTS = 8;

/** Prints a line for each doubt about a query that nothing matched. */
export function sayDoubts(
  world: World,
  search: Pick<HistorySearch, "find" | "recentPlaces">,
  words: readonly string[],
  place: QueryPlace,
): void {
  for (const doubt of doubtsOf(words, place)) {
    const sentence = sentenceOf(doubt, search);
    if (sentence !== undefined) printInfo(world, sentence);
  }
}

function sentenceOf(
  doubt: Doubt,
  search: Pick<HistorySearch, "find" | "recentPlaces">,
): string | undefined {
  switch (doubt.kind) {
    case "text":
      return `${quoted(doubt.word)} was looked for as text: the filter takes "${doubt.takes}"`;
    case "name":
      return `${quoted(doubt.word)} was looked for as text; is ${doubt.meant} meant?`;
    case "host":
      return search.find({ hostname: doubt.host, limit: 1 }).length > 0
        ? undefined
        : hostSentence(doubt.host, search);
  }
}

function hostSentence(host: string, search: Pick<HistorySearch, "recentPlaces">): string {
  const known = [...new Set(search.recentPlaces().map(({ hostname }) => hostname))];
  const meant = mostSimilar(host, known);
  const rest = meant !== undefined
    ? `is ${meant} meant?`
    : known.length === 0
    ? "no host is known"
    : `there are ${known.slice(0, MOST_HOSTS).join(", ")}`;
  return `no command of the host ${quoted(host)} is known; ${rest}`;
}
