/** The words of a query for a history that is read elsewhere: a test, and what makes it quick. */
import type { TextQuery } from "../../history/text_query.ts";
import { parseQuery, type Query, type QueryOptions, type QueryText, type Term } from "../query.ts";
import { matchesLine } from "../scan.ts";
import { spellingsOf } from "./spelling.ts";

const ENCODER = new TextEncoder();

/** Words as typed and their signs, as a test for one command; the picker's substring mode. */
export function textQuery(text: QueryText, options: QueryOptions = {}): TextQuery | undefined {
  const query = parseQuery(text, "substring", options);
  if (query.terms.length === 0) return undefined;
  const wanted = query.terms.filter((term) => !term.negated);
  return {
    literals: wanted.filter((term) => term.isAscii).map((term) => lowerCase(term)),
    beyondAscii: wanted.some((term) => !term.isAscii),
    test: (command) => matchesText(query, command),
  };
}

/** Whether a command matches; the same as if it stood in an index. */
function matchesText(query: Query, command: string): boolean {
  const bytes = ENCODER.encode(command);
  const spellings = bytes.length === command.length ? undefined : spellingsOf(bytes);
  return matchesLine({ bytes, start: 0, end: bytes.length, spellings }, query);
}

/** Of a term of ASCII alone. */
function lowerCase(term: Term): string {
  return String.fromCharCode(...term.low).toLowerCase();
}
