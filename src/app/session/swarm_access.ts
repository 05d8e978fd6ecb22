import { identityFromSeed, signWith } from "../../net/keys/identity.ts";
import { deriveKey } from "../../pair/seal.ts";
import type { MetPeers, SwarmAccess } from "../../tracker/client/swarm_client.ts";

/**
 * What a swarm key opens at trackers. The swarm's name there is a public key that follows from it.
 *
 * @param met whom this device was connected to
 */
export async function swarmAccess(
  swarmKey: Uint8Array,
  met: MetPeers,
): Promise<SwarmAccess> {
  const seed = deriveKey(swarmKey, new Uint8Array(), "rustory tracker namespace 1");
  const named = await identityFromSeed(seed);
  return { swarmKey, swarm: named.peer, sign: (data) => signWith(named, data), met };
}
