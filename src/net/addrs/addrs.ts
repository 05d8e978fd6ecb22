/** Multiaddrs as text: which ones can be dialled, which ones make sense to tell others. */
import { RrError } from "../../base/rr_error.ts";
import type { PeerId } from "../../swarm/peer.ts";
import {
  hostOf,
  isBridgeLike,
  isIp4,
  isIp6,
  isLoopback,
  isPrivate,
  isUnspecified,
  sameNetwork,
} from "./ip_host.ts";
import { CIRCUIT, MAX_ADDR_CHARS } from "../../swarm/peer_addrs.ts";
import { parsePeerId } from "../../swarm/peer_id.ts";

/** A relay by address and identity. */
export interface RelayAddr {
  /** `<transport>/p2p/<id>`. */
  readonly text: string;
  /** The address alone, such as `/dns4/relay.example/tcp/4001`. */
  readonly transport: string;
  readonly relay: PeerId;
}

/** A peer that somebody named by a full address. */
export interface PeerAddr {
  readonly peer: PeerId;
  /** The address without the peer's id. */
  readonly transport: string;
  /** The relay it goes through; `undefined` for a direct address. */
  readonly via: RelayAddr | undefined;
}

/** The ways to a peer, in the order in which to try them. */
export interface Candidates {
  /** Addresses without `/p2p`. */
  readonly direct: readonly string[];
  /** Relays that the peer names in its addresses. */
  readonly relays: readonly RelayAddr[];
}

/**
 * Most addresses that we announce. Rust peers refuse identify messages above 4096 bytes; an address
 * through a relay takes up to about 170 bytes twice (plain and in the signed record).
 */
export const MAX_ANNOUNCED = 8;
/** Most addresses of one peer that are tried; the rest is ignored. */
export const MAX_CANDIDATES = 16;

/** What {@linkcode candidatesOf} goes by. */
export interface CandidateOptions {
  /** Our own listening addresses, without `/p2p`. @default {[]} */
  readonly own?: readonly string[];
  /** Hosts of ours that are on networks inside of this machine. @default {none} */
  readonly bridges?: ReadonlySet<string>;
  /** How often the peer was not reached: each time others of many addresses have their turn. @default {0} */
  readonly round?: number;
}

const TRANSPORT =
  /^\/(?:(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d{1,5}|ip6zone\/[^/]+\/ip6\/[^/]+\/tcp\/\d{1,5}|dnsaddr\/[^/]+)$/;

/**
 * Reads the address of a relay, `<transport>/p2p/<relay's peer id>`.
 *
 * @throws {RrError} `config`, saying what is missing
 */
export function parseRelayAddr(text: string): RelayAddr {
  const found = parsePeerAddr(text);
  if (found && !found.via) {
    return { text: text.trim(), transport: found.transport, relay: found.peer };
  }
  throw new RrError("config", `Cannot use the relay address "${text}"`, {
    hint:
      'It must look like "/dns4/relay.example/tcp/4001/p2p/12D3KooW...", as relay-serve prints it',
  });
}

/**
 * Reads the address of a peer: `<transport>/p2p/<id>` or `<relay address>/p2p-circuit/p2p/<id>`;
 * `undefined` if it is neither or its transport is not TCP.
 */
export function parsePeerAddr(text: string): PeerAddr | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_ADDR_CHARS) return undefined;
  const at = trimmed.lastIndexOf("/p2p/");
  if (at === -1) return undefined;
  const peer = parsePeerId(trimmed.slice(at + "/p2p/".length));
  const transport = trimmed.slice(0, at);
  if (!peer) return undefined;
  if (!transport.endsWith(CIRCUIT)) {
    return isTransport(transport) ? { peer, transport, via: undefined } : undefined;
  }
  const via = parsePeerAddr(transport.slice(0, -CIRCUIT.length));
  if (!via || via.via) return undefined;
  const relayText = transport.slice(0, -CIRCUIT.length);
  return { peer, transport, via: { text: relayText, transport: via.transport, relay: via.peer } };
}

/** Whether this is a TCP address that can be dialled or listened on, without a peer id. */
export function isTransport(text: string): boolean {
  if (text.length > MAX_ADDR_CHARS || !TRANSPORT.test(text)) return false;
  const port = /\/tcp\/(\d+)$/.exec(text);
  if (port !== null && Number(port[1]) > 65535) return false;
  const host = hostOf(text);
  if (text.startsWith("/ip4/")) return isIp4(host);
  return text.startsWith("/ip6") ? isIp6(host) : true;
}

/**
 * The ways to `peer` that its addresses offer: duplicates, unspecified hosts, addresses of ours and
 * ids of other peers dropped; nearest first, so that a peer in the same network is met there.
 */
export function candidatesOf(
  peer: PeerId,
  addrs: readonly string[],
  { own = [], bridges = new Set(), round = 0 }: CandidateOptions = {},
): Candidates {
  const direct = new Set<string>();
  const relays = new Map<string, RelayAddr>();
  for (const addr of addrs) {
    const text = addr.trim();
    const full = parsePeerAddr(text) ?? parsePeerAddr(`${text}/p2p/${peer}`);
    if (!full || full.peer !== peer) continue;
    if (full.via) relays.set(full.via.text, full.via);
    else if (!isUnspecified(hostOf(full.transport))) direct.add(full.transport);
  }
  for (const addr of own) direct.delete(addr);
  const outside = own.filter((addr) => !bridges.has(hostOf(addr)));
  const inside = own.filter((addr) => bridges.has(hostOf(addr)));
  const near = [...direct].sort((a, b) =>
    distance(a, outside, inside) - distance(b, outside, inside)
  );
  return {
    direct: window(near, round),
    relays: [...relays.values()].slice(0, MAX_CANDIDATES),
  };
}

/**
 * Which addresses to tell others, at most {@linkcode MAX_ANNOUNCED}: no unspecified hosts and no
 * link-local ones (they mean something else on another machine); bridges and loopback only if there
 * is nothing else (a swarm on one machine). Public ones first, then private ones, then relays.
 *
 * @param bridges hosts of networks that are inside of this machine
 */
export function addressesToAnnounce(
  addrs: readonly string[],
  bridges: ReadonlySet<string> = new Set(),
): string[] {
  const all = [...new Set(addrs)].filter((addr) => {
    const host = hostOf(addr);
    return !isUnspecified(host) && !/^(169\.254\.|fe[89ab][0-9a-f]:)/i.test(host);
  });
  const isNear = (addr: string): boolean => isLoopback(hostOf(addr));
  const reachable = farthest(all.filter((addr) => !addr.includes(CIRCUIT)), bridges);
  // A relay on this machine is of use to others on it only.
  const circuits = all.filter((addr) => addr.includes(CIRCUIT))
    .filter((addr) => !isNear(addr) || reachable.every(isNear));
  const direct = reachable
    .sort((a, b) => Number(isPrivate(hostOf(a))) - Number(isPrivate(hostOf(b))));
  const room = MAX_ANNOUNCED - Math.min(circuits.length, MAX_ANNOUNCED / 2);
  const kept = direct.slice(0, room);
  return [...kept, ...circuits.slice(0, MAX_ANNOUNCED - kept.length)];
}

/** Those that other machines can reach, else those of bridges, else loopback. */
function farthest(addrs: readonly string[], bridges: ReadonlySet<string>): string[] {
  const elsewhere = addrs.filter((addr) => !isLoopback(hostOf(addr)));
  const outside = elsewhere.filter((addr) => !bridges.has(hostOf(addr)));
  return [outside, elsewhere, addrs].find((some) => some.length > 0)?.slice() ?? [];
}

/** The address with the port that the system chooses. */
export function withAnyPort(listen: string): string {
  return listen.replace(/\/tcp\/\d+$/, "/tcp/0");
}

/** The part of all addresses that is tried in a round: the next one with each that failed. */
function window(addrs: readonly string[], round: number): string[] {
  if (addrs.length <= MAX_CANDIDATES) return addrs.slice();
  const from = (round * MAX_CANDIDATES) % addrs.length;
  return [...addrs.slice(from), ...addrs.slice(0, from)].slice(0, MAX_CANDIDATES);
}

/**
 * The same network first, then public ones and names, then other private ones. Last what surely leads
 * to some machine's own containers: every host with Docker has the same networks inside, so that the
 * address of a far one's bridge looks like one of ours.
 *
 * @param outside own addresses that lead to other machines
 * @param inside own addresses on bridges
 */
function distance(addr: string, outside: readonly string[], inside: readonly string[]): number {
  const host = hostOf(addr);
  const among = (own: readonly string[]): boolean =>
    own.some((it) => sameNetwork(host, hostOf(it)));
  if (isLoopback(host)) return outside.every((it) => isLoopback(hostOf(it))) ? 0 : 4;
  if (among(outside)) return 0;
  if (!isPrivate(host)) return 1;
  return among(inside) || isBridgeLike(host) ? 3 : 2;
}
