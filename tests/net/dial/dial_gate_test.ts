import { multiaddr } from "@multiformats/multiaddr";
import assert from "node:assert/strict";
import { RelayOnlyGate } from "../../../src/net/dial/dial_gate.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import type { Node } from "../../../src/net/node/node.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { ANY_PORT, nodeTest, relayAddrOf, reserved, within } from "../_lab.ts";

const DCUTR = "/libp2p/dcutr";

nodeTest(
  "startNode() with relayOnly has nothing that makes relayed connections direct",
  async (lab) => {
    assert.ok((await lab.node()).libp2p.getProtocols().includes(DCUTR));
    const node = await lab.node({ relayOnly: true, listen: [] });
    assert.ok(!node.libp2p.getProtocols().includes(DCUTR));
  },
);

nodeTest("startNode() with relayOnly refuses every direct dial, whoever makes it", async (lab) => {
  const relay = await lab.relay();
  const server = await lab.server();
  const node = await lab.node({ relayOnly: true, listen: [], relays: [relayAddrOf(relay)] });
  await reserved(node);
  const [addr] = server.addresses();
  const bare = addr!.slice(0, addr!.indexOf("/p2p/"));
  await dial(await lab.node({ listen: [] }), bare);
  for (const text of [addr!, bare]) {
    await assert.rejects(dial(node, text), { name: "DialDeniedError" });
  }
  assert.deepEqual(node.connections().map((it) => it.peer), [relay.peer]);
});

nodeTest("startNode() with relayOnly refuses to listen", async (lab) => {
  await assert.rejects(lab.node({ relayOnly: true, listen: [ANY_PORT] }), RangeError);
});

Deno.test("RelayOnlyGate.denies() lets through what is relayed and relays for as long as admitted", async () => {
  const gate = new RelayOnlyGate();
  const { peer } = await createIdentity();
  const addr = `/ip4/192.0.2.1/tcp/4001/p2p/${peer}`;
  assert.equal(gate.denies(addr), true);
  assert.equal(gate.denies("/ip4/192.0.2.1/tcp/4001"), true);
  assert.equal(gate.denies(`${addr}/p2p-circuit/p2p/${peer}`), false);
  const passes = [gate.admit(peer), gate.admit(peer)];
  assert.equal(gate.denies(addr), false);
  assert.equal(gate.denies(addr.replace(peer, "12D3KooWother" as PeerId)), true);
  passes[0]![Symbol.dispose]();
  passes[0]![Symbol.dispose]();
  assert.equal(gate.denies(addr), false, "the other one still holds");
  passes[1]![Symbol.dispose]();
  assert.equal(gate.denies(addr), true);
});

function dial(node: Node, addr: string): Promise<unknown> {
  return within(node.libp2p.dial(multiaddr(addr)), `dial ${addr}`);
}
