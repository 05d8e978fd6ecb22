/** The checks of `rr doctor`, in the order of its output. */
import { checkConfig } from "./check_config.ts";
import { checkDaemon } from "./check_daemon.ts";
import { checkDatabase } from "./check_database.ts";
import { checkDevices } from "./check_devices.ts";
import { checkDevice } from "./check_device.ts";
import { checkDeletions } from "./check_deletions.ts";
import { checkDisk } from "./check_disk.ts";
import { checkHook } from "./check_hook.ts";
import { checkKeys } from "./check_keys.ts";
import { checkRelay } from "./check_relay.ts";
import { checkTrackers } from "./check_trackers.ts";
import type { Check } from "./finding.ts";

/** All checks; each is run whatever the others found. */
export const CHECKS: readonly Check[] = [
  checkConfig,
  checkDevice,
  checkDatabase,
  checkDisk,
  checkKeys,
  checkTrackers,
  checkRelay,
  checkHook,
  checkDaemon,
  checkDevices,
  checkDeletions,
];
