/** Which letters of a shown command matched. */
import { termPositions } from "./match_term.ts";
import type { Query } from "./query.ts";

const encoder = new TextEncoder();

/**
 * UTF-16 indices of `text` that the query matched, ascending, without doubles; empty if it does not
 * match. The words of a query that stand there side by side are marked there, not at better places.
 */
export function matchPositions(query: Query, text: string): number[] {
  if (query.terms.length === 0) return [];
  const bytes = encoder.encode(text);
  const offsets = new Set<number>();
  const phrase = query.phrase ? termPositions(bytes, 0, bytes.length, query.phrase) : [];
  if (phrase.length > 0) {
    for (const offset of phrase) offsets.add(offset);
  } else {
    for (const term of query.terms) {
      if (term.negated) continue;
      for (const offset of termPositions(bytes, 0, bytes.length, term)) offsets.add(offset);
    }
  }
  return toUtf16(text, offsets);
}

function toUtf16(text: string, offsets: ReadonlySet<number>): number[] {
  const positions: number[] = [];
  let offset = 0;
  let index = 0;
  for (const char of text) {
    if (offsets.has(offset)) {
      for (let unit = 0; unit < char.length; unit++) positions.push(index + unit);
    }
    const code = char.codePointAt(0)!;
    offset += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += char.length;
  }
  return positions;
}
