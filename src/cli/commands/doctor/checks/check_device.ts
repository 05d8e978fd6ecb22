import { RrError } from "../../../../base/rr_error.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Who this device says it is, and whether another one says the same. */
export const checkDevice: Check = { name: "device", run };

function run(context: DoctorContext): Finding[] {
  const { settings } = context;
  const found: Finding[] = [];
  if (settings.deviceId === "unknown") {
    found.push({
      level: "error",
      message: "This device has no name: device_id is not set and the host name cannot be read",
      hint: "Give it one: `rr config set device_id <name>`",
    });
  } else if (settings.origins.deviceId.source === "default") {
    found.push({
      level: "info",
      message:
        `The device id "${settings.deviceId}" is the host name; a new host name would make ` +
        "this another device",
      hint: `Keep it: \`rr config set device_id ${settings.deviceId}\``,
    });
  }
  if (settings.userId === "unknown") {
    found.push({
      level: "warn",
      message: "The user has no name: devices of one user find each other by it",
      hint: "`rr config set user_id <name>`",
    });
  }
  found.push(...clashes(context));
  if (found.length > 0) return found;
  return [{ level: "ok", message: `"${settings.deviceId}" of user "${settings.userId}"` }];
}

function clashes({ world, settings, report }: DoctorContext): Finding[] {
  const own = report.p2p_identity_key.value;
  try {
    using history = openHistory(settings.dbPath, {
      files: world.files,
      clock: world.clock,
      mode: "readonly",
    });
    return history.peers.recent(0, settings.userId)
      .filter(({ peer, deviceId }) => peer !== own && deviceId === settings.deviceId)
      .map(({ peer, hostname }) => ({
        level: "error",
        message: `Another device also calls itself "${settings.deviceId}": ${peer}` +
          (hostname === undefined ? "" : ` (host ${hostname})`),
        hint: "Give one of them another name: `rr config set device_id <name>`; if it has one " +
          `by now, or is this one with an older key: \`rr devices forget ${peer}\``,
      }));
  } catch (error) {
    // What is wrong with the database is told by its own check.
    if (error instanceof RrError) return [];
    throw error;
  }
}
