import assert from "node:assert/strict";
import type { Connection, Stream } from "@libp2p/interface";
import { type OpenStream, SpareStream } from "../../../src/net/exchange/spare_stream.ts";
import type { PeerService } from "../../../src/sync/ports.ts";
import type { PullReply } from "../../../src/swarm/messages.ts";

import { FakeClock } from "../../fakes/fake_clock.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { nodeTest, recordOf, until } from "../_lab.ts";

const ONE = {} as Connection;
const OTHER = {} as Connection;
const NEVER = new AbortController().signal;

Deno.test("SpareStream.take() gives the stream that was opened in advance, once", async () => {
  const { spare, streams, clock } = make();
  assert.equal(await spare.take(ONE, NEVER), undefined);
  spare.prepare(ONE);
  assert.equal(await spare.take(ONE, NEVER), streams[0]);
  assert.equal(await spare.take(ONE, NEVER), undefined);
  await clock.advance(60_000);
  assert.equal(streams[0]!.status, "open");
  assert.equal(clock.sleeping, 0);
});

Deno.test("SpareStream ends a stream that is not needed", async () => {
  const { spare, streams, clock } = make();
  spare.prepare(ONE);
  spare.drop();
  spare.prepare(ONE);
  assert.equal(await spare.take(OTHER, NEVER), undefined, "another connection");
  spare.prepare(ONE);
  spare.prepare(ONE);
  await clock.advance(5_000);
  assert.equal(await spare.take(ONE, NEVER), undefined, "too old");
  assert.deepEqual(streams.map(({ status }) => status), Array(4).fill("aborted"));
  assert.equal(clock.sleeping, 0);
});

Deno.test("SpareStream.take() gives none that was ended or could not be opened", async () => {
  const { spare, streams } = make();
  spare.prepare(ONE);
  Object.assign(streams[0]!, { status: "reset" });
  assert.equal(await spare.take(ONE, NEVER), undefined);
  spare.prepare(ONE);
  Object.assign(streams[1]!, { readableEnded: true });
  assert.equal(await spare.take(ONE, NEVER), undefined);
  const failing = make(() => Promise.reject(new Error("no room"))).spare;
  failing.prepare(ONE);
  assert.equal(await failing.take(ONE, NEVER), undefined);
});

Deno.test("SpareStream.take() rejects with the reason of its signal and opens no more", async () => {
  const opening = Promise.withResolvers<AbortSignal>();
  const { spare } = make((_connection, signal) => {
    opening.resolve(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  });
  spare.prepare(ONE);
  const stop = new AbortController();
  const taking = spare.take(ONE, stop.signal);
  stop.abort(new Error("bye"));
  await assert.rejects(taking, /bye/);
  assert.equal((await opening.promise).aborted, true);
});

nodeTest("PeerLink.pull() opens streams in advance only while answers are large", async (lab) => {
  const service = new Sized();
  const server = await lab.server(service);
  const client = await lab.node({ listen: [] });
  const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const open = (): number =>
    client.libp2p.getConnections().flatMap(({ streams }) => streams)
      .filter(({ protocol }) => protocol.startsWith("/rustory/")).length;
  for (const [entries, spares] of [[0, 0], [10, 0], [1000, 0], [1000, 1], [1000, 1], [0, 0]]) {
    service.entries = entries!;
    const reply = await link.pull({ cursor: 0, limit: 1000 });
    assert.equal(reply.entries.length, entries);
    await until(() => open() === spares, `${spares} streams are open after ${entries} entries`);
  }
  service.entries = 1000;
  for (let i = 0; i < 2; i++) await link.pull({ cursor: 0, limit: 1000 });
  await link.close();
  await until(() => open() === 0, "a closed link keeps no stream");
  assert.deepEqual(lab.logger.events.filter(({ level }) => level === "warn"), []);
});

nodeTest("PeerLink.pull() goes on when its spare stream was ended by the peer", async (lab) => {
  const service = new Sized();
  service.entries = 1000;
  const server = await lab.server(service);
  const client = await lab.node({ listen: [] });
  const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
  const pull = (): Promise<PullReply> => link.pull({ cursor: 0, limit: 1000 });
  for (let i = 0; i < 2; i++) await pull();
  const [spare] = server.libp2p.getConnections().flatMap(({ streams }) => streams)
    .filter(({ protocol }) => protocol.startsWith("/rustory/"));
  const mine = client.libp2p.getConnections().flatMap(({ streams }) => streams)
    .find(({ protocol }) => protocol.startsWith("/rustory/"));
  spare!.abort(new Error("no patience"));
  await until(() => mine?.status === "reset", "the stream is reset");
  assert.equal((await pull()).entries.length, 1000);
});

/** Answers with as many entries as it is told to. */
class Sized implements PeerService {
  entries = 0;
  readonly #entries = generateEntries(1000);

  pull(): Promise<PullReply> {
    const entries = this.#entries.slice(0, this.entries);
    return Promise.resolve({ entries, nextCursor: entries.length || null });
  }

  push(): Promise<{ ok: boolean; inserted: number; ignored: number }> {
    return Promise.resolve({ ok: true, inserted: 0, ignored: 0 });
  }
}

function make(
  open?: OpenStream,
): { readonly spare: SpareStream; readonly streams: Stream[]; readonly clock: FakeClock } {
  const clock = new FakeClock();
  const streams: Stream[] = [];
  const openOne = (): Promise<Stream> => {
    const stream = {
      status: "open",
      readableEnded: false,
      abort: (): void => void Object.assign(stream, { status: "aborted" }),
    };
    streams.push(stream as unknown as Stream);
    return Promise.resolve(stream as unknown as Stream);
  };
  return { spare: new SpareStream(open ?? openOne, clock), streams, clock };
}
