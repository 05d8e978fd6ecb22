/** The one sentence that a person wants to know first: whether all is in sync, and if not, what to do. */
import { counted } from "../../../base/grouped.ts";
import type { DaemonStatus, PeerView } from "../../../app/daemon/status/daemon_status.ts";

type Told = Pick<DaemonStatus, "peers" | "last_round_unix"> & Partial<DaemonStatus>;

/** The sentence of a status, without a full stop; `restart` is what starts the daemon anew. */
export function sentenceOf(status: Told, restart = "a restart of the daemon"): string {
  const { peers, problems = [], last_round_unix, needs_restart = [] } = status;
  const [problem] = problems;
  if (problem !== undefined) return problem;
  if (peers.length === 0) return lonely(status);
  const moving = underWay(peers);
  if (moving !== undefined) return moving;
  if (last_round_unix === null) return "The first round with the other devices is under way";
  const head = `In sync with ${peers.filter(isInSync).length} of ${peers.length}`;
  const rest = waiting(peers) ?? lost(peers);
  if (rest !== undefined) return `${head}; ${rest}`;
  if (needs_restart.length === 0) return head;
  return `${head}; ${restart} puts ${needs_restart.join(", ")} into force`;
}

/** Whether a peer and this device are known to have the same. */
export function isInSync({ failures, last_sync_unix, pending_push, ...peer }: PeerView): boolean {
  if (peer.equal) return true;
  return failures === 0 && last_sync_unix !== null && lacking({ ...peer, pending_push }) === 0 &&
    (peer.behind ?? 0) === 0;
}

/** Commands that a peer lacks of this device's history. */
export function lacking({ ahead, pending_push }: Pick<PeerView, "ahead" | "pending_push">): number {
  // An older daemon does not tell.
  return ahead ?? pending_push;
}

/** What a person calls a peer. */
export function nameOf(
  { given_name, device_id, hostname, peer_id }: Pick<
    PeerView,
    "given_name" | "device_id" | "hostname" | "peer_id"
  >,
): string {
  return given_name ?? device_id ?? hostname ?? peer_id;
}

const BAR_WIDTH = 10;

/** `[####      ] 40 %` */
export function barOf(done: number, left: number): string {
  const share = done / Math.max(1, done + left);
  const full = Math.round(share * BAR_WIDTH);
  return `[${"#".repeat(full)}${" ".repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)} %`;
}

const MOST_NAMED = 3;

/** The first few of many names. */
export function fewOf(names: readonly string[]): string {
  return names.slice(0, MOST_NAMED).join(", ") + (names.length > MOST_NAMED ? " and others" : "");
}

function lonely({ lan_strangers = [], trackers = [] }: Told): string {
  const elsewhere = trackers.find(({ others }) => (others ?? 0) > 0);
  if (lan_strangers.length > 0) {
    const have = lan_strangers.length === 1 ? "has" : "have";
    return `No other device is known yet, but ${fewOf(lan_strangers)} on this network ${have} ` +
      "another swarm key: `rr pair` gives both the same";
  }
  if (elsewhere !== undefined) {
    return `No other device is known yet, but ${elsewhere.url} has devices with another swarm ` +
      "key: `rr pair` gives both the same";
  }
  const silent = trackers.find(({ error }) => error !== null);
  if (silent !== undefined) {
    return `No other device is known yet, and the tracker ${silent.url} cannot be asked: ` +
      "`rr doctor` says what to do";
  }
  return "No other device is known yet: `rr pair` brings one in";
}

/** What comes or goes right now, the most of it. */
function underWay(peers: readonly PeerView[]): string | undefined {
  const connected = peers.filter(({ route }) => route !== null && route !== undefined);
  const from = most(connected.filter((peer) => peer.arrived > 0), (peer) => peer.behind ?? 0);
  if (from !== undefined && from.behind !== 0) {
    if (from.behind === null) {
      return `${counted(from.arrived, "command")} ${
        from.arrived === 1 ? "has" : "have"
      } come from ${nameOf(from)} so far, ${from.route}`;
    }
    return `This device is ${counted(from.behind, "command")} behind ${nameOf(from)} ` +
      `${barOf(from.arrived, from.behind)}, ${from.route}`;
  }
  const to = most(connected.filter((peer) => peer.given > 0), lacking);
  if (to === undefined || lacking(to) === 0) return undefined;
  return `${nameOf(to)} is ${counted(lacking(to), "command")} behind ${
    barOf(to.given, lacking(to))
  }, ` +
    `${to.route}`;
}

function waiting(peers: readonly PeerView[]): string | undefined {
  const well = peers.filter(({ failures, equal }) => failures === 0 && !equal);
  const ahead = most(well.filter((peer) => (peer.behind ?? 0) > 0), (peer) => peer.behind ?? 0);
  if (ahead !== undefined) {
    return `this device is ${counted(ahead.behind ?? 0, "command")} behind ${nameOf(ahead)}`;
  }
  const behind = most(well.filter((peer) => lacking(peer) > 0), lacking);
  if (behind === undefined) return undefined;
  const wait = behind.route === null ? " until it is there again" : "";
  return `${nameOf(behind)} is ${counted(lacking(behind), "command")} behind${wait}`;
}

function lost(peers: readonly PeerView[]): string | undefined {
  const gone = peers.filter(({ failures }) => failures > 0);
  if (gone.length === 0) return undefined;
  return `not reached: ${fewOf(gone.map(nameOf))} (switched off? if not, \`rr doctor\`)`;
}

function most(peers: readonly PeerView[], by: (peer: PeerView) => number): PeerView | undefined {
  return peers.toSorted((a, b) => by(b) - by(a))[0];
}
