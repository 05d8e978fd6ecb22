/** Where the running daemon works with something else than the files and the environment say. */
import type { DaemonWays } from "../../../machine/daemon_ways.ts";
import type { Settings } from "../../../../config/settings.ts";
import type { DoctorContext, Finding } from "../finding.ts";

/** One finding for each setting that differs. */
export function settingMismatches(
  context: DoctorContext,
  { restart, again }: DaemonWays,
): Finding[] {
  return [
    ...nameMismatches(context),
    ...keyMismatches(context, restart, again),
    ...listMismatches(context),
    ...waiting(context, restart),
  ];
}

function nameMismatches({ settings, daemon: { status } }: DoctorContext): Finding[] {
  const pairs = [
    ["device", status!.device_id, settings.deviceId],
    ["user", status!.user_id, settings.userId],
  ] as const;
  return pairs.filter(([, theirs, ours]) => theirs !== ours).map(([what, theirs, ours]) => ({
    level: "error",
    message: `The daemon runs for the ${what} "${theirs}", but commands are recorded for "${ours}"`,
    hint:
      `Say \`rr config set ${what}_id <name>\`, and take RUSTORY_${what.toUpperCase()}_ID out of ` +
      "the environment of the one or the other",
  }));
}

function keyMismatches(
  { report, daemon: { status } }: DoctorContext,
  restart: string,
  again: string,
): Finding[] {
  const found: Finding[] = [];
  const swarmKey = status!.swarm_key ?? undefined;
  if (swarmKey !== undefined && report.swarm_key.value !== swarmKey) {
    found.push({
      level: "error",
      message: `The daemon works with the swarm key ${swarmKey}, the file ` +
        `${report.swarm_key.path} has ${report.swarm_key.value ?? "none"}`,
      hint: "The file is of use only to devices with the same: put the right one there (compare " +
        `\`rr swarm-key\` on each device), then: ${again}`,
    });
  }
  const peer = status!.peer_id ?? undefined;
  if (peer !== undefined && report.p2p_identity_key.value !== peer) {
    found.push({
      level: "error",
      message: `The daemon works with the identity ${peer}, the file ` +
        `${report.p2p_identity_key.path} has ${report.p2p_identity_key.value ?? "none"}`,
      hint: `It is taken up by ${restart}`,
    });
  }
  return found;
}

/** Only what stands in the config or the default: a flag of the daemon is meant so. */
function listMismatches({ settings, daemon: { status } }: DoctorContext): Finding[] {
  const plain = (url: string): string => url.replace(/\/\/[^/@]*@/, "//").replace(/\/+$/, "");
  const lists: readonly (readonly [keyof Settings["origins"], string, string[], string[]])[] = [
    [
      "trackers",
      "trackers",
      status!.trackers.map(({ url }) => plain(url)),
      settings.trackers.map(plain),
    ],
    ["relays", "relay_addr", status!.relays.map(({ relay }) => relay), [...settings.relays]],
  ];
  return lists.flatMap(([name, key, theirs, ours]): Finding[] => {
    const isSame = theirs.length === ours.length && ours.every((one) => theirs.includes(one));
    // A session that is starting has none yet.
    if (isSame || status!.peer_id === null) return [];
    const text = (list: readonly string[]): string => list.length === 0 ? "none" : list.join(", ");
    return [{
      level: "warn",
      message: `The daemon has other ${key} than ${settings.origins[name].name} says: ` +
        `${text(theirs)} instead of ${text(ours)}`,
      hint: `Put it into the config, where the daemon finds it: \`rr config set ${key} ` +
        `${ours.join(",") || "<value>"}\`; flags and variables of the daemon go before it`,
    }];
  });
}

function waiting({ daemon: { status } }: DoctorContext, restart: string): Finding[] {
  // An older daemon does not tell.
  return (status!.needs_restart ?? []).map((key) => ({
    level: "warn",
    message: `The daemon still works with the old ${key}`,
    hint: `The new one is taken up by ${restart}`,
  }));
}
