/** What this machine says of itself when it pairs. */
import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import type { PairCard } from "../../pair/card.ts";
import { daemonHolder } from "../../process/lock.ts";
import { VERSION } from "../../version.ts";
import { askStatus } from "../ask_daemon.ts";
import type { DaemonStatus } from "../daemon/status/daemon_status.ts";

/** The running daemon's status; `undefined` if none runs. */
export async function statusOfDaemon(
  world: World,
  dbPath: string,
  signal?: AbortSignal,
): Promise<DaemonStatus | undefined> {
  if (daemonHolder(dbPath, world) === undefined) return undefined;
  try {
    return await askStatus(dbPath, { signal });
  } catch {
    signal?.throwIfAborted();
    return undefined; // it has ended in between
  }
}

/** Our card; the addresses are of whatever takes connections here. */
export function ownCard(
  settings: Settings,
  peer: string,
  addrs: readonly string[],
  more: Partial<PairCard> = {},
): PairCard {
  return {
    version: VERSION,
    deviceId: settings.deviceId,
    userId: settings.userId,
    peer,
    addrs: addrs.filter(isOfUse),
    trackers: settings.trackers,
    trackerToken: settings.trackerToken,
    relays: settings.relays,
    swarmKey: undefined,
    outcome: undefined,
    ...more,
  };
}

/** What begins on another machine at that machine is of no use there. */
function isOfUse(addr: string): boolean {
  return !/^\/ip4\/(127|0)\.|^\/ip6\/(::1?|fe80:[^/]*)\//i.test(addr);
}
