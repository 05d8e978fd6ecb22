/** What a daemon can say of itself: what `rr status` shows. */
import type { IncidentKind } from "../../../store/log/incidents.ts";

/** One peer, as the daemon knows it. Times are in seconds since the Unix epoch. */
export interface PeerView {
  readonly peer_id: string;
  readonly device_id: string | null;
  readonly hostname: string | null;
  /** What it is called on this device, if somebody has given it a name. */
  readonly given_name: string | null;
  /** `direct`, `relayed`, or `null` while it is not connected. */
  readonly route: "direct" | "relayed" | null;
  readonly last_sync_unix: number | null;
  readonly last_error: string | null;
  /** Rounds in a row that failed. */
  readonly failures: number;
  /** How long it is left alone after failures. */
  readonly retry_in_sec: number;
  readonly pull_cursor: number;
  readonly push_cursor: number;
  /** Own entries that it does not have yet, as far as we gave them. */
  readonly pending_push: number;
  /** Version of the protocol that is spoken with it; `null` while it is not connected. */
  readonly protocol: 1 | 2 | null;
  /** Whether it is known to have exactly what this device has; only protocol 2 can tell. */
  readonly equal: boolean;
  /** Whose it is, if anybody has told. */
  readonly user_id: string | null;
  /** Commands that it has and this device lacks, at most; `null` if it has not told. */
  readonly behind: number | null;
  /** Commands of those that were behind which have come since. */
  readonly arrived: number;
  /** Commands that this device has and it lacks, at most. */
  readonly ahead: number;
  /** Commands of those that were ahead which were sent since. */
  readonly given: number;
  /** When it was last connected or in a directory; `null` if never. */
  readonly last_seen_unix: number | null;
  /** Ids of own entries that are too large for the relay and wait for a direct connection. */
  readonly held: readonly string[];
}

/** Something that happened to a history. Times are in seconds since the Unix epoch. */
export interface IncidentView {
  readonly kind: IncidentKind;
  readonly at_unix: number;
  readonly healed_unix: number | null;
  readonly count: number;
  readonly peer_id: string;
  readonly name: string;
}

/** What `rr status --json` prints. */
export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly mode: "watch" | "serve";
  readonly started_unix: number;
  readonly uptime_sec: number;
  readonly rss_bytes: number;
  readonly db_path: string;
  readonly local_head: number;
  readonly device_id: string;
  readonly user_id: string;
  readonly peer_id: string | null;
  readonly listening: readonly string[];
  readonly relays: readonly {
    readonly relay: string;
    readonly reserved: boolean;
    /** Why it gives us no place, if that is known. */
    readonly error: string | null;
  }[];
  readonly trackers: readonly {
    readonly url: string;
    readonly error: string | null;
    /** Whether it has ever answered since the daemon runs. */
    readonly answered: boolean;
    /** Devices with other swarm keys that it knows, up to 16. */
    readonly others: number;
  }[];
  /** Fingerprint of the swarm key in use; `null` while it is starting. */
  readonly swarm_key: string | null;
  /** Keys of the config that have changed and wait for a restart. */
  readonly needs_restart: readonly string[];
  /** Addresses on the local network from which devices with another swarm key greet. */
  readonly lan_strangers: readonly string[];
  /** What happened to histories in the last days, newest first. */
  readonly incidents: readonly IncidentView[];
  readonly interval_sec: number;
  readonly push: boolean;
  readonly last_round_unix: number | null;
  /** Entries to be summed up before protocol 2 is offered; `null` if it is not to be. */
  readonly left_to_absorb: number | null;
  readonly peers: readonly PeerView[];
  /** What does not work as it should, one sentence each. */
  readonly problems: readonly string[];
}
