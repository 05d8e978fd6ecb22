/** The devices of this swarm, from what the history and the running daemon know. */
import type { DaemonStatus, PeerView } from "../../../app/daemon/status/daemon_status.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { PeerRecord } from "../../../swarm/peer.ts";
import { isInSync, lacking } from "../status/sentence.ts";

/** One other device. Times are in seconds since the Unix epoch. */
export interface KnownDevice {
  readonly peer_id: string;
  /** What it is called here: the name that was given to it, its device id, its machine, its PeerId. */
  readonly name: string;
  readonly given_name: string | null;
  readonly device_id: string | null;
  readonly hostname: string | null;
  readonly user_id: string | null;
  readonly route: "direct" | "relayed" | null;
  readonly last_seen_unix: number | null;
  /** Whether it and this device have the same; `null` if nobody knows, as no daemon runs. */
  readonly in_sync: boolean | null;
  /** Commands that it has and this device lacks; `null` if it has not told. */
  readonly behind: number | null;
  /** Commands that this device has and it lacks. */
  readonly ahead: number | null;
}

/** Those of the book, and those that only the daemon knows so far, the latest seen first. */
export function knownDevices(
  book: readonly PeerRecord[],
  names: ReadonlyMap<string, string>,
  status: DaemonStatus | undefined,
): KnownDevice[] {
  const live = new Map((status?.peers ?? []).map((peer) => [peer.peer_id, peer]));
  const known = book.map((record) => deviceOf(record.peer, record, live.get(record.peer), names));
  const inBook = new Set<string>(book.map(({ peer }) => peer));
  const fresh = [...live.values()].filter(({ peer_id }) => !inBook.has(peer_id))
    .map((peer) => deviceOf(peer.peer_id, undefined, peer, names));
  return [...fresh, ...known];
}

function deviceOf(
  peerId: string,
  record: PeerRecord | undefined,
  live: PeerView | undefined,
  names: ReadonlyMap<string, string>,
): KnownDevice {
  const given = names.get(peerId) ?? null;
  const deviceId = live?.device_id ?? record?.deviceId ?? null;
  const hostname = live?.hostname ?? record?.hostname ?? null;
  return {
    peer_id: peerId,
    name: given ?? deviceId ?? hostname ?? peerId,
    given_name: given,
    device_id: deviceId,
    hostname,
    user_id: live?.user_id ?? record?.userId ?? null,
    route: live?.route ?? null,
    last_seen_unix: live?.last_seen_unix ?? record?.lastSeenUnix ?? null,
    in_sync: live === undefined ? null : isInSync(live),
    behind: live?.behind ?? null,
    ahead: live === undefined ? null : lacking(live),
  };
}

/** Digits of a PeerId that are enough to tell one from the other; all begin with the same ten. */
const LEAST_PREFIX = 14;

/**
 * The device that a person means by a name, a device id, a host name or the beginning of a PeerId.
 *
 * @throws {RrError} `usage` if there is none, or more than one
 */
export function findDevice(devices: readonly KnownDevice[], text: string): KnownDevice {
  const exact = devices.filter(({ peer_id }) => peer_id === text);
  const found = exact.length > 0
    ? exact
    : devices.filter((device) =>
      [device.given_name, device.device_id, device.hostname].includes(text) ||
      (text.length >= LEAST_PREFIX && device.peer_id.startsWith(text))
    );
  if (found.length === 1) return found[0]!;
  throw new RrError(
    found.length === 0 ? "not-found" : "usage",
    found.length === 0
      ? `There is no device "${text}"`
      : `"${text}" may be any of ${found.map(({ peer_id }) => peer_id).join(", ")}`,
    { hint: "`rr devices` lists them; the id at the end of a line means that device and no other" },
  );
}
