import assert from "node:assert/strict";
import type { LinkError, PeerService } from "../../../src/sync/ports.ts";
import { type LinkPair, ScriptedService, testPeerLink } from "../../contracts/peer_link.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { Lab, nodeTest, recordOf, relayAddrOf, reserved } from "../_lab.ts";

testPeerLink("StreamLink over TCP", openDirect, { sanitize: false });
testPeerLink("StreamLink over a relay", openRelayed, { sanitize: false });

nodeTest("PeerLink.pull() of a peer that does not serve is unsupported", async (lab) => {
  const server = await lab.node();
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  await assert.rejects(
    link.pull({ cursor: 0, limit: 1 }),
    (error: LinkError) => error.code === "unsupported",
  );
});

for (const id of ["/rustory/sync-pull/1.0.0", "/rustory/sync-pull/1.0.1"]) {
  nodeTest(`PeerLink.pull() and servePeers() use ${id} where it is the only one`, async (lab) => {
    const service = new ScriptedService({ entries: makeEntries(3), nextCursor: 3 });
    const server = await lab.server(service);
    const other = id.endsWith("0") ? "/rustory/sync-pull/1.0.1" : "/rustory/sync-pull/1.0.0";
    await server.libp2p.unhandle(other);
    const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
    assert.equal((await link.pull({ cursor: 0, limit: 3 })).entries.length, 3);
  });
}

nodeTest("PeerLink.pull() tells a cut answer from a short one", async (lab) => {
  const server = await lab.node();
  await server.libp2p.handle("/rustory/sync-pull/1.0.0", async (stream) => {
    stream.send(new TextEncoder().encode('{"entries":[],'));
    await stream.close();
  });
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  await assert.rejects(
    link.pull({ cursor: 0, limit: 1 }),
    (error: LinkError) => error.code === "invalid",
  );
});

nodeTest("PeerLink.pull() of an answer cut by a lost connection is closed", async (lab) => {
  const server = await lab.node();
  await server.libp2p.handle("/rustory/sync-pull/1.0.0", async (stream, connection) => {
    stream.send(new TextEncoder().encode('{"entries":[],"next_cursor":null'));
    await connection.close();
  });
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  await assert.rejects(
    link.pull({ cursor: 0, limit: 1 }),
    (error: LinkError) => error.code === "closed",
  );
});

nodeTest("PeerLink.push() to a peer that stops reading ends with its signal", async (lab) => {
  const server = await lab.node();
  const stopped = Promise.withResolvers<void>();
  await server.libp2p.handle("/rustory/entries-push/1.0.0", (stream) => {
    stream.addEventListener("message", () => {
      stream.pause();
      stopped.resolve();
    }, { once: true });
  });
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  const stop = new AbortController();
  const entries = makeEntries(8).map((entry) => ({ ...entry, command: "x".repeat(1 << 20) }));
  const waiting = assert.rejects(link.push(entries, { signal: stop.signal }), /bye/);
  await stopped.promise;
  stop.abort(new Error("bye"));
  await waiting;
  const timedOut = link.push(entries, { idleTimeoutMs: 200 });
  await assert.rejects(timedOut, (error: LinkError) => error.code === "timeout");
});

nodeTest("PeerLink.pull() waits for an answer that keeps coming slowly", async (lab) => {
  const server = await lab.node();
  const answer = new TextEncoder().encode('{"entries":[],"next_cursor":null}'.padEnd(60));
  await server.libp2p.handle("/rustory/sync-pull/1.0.0", async (stream) => {
    for (let at = 0; at < answer.length; at += 2) {
      stream.send(answer.slice(at, at + 2));
      await lab.deps.clock.sleep(50);
    }
    await stream.close();
  });
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  const reply = await link.pull({ cursor: 0, limit: 1 }, { idleTimeoutMs: 1_000 });
  assert.equal(reply.nextCursor, null);
});

async function openDirect(service: PeerService): Promise<LinkPair> {
  const lab = new Lab();
  const server = await lab.server(service);
  const near = await lab.dialer(await lab.node({ listen: [] }))
    .connect(recordOf(server, server.addresses()));
  return pair(lab, near, () => server.stop());
}

async function openRelayed(service: PeerService): Promise<LinkPair> {
  const lab = new Lab();
  const relays = [relayAddrOf(await lab.relay())];
  const server = await lab.server(service, { relays, listen: [] });
  await reserved(server);
  const near = await lab.dialer(await lab.node({ relays, listen: [] }))
    .connect(recordOf(server, []));
  assert.equal(near.route, "relayed");
  return pair(lab, near, () => server.stop());
}

function pair(lab: Lab, near: LinkPair["near"], cut: () => Promise<void>): LinkPair {
  return { near, cut, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
}
