import { publicKeyToProtobuf } from "@libp2p/crypto/keys";
import type { Ed25519PublicKey } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { servePeers } from "../../../src/net/exchange/accept.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import { startNode } from "../../../src/net/node/start_node.ts";
import type { NodeEvent } from "../../../src/net/node/node_events.ts";
import type { LinkError } from "../../../src/sync/ports.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { VERSION } from "../../../src/version.ts";
import { ANY_PORT, nextEvent, nodeTest, recordOf, relayAddrOf, until, within } from "../_lab.ts";

nodeTest("startNode() says who and where it is", async (lab) => {
  const identity = await createIdentity();
  const node = await lab.node({ identity });
  assert.equal(node.peer, identity.peer);
  assert.match(node.listening()[0]!, new RegExp(`^/ip4/127.0.0.1/tcp/[1-9]\\d*/p2p/${node.peer}$`));
  assert.deepEqual(node.addresses(), node.listening());
  assert.deepEqual((await lab.node({ listen: [] })).listening(), []);
});

nodeTest("startNode() takes a free port where the wanted one is taken, and tells", async (lab) => {
  const first = await lab.node();
  const wanted = first.listening()[0]!.replace(/\/p2p\/.*/, "");
  const second = await lab.node({ listen: [wanted] });
  const event = await nextEvent(second, "port-taken");
  assert.equal(event.wanted, wanted);
  assert.equal(`${event.actual}/p2p/${second.peer}`, second.listening()[0]);
  assert.equal(lab.logger.matching("port is taken").length, 1);
  await first.stop();
  const isThere = (): boolean => second.listening().includes(`${wanted}/p2p/${second.peer}`);
  await until(isThere, "it listens at the wanted port, which has become free");
});

nodeTest(
  "an address that never comes leaves nothing behind, however often it is tried",
  async (lab) => {
    const node = await lab.node({ listen: ["/ip4/192.0.2.77/tcp/0"] });
    const { components } = node.libp2p as unknown as {
      readonly components: {
        readonly transportManager: {
          getListeners(): unknown[];
          listen(addrs: unknown[]): Promise<void>;
        };
      };
    };
    const manager = components.transportManager;
    const tried = Promise.withResolvers<void>();
    const listen = manager.listen.bind(manager);
    manager.listen = async (addrs) => {
      try {
        await listen(addrs);
      } finally {
        tried.resolve();
      }
    };
    await within(tried.promise, "see it tried again");
    await until(() => manager.getListeners().length === 0, "nothing is kept");
  },
);

nodeTest("startNode() refuses addresses that cannot be listened on", async (lab) => {
  const identity = await createIdentity();
  const cases = [
    ["/ip4/127.0.0.1/udp/1/quic-v1", "config"],
    ["/dns4/localhost/tcp/1", "config"],
    ["8845", "config"],
  ] as const;
  for (const [addr, code] of cases) {
    await assert.rejects(
      startNode({ identity, swarmKey: lab.swarmKey, listen: [ANY_PORT, addr] }, lab.deps),
      (error: RrError) => {
        assert.ok(error instanceof RrError, `${error}`);
        assert.equal(error.code, code);
        assert.ok(error.message.includes(addr) && error.hint !== undefined);
        return true;
      },
    );
  }
});

nodeTest("startNode() refuses options out of bounds", async (lab) => {
  const identity = await createIdentity();
  for (const maxConnections of [0, 1.5, NaN]) {
    const options = { identity, swarmKey: lab.swarmKey, maxConnections };
    await assert.rejects(startNode(options, lab.deps), RangeError);
  }
  const wrong = [{ swarmKey: new Uint8Array(5) }, { handshakeMs: 0 }, { silenceMs: NaN }];
  for (const options of wrong) {
    const all = { identity, swarmKey: lab.swarmKey, ...options };
    await assert.rejects(startNode(all, lab.deps), RangeError);
  }
  const node = await lab.node();
  assert.throws(() => lab.dialer(node, { directMs: 0 }), RangeError);
  const service = new ScriptedService();
  await assert.rejects(servePeers(node, service, lab.deps, { idleMs: -1 }), RangeError);
});

nodeTest("a node names itself as the original does", async (lab) => {
  const relay = await lab.relay();
  const [server, client] = [await lab.server(), await lab.node()];
  const seen = new Map<string, string[]>();
  client.libp2p.addEventListener("peer:identify", ({ detail }) => {
    seen.set(`${detail.peerId}`, [detail.protocolVersion!, detail.agentVersion!]);
  });
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  await client.libp2p.dial(
    (await import("@multiformats/multiaddr")).multiaddr(relay.listening()[0]!),
  );
  await until(() => seen.size === 2, "both are identified");
  assert.deepEqual(seen.get(server.peer), ["rustory/0.1.0", `rustory/${VERSION}`]);
  assert.deepEqual(seen.get(relay.peer), ["rustory-relay/0.1.0", `rustory/${VERSION}`]);
});

nodeTest("a node names itself the same where it tells unasked", async (lab) => {
  const [server, client] = [await lab.server(), await lab.node()];
  const told: unknown[] = [];
  client.libp2p.addEventListener("peer:identify", ({ detail }) => {
    if (detail.protocols.includes("/new/1")) told.push(detail.protocolVersion);
  });
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  await until(() => server.connections().length === 1, "it is connected");
  await server.libp2p.handle("/new/1", () => {});
  await until(() => told.length > 0, "what is new is told");
  assert.equal(told[0], "rustory/0.1.0");
});

nodeTest("a node tells of peers that serve, and of no others", async (lab) => {
  const server = await lab.server();
  const client = await lab.node();
  const [atServer, atClient] = [[] as NodeEvent[], [] as NodeEvent[]];
  server.onEvent((event) => atServer.push(event));
  client.onEvent((event) => atClient.push(event));
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  await nextConnected(client);
  await server.stop();
  await until(() => atClient.some((event) => event.type === "disconnected"), "it is gone");
  assert.deepEqual(atClient.filter((event) => event.type !== "addresses"), [
    { type: "connected", peer: server.peer, route: "direct" },
    { type: "disconnected", peer: server.peer },
  ]);
  assert.deepEqual(atServer.filter((event) => event.type === "connected"), []);

  async function nextConnected(node: typeof client): Promise<void> {
    if (!atClient.some((event) => event.type === "connected")) await nextEvent(node, "connected");
  }
});

nodeTest("Node.onEvent() ends when it is disposed of", async (lab) => {
  const server = await lab.server();
  const client = await lab.node();
  const seen: NodeEvent[] = [];
  client.onEvent((event) => seen.push(event))[Symbol.dispose]();
  const connected = nextEvent(client, "connected");
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  await connected;
  assert.deepEqual(seen, []);
});

nodeTest("Node.connections() tells the way of each", async (lab) => {
  const server = await lab.server();
  const client = await lab.node();
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const [connection, ...others] = client.connections();
  assert.deepEqual(others, []);
  assert.equal(connection!.peer, server.peer);
  assert.equal(connection!.route, "direct");
  assert.equal(connection!.direction, "outbound");
  assert.ok(connection!.addr.includes(server.peer));
});

nodeTest("strangers that say nothing are shown out and lock nobody out", async (lab) => {
  const server = await lab.server(undefined, { handshakeMs: 2_000 });
  const port = Number(/tcp\/(\d+)/.exec(server.listening()[0]!)![1]);
  const strangers = await Promise.all(
    Array.from({ length: 40 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  const ends = strangers.map(async (stranger) => {
    using open = stranger;
    const buffer = new Uint8Array(64);
    // Ours speaks first; then nothing comes until it hangs up.
    while (await open.read(buffer).catch(() => null) !== null) continue;
  });
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  assert.equal((await link.pull({ cursor: 0, limit: 1 })).nextCursor, null);
  await Promise.all(ends);
});

nodeTest("startNode() refuses connections beyond its limit", async (lab) => {
  const server = await lab.server(undefined, { maxConnections: 2 });
  const links = [];
  for (let i = 0; i < 2; i++) {
    links.push(await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses())));
  }
  await until(() => server.connections().length === 2, "both are connected");
  const third = lab.dialer(await lab.node(), { directMs: 2_000 });
  await assert.rejects(third.connect(recordOf(server, server.addresses())));
  for (const link of links) {
    assert.equal((await link.pull({ cursor: 0, limit: 1 })).nextCursor, null);
  }
});

nodeTest("Node.stop() in the middle of an answer fails the request", async (lab) => {
  const entries = makeEntries(40).map((entry) => ({ ...entry, command: random(500_000) }));
  const server = await lab.server(new ScriptedService({ entries, nextCursor: 40 }));
  const client = await lab.node();
  const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const waiting = assert.rejects(
    link.pull({ cursor: 0, limit: 40 }),
    (error: LinkError) => error.code === "closed",
  );
  const [connection] = client.libp2p.getConnections();
  await until(() => connection!.streams.some((it) => it.protocol.includes("pull")), "it asks");
  await new Promise((resolve) => {
    connection!.streams.find((it) => it.protocol.includes("pull"))!
      .addEventListener("message", resolve, { once: true });
  });
  await server.stop();
  await waiting;
});

nodeTest("Node.stop() is harmless twice and ends the node's signal", async (lab) => {
  const node = await lab.node({ relays: [relayAddrOf(await lab.relay())] });
  await Promise.all([node.stop(), node.stop()]);
  await node.stop();
  assert.equal(node.stopped.aborted, true);
});

nodeTest("Node.stop() does not wait for a connection that cannot be closed", async (lab) => {
  const server = await lab.server();
  const client = await lab.node();
  await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const [connection] = client.libp2p.getConnections();
  connection!.close = () => new Promise(() => {});
  await client.stop();
});

function random(length: number): string {
  const bytes = new Uint8Array(length / 2);
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

nodeTest("a peer that sees us at no place in a network is identified all the same", async (lab) => {
  const odd = await lab.server(new ScriptedService());
  const client = await lab.node();
  // As the original answers over a relay: the observed address is "/p2p/<id>".
  const { libp2p } = odd;
  await libp2p.unhandle("/ipfs/id/1.0.0");
  await libp2p.handle("/ipfs/id/1.0.0", async (stream) => {
    const key = publicKeyToProtobuf(libp2p.peerId.publicKey as Ed25519PublicKey);
    const fields: readonly (readonly [number, Uint8Array])[] = [
      [1, key],
      [3, new TextEncoder().encode("/rustory/sync-pull/1.0.1")],
      [4, multiaddr(`/p2p/${client.peer}`).bytes],
    ];
    const message = fields.flatMap(([field, bytes]) => [field << 3 | 2, bytes.length, ...bytes]);
    stream.send(Uint8Array.from([message.length, ...message]));
    await stream.close();
  });
  // It would tell of itself once more, in another way.
  await client.libp2p.unhandle("/ipfs/id/push/1.0.0");
  const connected = nextEvent(client, "connected");
  await lab.dialer(client).connect(recordOf(odd, odd.addresses()));
  assert.equal((await connected).peer, odd.peer);
});
