import assert from "node:assert/strict";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import type { Node } from "../../../src/net/node/node.ts";
import type { LinkError } from "../../../src/sync/ports.ts";
import {
  muteListener,
  nextEvent,
  nodeTest,
  recordOf,
  relayAddrOf,
  reserved,
  until,
} from "../_lab.ts";

const REQUEST = { cursor: 0, limit: 1 };
const CLOSED_PORT = "/ip4/127.0.0.1/tcp/1";

nodeTest("Dialer.connect() reuses the open connection and the link", async (lab) => {
  const server = await lab.server();
  const client = await lab.node();
  const dialer = lab.dialer(client);
  const record = recordOf(server, server.addresses());
  const [a, b] = await Promise.all([dialer.connect(record), dialer.connect(record)]);
  assert.equal(a, b);
  assert.equal(await dialer.connect(recordOf(server, [])), a);
  assert.equal(client.connections().length, 1);
  assert.equal(a.route, "direct");
});

nodeTest("Dialer.connect() asks back on the connection that the peer made", async (lab) => {
  const [a, b] = [await lab.server(), await lab.server(undefined, { listen: [] })];
  await lab.dialer(b).connect(recordOf(a, a.addresses()));
  await until(() => a.connections().length === 1, "the connection is there");
  const link = await lab.dialer(a).connect(recordOf(b, []));
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
});

nodeTest("Dialer.connect() is not held up by dead addresses", async (lab) => {
  using mute = muteListener();
  const server = await lab.server();
  const addrs = [CLOSED_PORT, mute.addr, "/ip4/127.0.0.1/tcp/2", ...server.addresses()];
  // A try of the mute address would last longer than the test may.
  const dialer = lab.dialer(await lab.node(), { directMs: 600_000 });
  assert.equal((await dialer.connect(recordOf(server, addrs))).route, "direct");
});

nodeTest("Dialer.connect() tells all that it tried", async (lab) => {
  using mute = muteListener();
  const other = await lab.node();
  const peer = (await createIdentity()).peer;
  const relay = await lab.relay();
  const addrs = [
    CLOSED_PORT,
    mute.addr,
    ...other.addresses().map((it) => it.replace(/\/p2p.*/, "")),
  ];
  const client = await lab.node({ relays: [relayAddrOf(relay)], listen: [] });
  await assert.rejects(
    // The one that answers has to finish its handshake in that time, on a busy machine too.
    lab.dialer(client, { directMs: 5_000 }).connect(recordOf({ peer }, addrs)),
    (error: LinkError) => {
      assert.equal(error.code, "unreachable");
      assert.match(error.message, new RegExp(`${CLOSED_PORT}: connection refused`));
      assert.match(error.message, new RegExp(`${mute.addr}: no answer within 5 s`));
      assert.match(error.message, new RegExp(`another peer is there \\("${other.peer}"\\)`));
      assert.match(error.message, /relay .*: the peer is not connected to this relay/);
      assert.doesNotMatch(error.message, /swarm key/);
      return true;
    },
  );
});

nodeTest("Dialer.connect() hints at another swarm key", async (lab) => {
  const server = await lab.server();
  const client = await lab.node({ swarmKey: new Uint8Array(32).fill(9) });
  await assert.rejects(
    lab.dialer(client, { directMs: 500 }).connect(recordOf(server, server.addresses())),
    /TCP answers, but the handshake does not finish.*swarm key.*rr swarm-key/,
  );
});

nodeTest("Dialer.connect() refuses itself and knows of nobody without addresses", async (lab) => {
  const node = await lab.node();
  const dialer = lab.dialer(node);
  await assert.rejects(dialer.connect(recordOf(node, node.addresses())), /it is this device/);
  const stranger = await createIdentity();
  await assert.rejects(dialer.connect(recordOf(stranger, [])), /no address is known and no relay/);
});

nodeTest(
  "Dialer.connect() rejects with the reason of its signal, for each caller alone",
  async (lab) => {
    using mute = muteListener();
    const server = await lab.server();
    const dialer = lab.dialer(await lab.node(), { directMs: 600_000 });
    const record = recordOf(server, [mute.addr]);
    const reason = new Error("bye");
    await assert.rejects(dialer.connect(record, AbortSignal.abort(reason)), reason);
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = assert.rejects(dialer.connect(record, first.signal), reason);
    const joined = assert.rejects(dialer.connect(record, second.signal), /later/);
    first.abort(reason);
    await waiting;
    second.abort(new Error("later"));
    await joined;
    // The dead dial is not joined by who comes next.
    assert.equal((await dialer.connect(recordOf(server, server.addresses()))).route, "direct");
  },
);

nodeTest("Node.stop() ends a dial that hangs", async (lab) => {
  using mute = muteListener();
  const server = await lab.node();
  const client = await lab.node();
  const dial = lab.dialer(client, { directMs: 600_000 }).connect(recordOf(server, [mute.addr]));
  const waiting = assert.rejects(dial);
  await client.stop();
  await waiting;
});

nodeTest(
  "Dialer.connect() meets a peer at a relay that only the peer's record names",
  async (lab) => {
    const relays = [relayAddrOf(await lab.relay())];
    const server = await lab.server(undefined, { relays, listen: [] });
    await reserved(server);
    const link = await lab.dialer(await lab.node({ listen: [] }))
      .connect(recordOf(server, server.addresses()));
    assert.equal(link.route, "relayed");
    assert.equal((await link.pull(REQUEST)).nextCursor, null);
  },
);

nodeTest("Dialer.connect() tries the relays while direct addresses hang", async (lab) => {
  using mute = muteListener();
  const relays = [relayAddrOf(await lab.relay())];
  const server = await lab.server(undefined, { relays, listen: [] });
  await reserved(server);
  const dialer = lab.dialer(await lab.node({ relays, listen: [] }), {
    directMs: 600_000,
    headStartMs: 50,
  });
  assert.equal((await dialer.connect(recordOf(server, [mute.addr]))).route, "relayed");
});

nodeTest("Dialer.connect() is not held up by a dead relay", async (lab) => {
  using mute = muteListener();
  const relay = relayAddrOf(await lab.relay());
  const dead = `${mute.addr}/p2p/${(await createIdentity()).peer}`;
  const { parseRelayAddr } = await import("../../../src/net/addrs/addrs.ts");
  const server = await lab.server(undefined, { relays: [relay], listen: [] });
  await reserved(server);
  const client = await lab.node({ relays: [parseRelayAddr(dead), relay], listen: [] });
  const dialer = lab.dialer(client, { relayedMs: 600_000 });
  assert.equal((await dialer.connect(recordOf(server, []))).route, "relayed");
});

nodeTest("a relayed peer is reached directly as soon as it can be", async (lab) => {
  const relays = [relayAddrOf(await lab.relay())];
  const server = await lab.server(undefined, { relays });
  const client = await lab.node({ relays, listen: [] });
  await reserved(server);
  const dialer = lab.dialer(client);
  const upgraded = nextEvent(client, "upgraded");
  // No direct address is told, so the first way is the relay; identify tells the others.
  const link = await dialer.connect(recordOf(server, []));
  assert.equal((await upgraded).peer, server.peer);
  await until(() => link.route === "direct", "new streams take the direct connection");
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
  await until(() => routes(client, server).join() === "direct", "the relayed connection is closed");
  assert.equal(link.closed.aborted, false);
});

nodeTest("Dialer.connect() of a node with relayOnly never dials directly", async (lab) => {
  const relays = [relayAddrOf(await lab.relay())];
  const server = await lab.server(undefined, { relays });
  const client = await lab.node({ relays, listen: [], relayOnly: true });
  await reserved(server);
  const dialer = lab.dialer(client);
  const connected = nextEvent(client, "connected");
  const link = await dialer.connect(recordOf(server, server.addresses()));
  await connected;
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
  assert.deepEqual(routes(client, server), ["relayed"]);
  const stranger = recordOf(await createIdentity(), server.addresses());
  await assert.rejects(dialer.connect(stranger), /relay .*: the peer is not connected/);
});

nodeTest(
  "Dialer.connect() of a node with relayOnly takes the peer's relay as well",
  async (lab) => {
    const [own, other] = [relayAddrOf(await lab.relay()), relayAddrOf(await lab.relay())];
    const server = await lab.server(undefined, { relays: [other], listen: [] });
    await reserved(server);
    const client = await lab.node({ relays: [own], listen: [], relayOnly: true });
    const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
    assert.equal((await link.pull(REQUEST)).nextCursor, null);
    assert.deepEqual(routes(client, server), ["relayed"]);
  },
);

function routes(node: Node, peer: Node): string[] {
  return node.connections().filter((it) => it.peer === peer.peer).map((it) => it.route);
}
