/** The query language in a few lines, for the help of the picker and of the commands. */
import { FILTERS } from "./filters.ts";

/** What words and their signs mean. */
const WORDS: readonly (readonly [string, string])[] = [
  ["docker", "holds this; with an accent (in the picker, a capital), exactly so"],
  ["!logs", "does not hold this"],
  ["^git", "begins with this"],
  ["end$", "ends with this"],
  ["^ls$", "is exactly this"],
  ["'exact", "holds this without gaps (in the picker, where letters may have gaps)"],
  ["--", "what follows is text, whatever it looks like"],
];

/** Each word or filter and what it means, the words first. */
export function languageRows(): (readonly [word: string, help: string])[] {
  const filters = FILTERS.map(({ example, help }) => [example, help] as const);
  return [...WORDS, ...filters, ["!exit:ok", "any filter with ! before it: not so"]];
}

/** One line each, all as wide as the widest. */
export function languageLines(): string[] {
  const rows = languageRows();
  const width = Math.max(...rows.map(([word]) => word.length));
  return rows.map(([word, help]) => `${word.padEnd(width)}  ${help}`);
}
