import type { SettingValues } from "../../config/schema.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { History } from "../../store/file/open_history.ts";
import { takeTurn, type TurnWorld } from "./turn.ts";

/** Seconds of a day, as `older_than_days` counts. */
export const DAY_SEC = 86_400;

/** Rows deleted at a time: the daemon answers peers in between. */
const SLICE = 1000;

/** What of the settings says when and what to remove. */
export type PruneSettings = Pick<
  SettingValues,
  | "autoPrune"
  | "autoPruneDays"
  | "autoPruneIntervalSec"
  | "autoPruneKeepRecent"
  | "autoPruneMarkerPath"
  | "deviceId"
>;

/**
 * Removes old entries if that is wanted and due; whether it was done. `tell` is given the original's
 * line if any were removed.
 *
 * @throws {import("../../base/rr_error.ts").RrError} if the marker or the database cannot be used
 */
export async function pruneIfDue(
  world: TurnWorld,
  settings: PruneSettings,
  history: History,
  tell: (text: string) => void,
): Promise<boolean> {
  if (!settings.autoPrune) return false;
  const duty = {
    markerPath: settings.autoPruneMarkerPath,
    intervalSec: settings.autoPruneIntervalSec,
  };
  return await takeTurn(world, duty, async () => {
    const { autoPruneDays: days, autoPruneKeepRecent: keepRecent } = settings;
    const beforeUnix = Math.floor(world.clock.now() / 1000) - days * DAY_SEC;
    const deviceId = settings.deviceId as DeviceId;
    let deleted = 0;
    for (let slice = SLICE; slice === SLICE;) {
      await yieldToLoop();
      slice = history.removal.prune({ beforeUnix, keepRecent, deviceId, maxRows: SLICE }).deleted;
      deleted += slice;
    }
    if (deleted === 0) return;
    tell(
      `auto prune deleted=${deleted} older_than_days=${days} keep_recent=${keepRecent} ` +
        `cutoff_unix=${beforeUnix}`,
    );
  });
}
