/** Starts a relay and two devices, asks through the relay, stops all; then the process must end. */
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { servePeers } from "../../../src/net/exchange/accept.ts";
import { parseRelayAddr } from "../../../src/net/addrs/addrs.ts";
import { createDialer } from "../../../src/net/dial/dial.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import { startNode } from "../../../src/net/node/start_node.ts";
import { startRelay } from "../../../src/net/relay/relay.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { recordOf, reserved } from "../_lab.ts";

const deps = { logger: silentLogger(), clock: systemClock(), random: systemRandom() };
const swarmKey = deps.random.bytes(32);
const listen = ["/ip4/127.0.0.1/tcp/0"];
const relay = await startRelay({ identity: await createIdentity(), swarmKey, listen }, deps);
const relays = [parseRelayAddr(relay.listening()[0]!)];
const server = await startNode({ identity: await createIdentity(), swarmKey, relays }, deps);
await servePeers(server, new ScriptedService(), deps);
await reserved(server);
const client = await startNode({ identity: await createIdentity(), swarmKey, listen }, deps);
const link = await createDialer({ node: client, ...deps })
  .connect(recordOf(server, server.addresses()));
await link.pull({ cursor: 0, limit: 1 });
for (const part of [client, server, relay]) await part.stop();
await Deno.stdout.write(new TextEncoder().encode("stopped\n"));
