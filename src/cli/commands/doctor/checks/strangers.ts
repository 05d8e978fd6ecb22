/** Who is near without being one of ours: at the trackers, and on the local network. */
import { swarmAccess } from "../../../../app/session/swarm_access.ts";
import { RrError } from "../../../../base/rr_error.ts";
import { loadSwarmKey } from "../../../../net/keys/swarm_key.ts";
import type { PeerRecord } from "../../../../swarm/peer.ts";
import { createTrackerClient, type TrackerClient } from "../../../../tracker/client/client.ts";
import { createSwarmClient, MET_NOBODY } from "../../../../tracker/client/swarm_client.ts";
import type { DoctorContext } from "../finding.ts";

/** What was found. */
export interface Strangers {
  /** Machines with this one's identity. */
  readonly twins: readonly string[];
  /** Devices that register in the open, as the original's do, under another user id. */
  readonly otherUsers: readonly { readonly userId: string; readonly name: string }[];
  /** How many devices of other swarms a tracker tells of. */
  readonly otherKeys: readonly { readonly url: string; readonly count: number }[];
  /** Addresses on the local network from which somebody greets with another key. */
  readonly onLan: readonly string[];
}

/** A tracker with more users than this is a public one, and they are no business of ours. */
const MOST_OTHER_USERS = 5;
/** A tracker that is there answers in less. */
const LONGEST_MS = 4_000;

/** Asks the trackers that answer; one that fails is told of by its own check. */
export async function strangersAtTrackers(context: DoctorContext): Promise<Strangers> {
  const { daemon: { status } } = context;
  const trackers = await context.trackers;
  const answers = await Promise.all(
    context.settings.trackers.map((url, i) =>
      trackers[i]?.reachable ? askTracker(context, url).catch(nothing) : nothing()
    ),
  );
  return {
    twins: unique(answers.flatMap(({ twins }) => twins)),
    otherUsers: answers.flatMap(({ otherUsers }) => otherUsers),
    otherKeys: answers.flatMap(({ otherKeys }, i) =>
      otherKeys === 0 ? [] : [{ url: trackers[i]!.baseUrl, count: otherKeys }]
    ),
    onLan: status?.lan_strangers ?? [],
  };
}

interface Answer {
  readonly twins: readonly string[];
  readonly otherUsers: Strangers["otherUsers"];
  readonly otherKeys: number;
}

function nothing(): Answer {
  return { twins: [], otherUsers: [], otherKeys: 0 };
}

async function askTracker(context: DoctorContext, baseUrl: string): Promise<Answer> {
  const { world, settings } = context;
  const over = new AbortController();
  const timer = world.clock.sleep(LONGEST_MS, over.signal).then(
    () => over.abort(new RrError("network", `No answer from ${baseUrl}`)),
    () => {},
  );
  try {
    const open = createTrackerClient({ baseUrl, token: settings.trackerToken }, world);
    const sealed = await listSealed(context, open, baseUrl, over.signal);
    const all = await open.listAll(over.signal);
    return {
      twins: sealed.records.filter((one) => isTwin(context, one)).map(nameOf),
      otherUsers: otherUsers(context, all),
      otherKeys: sealed.others,
    };
  } finally {
    over.abort();
    await timer;
  }
}

async function listSealed(
  { world, settings }: DoctorContext,
  open: TrackerClient,
  baseUrl: string,
  signal: AbortSignal,
): Promise<{ readonly records: readonly PeerRecord[]; readonly others: number }> {
  const key = await loadSwarmKey(settings.swarmKeyPath, world);
  if (key === undefined) return { records: [], others: 0 };
  const access = await swarmAccess(key.key, MET_NOBODY);
  const options = { baseUrl, token: settings.trackerToken };
  const client = createSwarmClient(options, open, access, world);
  const records = await client.list(settings.userId, signal);
  return { records, others: client.others };
}

function isTwin({ settings, report }: DoctorContext, record: PeerRecord): boolean {
  const { hostname, deviceId } = record;
  return record.peer === report.p2p_identity_key.value &&
    ((hostname !== undefined && hostname !== settings.hostname) ||
      (deviceId !== undefined && deviceId !== settings.deviceId));
}

function otherUsers(
  { settings }: DoctorContext,
  all: readonly PeerRecord[],
): Strangers["otherUsers"] {
  const others = all.filter(({ userId }) => userId !== undefined && userId !== settings.userId);
  if (new Set(others.map(({ userId }) => userId)).size > MOST_OTHER_USERS) return [];
  return others.slice(0, MOST_OTHER_USERS).map((one) => ({
    userId: one.userId!,
    name: nameOf(one),
  }));
}

function nameOf({ hostname, deviceId, peer }: PeerRecord): string {
  return hostname ?? deviceId ?? peer;
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
