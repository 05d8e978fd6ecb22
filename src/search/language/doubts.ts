/** What a query that found nothing may have been meant to say. */
import { mostSimilar } from "../../base/similar.ts";
import { filterOf, FILTERS, type QueryPlace } from "./filters.ts";

/** One word that may not mean what it was meant to. */
export type Doubt =
  /** It begins like a filter and was looked for as text; `takes` is what the filter understands. */
  | { readonly kind: "text"; readonly word: string; readonly takes: string }
  /** As before, for a name that no filter has. */
  | { readonly kind: "name"; readonly word: string; readonly meant: string }
  /** Of which nobody may have heard. */
  | { readonly kind: "host"; readonly host: string; readonly negated: boolean };

const NAMES = FILTERS.flatMap(({ names }) => names);

/** The doubts about the words of a command line. */
export function doubtsOf(words: readonly string[], place: QueryPlace): Doubt[] {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  return before.flatMap((word): readonly Doubt[] => {
    const [, name = "", value = ""] = /^!?([A-Za-z]+):(.*)$/s.exec(word) ?? [];
    if (name === "" || value.startsWith("//")) return [];
    const found = filterOf(word, place);
    if (found !== undefined) {
      const { hostname } = found.filter;
      return hostname === undefined || value === "" || value === "."
        ? []
        : [{ kind: "host", host: hostname, negated: found.negated }];
    }
    const kind = FILTERS.find(({ names }) => names.includes(name));
    if (kind !== undefined) return [{ kind: "text", word, takes: kind.help }];
    const meant = mostSimilar(name, NAMES);
    return meant === undefined ? [] : [{ kind: "name", word, meant: `${meant}:` }];
  });
}
