/**
 * Which files of the start stand in one chunk of the bundle.
 *
 * The bundler makes a chunk for each set of entries that share a file, and every `import()` is an entry:
 * `rr record` would read 26 of them. So some files are a group: whoever needs one of them loads them all,
 * and they are one chunk. One for all of the start would be too much: V8 takes some 4 ms to read and set up 100 kB,
 * and each command would do so for what only the other one runs.
 */
import { loadedWith } from "./source_graph.ts";

/** What every start needs, and completion, which answers a key. */
const EVERY_START = ["src/cli/main.ts", "src/world/deno.ts", "src/base/printable.ts"];
const RECORD = "src/cli/commands/record/record.ts";
const SEARCH = "src/cli/commands/search.ts";

/** Files that are loaded together, as addresses, by a name. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/** The groups of the sources in a folder. */
export async function startGroups(root: URL): Promise<Groups> {
  const closure = (...files: string[]): Promise<Set<string>> =>
    loadedWith(files.map((file) => new URL(file, root)));
  const [start, record, search] = [
    await closure(...EVERY_START),
    await closure(RECORD),
    await closure(SEARCH),
  ];
  const both = record.intersection(search);
  return new Map([
    ["start", start],
    ["record_and_search", both.difference(start)],
    ["record_only", record.difference(both).difference(start)],
    ["search_only", search.difference(both).difference(start)],
  ]);
}

/** The groups that an entry needs a file of. */
export async function groupsOf(entry: URL, groups: Groups): Promise<string[]> {
  const loaded = await loadedWith([entry]);
  return Array.from(groups).filter(([, files]) => !files.isDisjointFrom(loaded))
    .map(([name]) => name);
}
