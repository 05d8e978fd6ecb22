/** The checks of `rr doctor`, in the order of its output. */
import { checkConfig } from "./checks/check_config.ts";
import { checkDaemon } from "./checks/check_daemon.ts";
import { checkDatabase } from "./checks/check_database.ts";
import { checkDevices } from "./checks/check_devices.ts";
import { checkDevice } from "./checks/check_device.ts";
import { checkDeletions } from "./checks/check_deletions.ts";
import { checkDisk } from "./checks/check_disk.ts";
import { checkHook } from "./checks/check_hook.ts";
import { checkKeys } from "./checks/check_keys.ts";
import { checkRelay } from "./checks/check_relay.ts";
import { checkTrackers } from "./checks/check_trackers.ts";
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
