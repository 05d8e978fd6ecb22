/** Who is tried in one round, of all that may be. */
import type { Random } from "../../base/random.ts";
import { CIRCUIT } from "../../swarm/peer_addrs.ts";
import type { FoundPeer } from "./discover.ts";

/**
 * Peers that never answered and are tried in one round, of each directory: more new devices than a
 * person sets up at once. A directory may name hundreds that do not exist.
 */
const MOST_STRANGERS = 16;
/** The same for those that only the book knows. */
const MOST_REMEMBERED = 8;
/**
 * Dials to one address in a round, on behalf of peers that never answered: a directory could have us
 * knock at somebody's port hundreds of times.
 */
const MOST_PER_ADDRESS = 2;

/**
 * Those of `found` to try now: all that were synced with before or named by hand, in their order, then
 * a few of those that never answered. Who of them is drawn by lot, so that each has its turn; addresses
 * that others are tried at already are left out.
 */
export function chooseForRound(found: readonly FoundPeer[], random: Random): readonly FoundPeer[] {
  const sure = found.filter((one) => one.answered || one.standing === "manual");
  const strangers = found.filter((one) => !one.answered && one.standing !== "manual");
  const bySource = Map.groupBy(
    strangers,
    (one) => one.standing === "named" ? one.source : undefined,
  );
  const dials = new Map<string, number>();
  const chosen: FoundPeer[] = [];
  for (const [source, group] of bySource) {
    let left = source === undefined ? MOST_REMEMBERED : MOST_STRANGERS;
    for (const one of group.length > left ? shuffled(group, random) : group) {
      if (left === 0) break;
      const addrs = one.addrs.filter((addr) => takePlace(dials, addr));
      if (addrs.length === 0 && one.addrs.length > 0) continue;
      chosen.push(addrs.length === one.addrs.length ? one : { ...one, addrs });
      left--;
    }
  }
  return [...sure, ...chosen];
}

// Many peers may stand behind one relay.
function takePlace(dials: Map<string, number>, addr: string): boolean {
  if (addr.includes(CIRCUIT)) return true;
  const place = addr.replace(/\/p2p\/[^/]*$/, "");
  const count = (dials.get(place) ?? 0) + 1;
  if (count > MOST_PER_ADDRESS) return false;
  dials.set(place, count);
  return true;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, at: random.unit() }))
    .sort((a, b) => a.at - b.at).map(({ item }) => item);
}
