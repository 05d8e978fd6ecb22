import type {
  DaemonStatus,
  IncidentView,
  PeerView,
} from "../../../../app/daemon/status/daemon_status.ts";
import { localTime } from "../../../../base/local_time.ts";
import { incidentSentence } from "../../../print/incident_text.ts";
import { fewOf, isInSync, nameOf } from "../../status/sentence.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";
import { sharedBy, toldApart } from "../../status/told_apart.ts";
import { type Strangers, strangersAtTrackers } from "./strangers.ts";

/** Whether the devices that should sync do, and who is near but cannot. */
export const checkDevices: Check = { name: "devices", run };

const PAIR =
  "Both need one swarm key: `rr pair` on one of them, then `rr pair <code>` on the other";
/** A directory forgets who is gone within a minute: whom it names since is switched on. */
const THERE_SEC = 150;
/** What happened and does not heal by itself. */
const TO_BE_MENDED: readonly IncidentView["kind"][] = ["cloned", "namesake"];
/** Rounds that fail in a row before it is more than a hiccup. */
const MOST_FAILURES = 2;

async function run(context: DoctorContext): Promise<Finding[]> {
  const { status } = context.daemon;
  const strangers = await strangersAtTrackers(context);
  const peers = toldApart(status?.peers ?? []);
  const inSync = peers.filter(isInSync).length;
  const nowUnix = context.world.clock.now() / 1000;
  const found = [
    ...strangerFindings(context, strangers, inSync === 0),
    ...namesakeFindings(peers),
    ...peers.flatMap((peer) => peerFindings(peer, nowUnix)),
    ...(status === undefined ? [] : incidentFindings(status)),
  ];
  if (status === undefined) return found;
  if (peers.length === 0 && found.length === 0) {
    // What the daemon is at odds with comes first, such as a clock that keeps the others out.
    if ((status.problems ?? []).length > 0) return [];
    return [{
      level: "info",
      message: "No other device is known yet",
      hint: "`rr pair` brings one in",
    }];
  }
  if (inSync > 0) found.push({ level: "ok", message: `In sync with ${inSync} of ${peers.length}` });
  return found;
}

/** Those with another key or name. While nobody is in sync, they are most likely the ones that should be. */
function strangerFindings(
  { settings }: DoctorContext,
  { twins, otherUsers, otherKeys, onLan }: Strangers,
  isAlone: boolean,
): Finding[] {
  const level = isAlone ? "error" : "info";
  const found: Finding[] = twins.map((name): Finding => ({
    level: "error",
    message: `Another machine (${name}) uses the identity of this one, so the two cannot sync`,
    hint: "On one of them: `rr init --new-identity`",
  }));
  for (const { url, count } of otherKeys) {
    found.push({
      level,
      message: `${url} knows ${atLeast(count)} with another swarm key; more cannot be seen of them`,
      hint: `If they are yours: ${PAIR}`,
    });
  }
  for (const { userId, name } of otherUsers) {
    found.push({
      level,
      message:
        `"${name}" registers as user "${userId}", this device is of user "${settings.userId}"`,
      hint: `If it is yours, give both one name: \`rr config set user_id ${settings.userId}\``,
    });
  }
  if (onLan.length > 0) {
    // One machine has several addresses, and an office many machines.
    const greets = onLan.length === 1 ? "greets" : "greet";
    const is = onLan.length === 1 ? "is" : "are";
    found.push({
      level,
      message: `${
        fewOf(onLan)
      } on this network ${greets} with another swarm key, or ${is} pairing just now`,
      hint: `If ${onLan.length === 1 ? "it is" : "one is"} yours: ${PAIR}`,
    });
  }
  return found;
}

function atLeast(count: number): string {
  return count >= 16 ? "16 or more devices" : count === 1 ? "one device" : `${count} devices`;
}

/**
 * Whatever this device calls them: what they record cannot be told apart anywhere. Only those that are there
 * now: the other one may be what the machine was before it was set up anew.
 */
function namesakeFindings(peers: readonly PeerView[]): Finding[] {
  const there = peers.filter(({ route }) => route !== null);
  return Array.from(sharedBy(there, ({ device_id }) => device_id), (name): Finding => ({
    level: "warn",
    message: `Two other devices record as "${name}", so what they ran cannot be told apart`,
    hint: "On one of them: `rr config set device_id <name>`",
  }));
}

function peerFindings(peer: PeerView, nowUnix: number): Finding[] {
  const found: Finding[] = [];
  const name = nameOf(peer);
  const error = peer.last_error ?? "";
  if (peer.failures === 0 || error === "") return found;
  const isThere = nowUnix - (peer.last_seen_unix ?? 0) < THERE_SEC;
  const hasOtherKey = /handshake|swarm key/i.test(error);
  if (!hasOtherKey && !(isThere && peer.failures > MOST_FAILURES)) return found;
  found.push({
    level: "error",
    message: `"${name}" cannot be synced with: ${error}`,
    hint: hasOtherKey
      ? PAIR
      : "It is there, so something is in between: a firewall, or no relay (see docs/network.md)",
  });
  return found;
}

function incidentFindings({ incidents = [] }: DaemonStatus): Finding[] {
  const when = (unix: number): string => localTime(unix * 1000).slice(0, -":00".length);
  return incidents.map((incident) => ({
    level: TO_BE_MENDED.includes(incident.kind) && incident.healed_unix === null ? "warn" : "info",
    message: incidentSentence(incident, when),
  }));
}
