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

/** One line a word or filter, the words first, all as wide as the widest. */
export function languageLines(): string[] {
  const rows = [...WORDS, ...FILTERS.map(({ example, help }) => [example, help] as const)];
  const width = Math.max(...rows.map(([word]) => word.length));
  return [
    ...rows.map(([word, help]) => `${word.padEnd(width)}  ${help}`),
    `${"!exit:ok".padEnd(width)}  any filter with ! before it: not so`,
  ];
}
