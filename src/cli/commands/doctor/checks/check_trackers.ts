import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the trackers answer, let us in, and agree on the time. */
export const checkTrackers: Check = { name: "trackers", run };

// Records live for 60 s and peers are forgotten after 7 days; half a minute does no harm.
const MOST_SKEW_SEC = 30;

function run({ settings, trackers }: DoctorContext): Finding[] {
  if (trackers.length === 0) {
    if (settings.peers.length > 0) return [{ level: "ok", message: "None, but peers are named" }];
    return [{
      level: "info",
      message: "No tracker is set: other devices are found only if their addresses are given",
      hint:
        "rr pair needs none on the local network; else rr config set trackers <url>, with the URL of " +
        "a machine that runs rr hub or rr tracker-serve",
    }];
  }
  const reached = trackers.filter(({ reachable }) => reachable).length;
  return trackers.map(({ baseUrl, reachable, error, clockSkewSec = 0, latencyMs }) => {
    if (!reachable) {
      return {
        level: reached === 0 ? "error" : "warn",
        message: error ?? `No answer from ${baseUrl}`,
        hint: "Check the URL, the token and whether rr tracker-serve runs there",
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
