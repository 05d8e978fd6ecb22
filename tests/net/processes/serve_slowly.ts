/** Listens under the swarm key given in hex, prints its address, begins every answer and ends none. */
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import { startNode } from "../../../src/net/node/start_node.ts";

const swarmKey = Uint8Array.from(Deno.args[0]!.match(/../g)!, (byte) => parseInt(byte, 16));
const deps = { logger: silentLogger(), clock: systemClock(), random: systemRandom() };
const node = await startNode({
  identity: await createIdentity(),
  swarmKey,
  listen: ["/ip4/127.0.0.1/tcp/0"],
}, deps);
await node.libp2p.handle("/rustory/sync-pull/1.0.0", (stream) => {
  setInterval(() => stream.send(new TextEncoder().encode('{"entries":[],"next_cursor":null')), 10);
});
await Deno.stdout.write(new TextEncoder().encode(`${node.listening()[0]}\n`));
