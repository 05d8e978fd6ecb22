/** Addresses of peers as text: what of a foreign list is kept at all, whoever gave it. */

/**
 * Addresses kept of one peer. The original announces every one that its host has, and a host with
 * containers has dozens of bridges; the one that leads there may be the last.
 */
export const MAX_PEER_ADDRS = 64;

/** Longest address kept: two peer ids, a DNS name of 253 characters and some protocol names fit. */
export const MAX_ADDR_CHARS = 512;

/** What stands between the address of a relay and the peer behind it. */
export const CIRCUIT = "/p2p-circuit";

/** The first {@linkcode MAX_PEER_ADDRS} addresses that are not too long, each once. */
export function boundedAddrs(addrs: Iterable<string>): string[] {
  const kept = new Set<string>();
  for (const addr of addrs) {
    if (kept.size >= MAX_PEER_ADDRS) break;
    if (addr.length <= MAX_ADDR_CHARS) kept.add(addr);
  }
  return [...kept];
}
