/** Filters of the query language at Tab, with the hosts and folders of the history. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettingsQuickly } from "../../config/load_quickly.ts";
import { isUnknownPlace } from "../../history/run_filter.ts";
import { type Names, type Suggestion, suggestions } from "../../search/language/complete.ts";
import { openForSearching } from "../../store/file/open_for_searching.ts";
import type { KnownHosts } from "../../search/language/doubts.ts";
import type { HistorySearch, RecentPlaces } from "../../store/index/history_search.ts";

/** Most words offered at once. */
const MOST_SHOWN = 50;

/** What the word at the cursor may become; only names of filters where there is no history to be read. */
export async function queryCompletions(world: World, word: string): Promise<Suggestion[]> {
  const names = word.includes(":") ? await knownNames(world) : NO_NAMES;
  return suggestions(word, names, world.env("HOME")).slice(0, MOST_SHOWN);
}

const NO_NAMES: Names = { hosts: [], folders: [], users: [], devices: [] };

async function knownNames(world: World): Promise<Names> {
  try {
    const settings = await loadSettingsQuickly(world, {}, { lenient: true });
    if (world.files.stat(settings.dbPath) === undefined) return NO_NAMES;
    using history = openForSearching(settings.dbPath, world);
    return namesIn((await history.whole()).search.recentPlaces(), settings.userId);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return NO_NAMES; // Tab has no room for errors
  }
}

/** The names in places, for `suggestions()`. */
export function namesIn(places: RecentPlaces, userId: string): Names {
  return {
    hosts: [...new Set(places.map(({ hostname }) => hostname))],
    // What was imported without one would be offered first, and name a folder below this one.
    folders: [...new Set(places.map(({ cwd }) => cwd))].filter((cwd) => !isUnknownPlace(cwd)),
    devices: [...new Set(places.map(({ deviceId }) => deviceId))],
    users: [userId],
  };
}

/** The hosts of a history, for `sentenceOf()`. */
export function knownHosts(
  search: Pick<HistorySearch, "has" | "recentPlaces">,
): KnownHosts {
  return {
    has: (host) => search.has("host", host),
    names: () => namesIn(search.recentPlaces(), "").hosts,
  };
}
