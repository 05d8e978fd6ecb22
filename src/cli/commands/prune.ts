import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { type History, openHistory } from "../../store/file/open_history.ts";
import { DAY_SEC } from "../../app/background/auto_prune.ts";
import { utcDay } from "../../base/utc_day.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { switchFlag, wholeNumber } from "../flags/flags.ts";
import { settingsToRead } from "../settings_to_read.ts";
import { printInfo, printLine, printWarning } from "../print/print.ts";

interface Flags {
  readonly olderThanDays: number;
  readonly keepRecent: number;
  readonly dryRun: boolean;
  readonly trustClock: boolean;
}

/** `rr prune` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["--older-than-days <n> [--keep-recent <n>] [--dry-run] [--trust-clock]"],
  details:
    `A device that pushes keeps those of its own entries that an active peer does not have yet. Removed
entries do not come back by syncing; other devices keep theirs. Space that becomes free is given back
to the disk where it is worth it.

What is old is judged by the clock. Where it shows a time that nothing in the history speaks for, as
with an empty battery, nothing is removed without --trust-clock.

RUSTORY_AUTO_PRUNE=1 (auto_prune) does this now and then: in the daemon, and after \`rr record\`.

Examples:
  rr prune --older-than-days 365 --dry-run
  rr prune --older-than-days 365 --keep-recent 10000`,
  flags: {
    olderThanDays: {
      kind: "parsed",
      parse: wholeNumber(1, 36_500),
      placeholder: "n",
      brief: "Remove what was run before that (required)",
    },
    keepRecent: {
      kind: "parsed",
      parse: wholeNumber(0, Number.MAX_SAFE_INTEGER),
      default: "0",
      placeholder: "n",
      brief: "Keep the newest n entries whatever their age",
    },
    dryRun: switchFlag("Only count"),
    trustClock: switchFlag("Even if the clock is far ahead of the newest entries"),
  },
  run,
});

function run(world: World, flags: Flags & GlobalFlags): number {
  const needs = ["dbPath", "deviceId"] as const;
  const settings = settingsToRead(world, loadSettings(world, { dbPath: flags.dbPath }, { needs }));
  const { olderThanDays, keepRecent, dryRun } = flags;
  const beforeUnix = Math.floor(world.clock.now() / 1000) - olderThanDays * DAY_SEC;
  using history = openHistory(settings.dbPath, world);
  if (!flags.trustClock) checkClock(world, history, settings.deviceId, dryRun);
  const { matched, deleted, keptForPeers } = history.removal.prune({
    beforeUnix,
    keepRecent,
    deviceId: settings.deviceId,
    dryRun,
  });
  printLine(
    world,
    `prune${dryRun ? " dry-run" : ""}: older_than_days=${olderThanDays} ` +
      `keep_recent=${keepRecent} cutoff_unix=${beforeUnix} matched=${matched} deleted=${deleted}`,
  );
  if (keptForPeers > 0) {
    printInfo(world, `${keptForPeers} old entries are kept until every active peer has them`);
  }
  if (!dryRun) giveSpaceBack(history);
  return ExitCode.OK;
}

/**
 * Looks whether the history speaks for the clock, as the automatic prune does. A dry run only warns.
 *
 * @throws {RrError} `invalid` if it does not
 */
function checkClock(
  world: World,
  { removal }: History,
  deviceId: Settings["deviceId"],
  dryRun: boolean,
): void {
  const newest = removal.doubtedBehind(deviceId);
  if (newest === undefined) return;
  const why = `the clock shows ${utcDay(world.clock.now())}, but the newest entries that ` +
    `speak for a time are of ${utcDay(newest * 1000)}`;
  const hint = "If the clock is right, say --trust-clock; else set it, and prune then";
  if (!dryRun) throw new RrError("invalid", `Cannot tell what is old: ${why}`, { hint });
  printWarning(world, `without --trust-clock this removes nothing: ${why}`);
}

/** Part of the file that is worth writing it anew for, 1 s for 100 MB; a smaller one is used again. */
const FREE_PART = 1 / 4;

function giveSpaceBack({ maintenance }: History): void {
  const { fileBytes, freeBytes } = maintenance.size();
  if (freeBytes < fileBytes * FREE_PART) return;
  try {
    maintenance.compact();
  } catch (error) {
    // Somebody is writing, or the disk is too full for a second copy: it is as good as before.
    if (!(error instanceof RrError)) throw error;
  }
}
