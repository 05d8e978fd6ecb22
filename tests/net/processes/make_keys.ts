/** Loads or makes both keys in the folder given and prints what it got. */
import { loadOrCreateIdentity } from "../../../src/net/keys/identity.ts";
import { loadOrCreateSwarmKey, swarmKeyFingerprint } from "../../../src/net/keys/swarm_key.ts";
import { systemWorld } from "../../../src/world/system.ts";

const [folder] = Deno.args;
const world = await systemWorld();
const swarm = await loadOrCreateSwarmKey(`${folder}/swarm.key`, world);
const identity = await loadOrCreateIdentity(`${folder}/identity.key`, world);
world.stdout.write(JSON.stringify({
  fingerprint: swarmKeyFingerprint(swarm.key),
  createdSwarmKey: swarm.created,
  peer: identity.peer,
  createdIdentity: identity.created,
}));
