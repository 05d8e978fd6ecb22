/** Peers: how they are named, reached and told of. */

/** Names a peer: the base58btc text of its public key's multihash, `12D3KooW...`. */
export type PeerId = string & { readonly __brand: "PeerId" };

/** How a connection reaches its peer. */
export type Route = "direct" | "relayed";

/** A peer that somebody told us of. */
export interface PeerRecord {
  readonly peer: PeerId;
  /** Multiaddrs as text, not validated beyond length and count. */
  readonly addrs: readonly string[];
  readonly deviceId: string | undefined;
  readonly userId: string | undefined;
  readonly hostname: string | undefined;
  /** When it was last heard of, in seconds since the Unix epoch. */
  readonly lastSeenUnix: number;
  /** Whether it was synced with before; who was only named may not exist. @default {false} */
  readonly answered?: boolean | undefined;
}

/** What a device says of itself to a directory. */
export interface OwnRecord {
  readonly peer: PeerId;
  readonly addrs: readonly string[];
  readonly deviceId: string;
  readonly userId: string;
  readonly hostname: string;
  readonly version: string;
}
