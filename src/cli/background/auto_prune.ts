import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/load.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { History } from "../../store/open_history.ts";
import { printInfo } from "../print.ts";
import { takeTurn } from "./turn.ts";

/** Seconds of a day, as `older_than_days` counts. */
export const DAY_SEC = 86_400;

/**
 * Removes old entries if that is wanted and due; whether it was done.
 *
 * @throws {import("../../base/rr_error.ts").RrError} if the marker or the database cannot be used
 */
export async function pruneIfDue(
  world: World,
  settings: Settings,
  history: History,
): Promise<boolean> {
  if (!settings.autoPrune) return false;
  const duty = {
    markerPath: settings.autoPruneMarkerPath,
    intervalSec: settings.autoPruneIntervalSec,
  };
  return await takeTurn(world, duty, () => {
    const { autoPruneDays: days, autoPruneKeepRecent: keepRecent } = settings;
    const beforeUnix = Math.floor(world.clock.now() / 1000) - days * DAY_SEC;
    const deviceId = settings.deviceId as DeviceId;
    const { deleted } = history.removal.prune({ beforeUnix, keepRecent, deviceId });
    if (deleted === 0) return;
    printInfo(
      world,
      `auto prune deleted=${deleted} older_than_days=${days} keep_recent=${keepRecent} ` +
        `cutoff_unix=${beforeUnix}`,
    );
  });
}
