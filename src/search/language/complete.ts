/** What may stand at the cursor of a query line. */
import { FILTERS } from "./filters.ts";

/** What the history knows, the most frequent first. */
export interface Names {
  readonly hosts: readonly string[];
  readonly folders: readonly string[];
  readonly users: readonly string[];
  readonly devices: readonly string[];
}

/** A word that may stand there. */
export interface Suggestion {
  readonly word: string;
  readonly help: string;
}

/** Names by filter. */
const FROM_HISTORY: Readonly<Record<string, keyof Names>> = {
  host: "hosts",
  in: "folders",
  cwd: "folders",
  below: "folders",
  user: "users",
  device: "devices",
};

/** The filters that a word may become, by name, or with real values; all of them as meant, without signs that quote. */
export function suggestions(word: string, names: Names, home: string | undefined): Suggestion[] {
  const [, sign = "", name = "", colon, value = ""] = /^(!?)([a-z]*)(:?)(.*)$/s.exec(word) ?? [];
  if (!colon) return nameSuggestions(sign, name);
  const kind = FILTERS.find(({ names }) => names.includes(name));
  if (kind === undefined) return [];
  const source = FROM_HISTORY[name];
  const known = source === undefined ? kind.values ?? [] : names[source];
  const shown = source === "folders" ? known.map((folder) => withHome(folder, home)) : known;
  return shown.filter((one) => one.startsWith(value))
    .map((one) => ({ word: `${sign}${name}:${one}`, help: kind.help }));
}

function nameSuggestions(sign: string, name: string): Suggestion[] {
  return FILTERS.filter(({ names: [usual] }) => usual!.startsWith(name))
    .map(({ names: [usual], help }) => ({ word: `${sign}${usual}:`, help }));
}

function withHome(folder: string, home: string | undefined): string {
  if (home === undefined || home === "/") return folder;
  return folder === home || folder.startsWith(`${home}/`)
    ? `~${folder.slice(home.length)}`
    : folder;
}

/** What all suggestions begin with; at least the word itself. */
export function commonStart(words: readonly string[]): string {
  const [first = "", ...others] = words;
  let length = first.length;
  for (const word of others) {
    while (!word.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}
