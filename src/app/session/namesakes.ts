/** Machines that record under the name of this one: two configs with one `device_id`. */
import type { PeerStatus } from "../../sync/report.ts";
import type { SyncSession } from "./session.ts";

/** A machine with a key of its own and our name. */
export interface Namesake {
  readonly peer: string;
  /** What people may know it by. */
  readonly hostname: string | undefined;
}

/**
 * Those that are connected now. Who is not may be this device itself under a key that it has given up:
 * the peer book remembers those for days.
 */
export function namesakesOf(session: SyncSession | undefined, deviceId: string): Namesake[] {
  const nameOf = ({ peer, deviceId }: PeerStatus): string | undefined =>
    session?.replication?.deviceOf(peer) ?? deviceId;
  return (session?.engine.peers() ?? [])
    .filter((one) => nameOf(one) === deviceId && one.route !== undefined)
    .map(({ peer, hostname }) => ({ peer, hostname }));
}

/** What it is called to tell it from this one: its host name or, as that may be the same, its id. */
export function namesakeName({ peer, hostname }: Namesake, ownHostname: string): string {
  return hostname === undefined || hostname === ownHostname ? peer : `${hostname}, ${peer}`;
}
