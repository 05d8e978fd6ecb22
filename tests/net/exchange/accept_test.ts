import type { Stream } from "@libp2p/interface";
import assert from "node:assert/strict";
import { MessageReader, writeMessage } from "../../../src/net/exchange/stream_message.ts";
import type { ServeLimits } from "../../../src/net/exchange/accept.ts";
import type { LinkError, PeerLink } from "../../../src/sync/ports.ts";
import { encodePullRequest, encodePushRequest } from "../../../src/wire/codec.ts";
import { PULL_REQUEST_LIMIT, PUSH_REQUEST_LIMIT } from "../../../src/wire/limits.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { type Lab, nodeTest, recordOf, until, within } from "../_lab.ts";

const PULL = "/rustory/sync-pull/1.0.0";
const PUSH = "/rustory/entries-push/1.0.0";
const NEVER = new AbortController().signal;
const REQUEST = { cursor: 0, limit: 1 };

nodeTest("servePeers() drops a request above its limit and goes on", async (lab) => {
  for (
    const [protocol, most] of [[PULL, PULL_REQUEST_LIMIT], [PUSH, PUSH_REQUEST_LIMIT]] as const
  ) {
    const { open, link } = await served(lab);
    const stream = await open(protocol);
    const answer = answerOf(stream);
    await writeMessage(stream, new Uint8Array(most.wireBytes + 1).fill(32), NEVER, () => {})
      .catch(() => {});
    await assert.rejects(answer);
    assert.equal((await link.pull(REQUEST)).nextCursor, null);
    assert.match(dropped(lab), /too large/);
  }
});

nodeTest("servePeers() takes a request of exactly the limit", async (lab) => {
  const { open } = await served(lab);
  const stream = await open(PULL);
  const answer = answerOf(stream);
  const request = new Uint8Array(PULL_REQUEST_LIMIT.wireBytes).fill(32);
  request.set(encodePullRequest(REQUEST, false));
  await writeMessage(stream, request, NEVER, () => {});
  assert.match(new TextDecoder().decode(await answer), /"entries":\[\]/);
});

nodeTest("servePeers() drops nonsense, an empty request and a cut one", async (lab) => {
  for (const text of ["", "nonsense", '{"cursor":0,', '{"cursor":"x","limit":1}', "[]"]) {
    const { open, link } = await served(lab);
    const stream = await open(PULL);
    const answer = answerOf(stream);
    await writeMessage(stream, new TextEncoder().encode(text), NEVER, () => {});
    await assert.rejects(answer, text);
    assert.equal((await link.pull(REQUEST)).nextCursor, null);
  }
});

nodeTest("servePeers() drops a request that stops coming", async (lab) => {
  const { open, link } = await served(lab, { idleMs: 100 });
  const stream = await open(PULL);
  const answer = answerOf(stream);
  stream.send(new TextEncoder().encode('{"cursor"'));
  await assert.rejects(answer);
  assert.match(dropped(lab), /Nothing moved for 100 ms/);
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
});

nodeTest("servePeers() drops a request that comes too slowly in all", async (lab) => {
  const { open } = await served(lab, { requestMs: 1_000 });
  for (const protocol of [PULL, PUSH]) {
    const before = lab.logger.matching("Dropped").length;
    const stream = await open(protocol);
    const answer = answerOf(stream);
    const drip = setInterval(() => stream.status === "open" && stream.send(new Uint8Array(1)), 20);
    await assert.rejects(answer, protocol).finally(() => clearInterval(drip));
    const [event] = lab.logger.matching("Dropped").slice(before);
    assert.match(String(event?.fields.error), /Nothing moved for 1000 ms/, protocol);
  }
});

nodeTest("servePeers() refuses what one peer asks beyond its share", async (lab) => {
  const { service, release } = heldService();
  const { link, client } = await served(lab, { perPeer: 2 }, service);
  await identified(client);
  const asked = Array.from({ length: 5 }, () => link.pull(REQUEST));
  const settled = Promise.allSettled(asked);
  await until(() => lab.logger.matching("Dropped").length === 3, "three requests were refused");
  release();
  const outcomes = await settled;
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 2);
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
});

nodeTest("servePeers() refuses what all ask together beyond its total", async (lab) => {
  const { service, release } = heldService();
  const { link, client } = await served(lab, { perPeer: 9, total: 2 }, service);
  await identified(client);
  const settled = Promise.allSettled(Array.from({ length: 4 }, () => link.pull(REQUEST)));
  await until(() => lab.logger.matching("Dropped").length === 2, "two requests were refused");
  release();
  const outcomes = await settled;
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 2);
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
});

nodeTest("servePeers() bounds the bytes that all requests hold", async (lab) => {
  const { open, link } = await served(lab, { bufferedBytes: 100_000 });
  const stream = await open(PUSH);
  const answer = answerOf(stream);
  await writeMessage(stream, new Uint8Array(200_000).fill(32), NEVER, () => {}).catch(() => {});
  await assert.rejects(answer);
  assert.match(dropped(lab), /Too much/);
  assert.equal((await link.push(makeEntries(1))).ok, true);
});

nodeTest(
  "servePeers() stores a large push while it comes, and holds its sender back",
  async (lab) => {
    const service = new ScriptedService();
    const release = Promise.withResolvers<void>();
    let taken = 0;
    service.push = async (entries) => {
      taken += entries.length;
      await release.promise;
      return { ok: true, inserted: entries.length, ignored: 0 };
    };
    const { open, link } = await served(lab, {}, service);
    const stream = await open(PUSH);
    const answer = answerOf(stream);
    const message = encodePushRequest(makeEntries(15, { command: "x".repeat(1_000_000) }), false);
    let sent = 0;
    const written = writeMessage(stream, message, NEVER, () => sent += 64 * 1024);
    await until(() => taken > 0, "the first part is stored");
    for (let i = 0; i < 50; i++) await link.pull(REQUEST);
    assert.ok(sent < 8 << 20, `${sent} bytes were taken`);
    assert.ok(taken < 10, `${taken} entries were read`);
    release.resolve();
    await written;
    assert.match(new TextDecoder().decode(await answer), /"inserted":15,/);
  },
);

nodeTest("servePeers() bounds the bytes that all answers hold", async (lab) => {
  const entries = makeEntries(20).map((entry) => ({
    ...entry,
    command: Array.from({ length: 200 }, () => crypto.randomUUID()).join(" "),
  }));
  const service = new ScriptedService({ entries, nextCursor: 20 });
  const { link } = await served(lab, { bufferedBytes: 20_000 }, service);
  await assert.rejects(link.pull(REQUEST));
  assert.match(dropped(lab), /Too much/);
  assert.equal((await link.push(makeEntries(1))).ok, true);
});

nodeTest(
  "servePeers() drops an answer that is not taken in time, however it moves",
  async (lab) => {
    const entries = makeEntries(20, { command: "x".repeat(100_000) });
    const service = new ScriptedService({ entries, nextCursor: 20 });
    const { open, link } = await served(lab, { idleMs: 60_000, requestMs: 300 }, service);
    const stream = await open(PULL);
    stream.pause();
    await writeMessage(stream, encodePullRequest(REQUEST, false), NEVER, () => {});
    await until(() => lab.logger.matching("Dropped").length === 1, "the answer is given up");
    assert.match(dropped(lab), /Nothing moved for 300 ms/);
    assert.equal((await link.push(makeEntries(1))).ok, true);
  },
);

nodeTest("servePeers() does not work for an asker that gave up in line", async (lab) => {
  const service = new ScriptedService();
  const release = Promise.withResolvers<void>();
  let begun = 0;
  service.pull = async () => {
    begun++;
    await release.promise;
    return { entries: [], nextCursor: null };
  };
  const { link } = await served(lab, { working: 1 }, service);
  const first = link.pull(REQUEST);
  await until(() => begun === 1, "the first is worked on");
  const stop = new AbortController();
  const second = assert.rejects(link.pull(REQUEST, { signal: stop.signal }), /bye/);
  const third = link.pull(REQUEST);
  const [connection] = lab.nodes[0]!.libp2p.getConnections();
  const asked = (): number =>
    connection!.streams.filter(({ protocol }) => protocol.startsWith("/rustory/")).length;
  await until(() => asked() === 3, "all have asked");
  stop.abort(new Error("bye"));
  await second;
  await until(() => lab.logger.matching("gave up").length === 1, "the server knows");
  release.resolve();
  await Promise.all([first, third]);
  assert.equal(begun, 2);
});

nodeTest("servePeers() drops a decompression bomb", async (lab) => {
  const { open, link } = await served(lab);
  const { zstdCompressSync } = await import("node:zlib");
  const stream = await open("/rustory/sync-pull/1.0.1");
  const answer = answerOf(stream);
  await writeMessage(stream, zstdCompressSync(new Uint8Array(64 << 20)), NEVER, () => {});
  await assert.rejects(answer);
  assert.match(dropped(lab), /too large/);
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
});

nodeTest("servePeers() works on a bounded number of requests at a time", async (lab) => {
  const service = new ScriptedService();
  let working = 0;
  let most = 0;
  service.pull = async () => {
    most = Math.max(most, ++working);
    await lab.deps.clock.sleep(1);
    working--;
    return { entries: [], nextCursor: null };
  };
  const { link } = await served(lab, { working: 2 }, service);
  await Promise.all(Array.from({ length: 12 }, () => link.pull(REQUEST)));
  assert.equal(most, 2);
});

nodeTest("servePeers() stops answering when disposed of", async (lab) => {
  const { servePeers } = await import("../../../src/net/exchange/accept.ts");
  const server = await lab.node();
  const service = new ScriptedService();
  const asked = Promise.withResolvers<void>();
  service.pull = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  const serving = await servePeers(server, service, lab.deps);
  const link = await lab.dialer(await lab.node()).connect(recordOf(server, server.addresses()));
  const waiting = assert.rejects(
    link.pull(REQUEST),
    (error: LinkError) => error.code === "closed",
  );
  await asked.promise;
  await serving[Symbol.asyncDispose]();
  await waiting;
  await assert.rejects(link.pull(REQUEST), (error: LinkError) => error.code === "unsupported");
});

interface Served {
  readonly link: PeerLink;
  readonly client: Awaited<ReturnType<Lab["node"]>>;
  open(protocol: string): Promise<Stream>;
}

async function served(
  lab: Lab,
  limits: ServeLimits = {},
  service = new ScriptedService(),
): Promise<Served> {
  const server = await lab.server(service, {}, limits);
  const client = await lab.node({ listen: [] });
  const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const [connection] = client.libp2p.getConnections();
  return { link, client, open: (protocol) => connection!.newStream(protocol) };
}

function answerOf(stream: Stream): Promise<Uint8Array> {
  return within(new MessageReader(stream, { mostBytes: 1 << 20 }).read(NEVER), "read the answer");
}

function dropped(lab: Lab): string {
  return lab.logger.matching("Dropped").map(({ fields }) => fields.error).join("\n");
}

/** Waits until the streams of the start are closed. */
async function identified(node: Served["client"]): Promise<void> {
  await until(
    () => node.libp2p.getConnections().every(({ streams }) => streams.length === 0),
    "identify is done",
  );
}

/** Answers once it is let go. */
function heldService(): { service: ScriptedService; release: () => void } {
  const service = new ScriptedService();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const answer = service.pull;
  service.pull = async (request) => {
    await released;
    return await answer(request);
  };
  return { service, release };
}
