import { CommandIndex, type Slice } from "../../src/search/index.ts";
import { IncrementalSearch } from "../../src/search/search.ts";
import { type MatchMode, parseQuery } from "../../src/search/query.ts";

/** Commands, newest first, as a slice; ids count from `firstId`. As in the store, 0x1e becomes a space. */
export function sliceOf(commands: readonly string[], firstId = 1): Slice {
  const texts = commands.map((command) => `${command.replaceAll("\x1e", " ")}\x1e`);
  const bytes = new TextEncoder().encode(texts.join(""));
  return { ids: commands.map((_, i) => firstId + i), bytes };
}

/** A complete index of the commands. */
export function indexOf(commands: readonly string[]): CommandIndex {
  const index = new CommandIndex();
  index.append(sliceOf(commands));
  index.finish();
  return index;
}

/** The matching commands, best first. */
export function searched(
  commands: readonly string[],
  text: string,
  mode: MatchMode = "fuzzy",
  limit = 1000,
): string[] {
  const index = indexOf(commands);
  const search = new IncrementalSearch(index, parseQuery(text, mode), limit);
  search.step(() => false);
  return search.found().lines.map((line) => index.text(line));
}
