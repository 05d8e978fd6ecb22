import type { SettingValues } from "../../config/schema.ts";
import { utcDay } from "../../base/utc_day.ts";
import { yieldToLoop } from "../../base/async/yield_to_loop.ts";
import type { History } from "../../store/file/open_history.ts";
import { takeTurn, type TurnWorld } from "./turn.ts";

/** Seconds of a day, as `older_than_days` counts. */
export const DAY_SEC = 86_400;

/** Rows deleted at a time: the daemon answers peers in between. */
const SLICE = 1000;

/** More than half of a history, if it is more than this, goes only when a person says so. */
const MOST_UNASKED = 1_000;

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

function doubt(nowUnix: number, believed: number): string {
  return `auto prune: the clock shows ${
    utcDay(nowUnix * 1000)
  }, but nothing else speaks for that: ` +
    `what is old is judged as of ${utcDay(believed * 1000)}`;
}

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
    const deviceId = settings.deviceId;
    const { removal } = history;
    const nowUnix = Math.floor(world.clock.now() / 1000);
    const believed = removal.believeTime(deviceId, duty.intervalSec);
    if (believed < nowUnix - DAY_SEC) tell(doubt(nowUnix, believed));
    const beforeUnix = believed - days * DAY_SEC;
    const rule = { beforeUnix, keepRecent, deviceId, nowUnix: believed };
    const { matched } = removal.prune({ ...rule, dryRun: true });
    const all = history.log.count();
    if (matched > MOST_UNASKED && matched > all / 2) {
      tell(
        `auto prune would remove ${matched} of ${all} entries, which is more than half: nothing was ` +
          `removed. If that is what you want: \`rr prune --older-than-days ${days}\``,
      );
      return;
    }
    let deleted = 0;
    for (let slice = SLICE; slice === SLICE;) {
      await yieldToLoop();
      slice = removal.prune({ ...rule, maxRows: SLICE }).deleted;
      deleted += slice;
    }
    if (deleted === 0) return;
    tell(
      `auto prune deleted=${deleted} older_than_days=${days} keep_recent=${keepRecent} ` +
        `cutoff_unix=${beforeUnix}`,
    );
  });
}
