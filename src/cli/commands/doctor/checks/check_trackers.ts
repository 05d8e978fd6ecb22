import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the trackers answer, let us in, and agree on the time. */
export const checkTrackers: Check = { name: "trackers", run };

// Records live for 60 s and peers are forgotten after 7 days; half a minute does no harm.
const MOST_SKEW_SEC = 30;

async function run({ settings, trackers: asked }: DoctorContext): Promise<Finding[]> {
  const trackers = await asked;
  if (trackers.length === 0) {
    if (settings.peers.length > 0) return [{ level: "ok", message: "None, but peers are named" }];
    return [{
      level: "info",
      message: settings.lanDiscovery
        ? "No tracker is set: devices on the local network find each other, others by address only"
        : "No tracker is set, and lan_discovery is off: devices are found by address only",
      hint: "For devices on different networks: a machine that runs `rr hub`, see `rr hub --help`",
    }];
  }
  const reached = trackers.filter(({ reachable }) => reachable).length;
  return trackers.map(({ baseUrl, reachable, error, hint, clockSkewSec = 0, latencyMs }) => {
    if (!reachable) {
      return {
        level: reached === 0 ? "error" : "warn",
        message: error ?? `No answer from ${baseUrl}`,
        hint: hint ??
          "Check the URL, the token and whether `rr hub` or `rr tracker-serve` runs there",
      };
    }
    if (Math.abs(clockSkewSec) > MOST_SKEW_SEC) {
      const which = clockSkewSec > 0 ? "behind" : "ahead of";
      return {
        level: "warn",
        message: `The clock here is ${Math.abs(clockSkewSec)} s ${which} that of ${baseUrl}`,
        hint: "Set the clock by NTP: timedatectl set-ntp true, or System Settings on macOS",
      };
    }
    return { level: "ok", message: `${baseUrl} answers in ${latencyMs} ms` };
  });
}
