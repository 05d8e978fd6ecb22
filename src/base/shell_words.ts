/** Words as shells read them: for hooks, for files that shells run, and for lines that people copy. */

/** What no shell reads otherwise than it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word for zsh, bash and sh, whatever is in it. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One word for fish, whatever is in it. */
export function quoteForFish(word: string): string {
  return `'${word.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** As {@linkcode quoteForShell}, without quotes where a person would type none. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : quoteForShell(word);
}
