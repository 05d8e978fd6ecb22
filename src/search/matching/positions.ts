/** Which letters of a shown command matched. */
import { termPositions } from "./match_term.ts";
import type { Query, Term } from "../query.ts";
import { bare, composed, type Traced, traced } from "./spelling.ts";

/**
 * UTF-16 indices of `text` that the query matched, ascending, without doubles; empty if it does not
 * match. The words of a query that stand there side by side are marked there, not at better places.
 */
export function matchPositions(query: Query, text: string): number[] {
  if (query.terms.length === 0) return [];
  const marked = new Set<number>();
  let whole: Traced | undefined;
  let plain: Traced | undefined;
  const mark = (term: Term): boolean => {
    const spelt = term.hasAccents ? whole ??= traced(text, composed) : plain ??= traced(text, bare);
    const { bytes, from, to } = spelt;
    const offsets = termPositions(bytes, 0, bytes.length, term);
    for (const at of offsets) for (let i = from[at]!; i < to[at]!; i++) marked.add(i);
    return offsets.length > 0;
  };
  if (query.phrase === undefined || !mark(query.phrase)) {
    for (const term of query.terms) if (!term.negated) mark(term);
  }
  return [...marked].sort((a, b) => a - b);
}
