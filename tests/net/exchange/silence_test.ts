import type { Connection } from "@libp2p/interface";
import assert from "node:assert/strict";
import type { Heard, HeardOf } from "../../../src/net/node/psk.ts";
import {
  ASK_MS,
  ASK_SOON_MS,
  UNANSWERED_MS,
  watchSilence,
} from "../../../src/net/exchange/silence.ts";
import type { LinkError } from "../../../src/sync/ports.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { nodeTest, recordOf, swallowingProxy, until } from "../_lab.ts";

Deno.test("watchSilence() ends a connection that says nothing and keeps one that speaks", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const silent = fakeConnection(heardOf, clock.now());
  const speaking = fakeConnection(heardOf, clock.now());
  const stop = new AbortController();
  const connections = (): Connection[] => [silent.connection, speaking.connection];
  const watching = watchSilence({ clock, heardOf, connections }, stop.signal, 50_000);
  for (let i = 0; i < 15; i++) {
    speaking.heard.atMs = clock.now();
    await clock.advance(5_000);
  }
  assert.match(`${silent.ended[0]}`, /silent/);
  assert.deepEqual(speaking.ended, []);
  stop.abort();
  await watching;
});

Deno.test("watchSilence() gives connections time after the machine slept", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const { connection, ended, heard } = fakeConnection(heardOf, clock.now());
  const stop = new AbortController();
  const watching = watchSilence(
    { clock, heardOf, connections: () => [connection] },
    stop.signal,
    50_000,
  );
  await clock.advance(3_600_000); // one pause that took an hour
  assert.deepEqual(ended, []);
  heard.atMs = clock.now();
  for (let i = 0; i < 8; i++) await clock.advance(5_000);
  assert.deepEqual(ended, []);
  for (let i = 0; i < 4; i++) await clock.advance(5_000);
  assert.equal(ended.length > 0, true);
  stop.abort();
  await watching;
});

Deno.test("watchSilence() asks who was silent for long for a sign of life, and nobody else", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const silent = fakeConnection(heardOf, clock.now());
  const speaking = fakeConnection(heardOf, clock.now());
  const stop = new AbortController();
  const connections = (): Connection[] => [silent.connection, speaking.connection];
  const watching = watchSilence({ clock, heardOf, connections }, stop.signal);
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 5_000) {
      speaking.heard.atMs = clock.now();
      await clock.advance(5_000);
    }
  };
  await pass(ASK_MS - 5_000);
  assert.equal(silent.asked.length, 0);
  await pass(5_000);
  assert.deepEqual([silent.asked.length, speaking.asked.length], [1, 0]);
  silent.heard.atMs = clock.now(); // the answer
  await pass(ASK_MS - 5_000);
  assert.equal(silent.asked.length, 1);
  assert.deepEqual(silent.ended, []);
  stop.abort();
  await watching;
});

Deno.test("watchSilence() soon asks who does not answer a short word, and gives it up", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const [short, much, answering] = [0, 1, 2].map(() => fakeConnection(heardOf, clock.now()));
  const stop = new AbortController();
  const connections = (): Connection[] => [short!, much!, answering!].map((one) => one.connection);
  const watching = watchSilence({ clock, heardOf, connections }, stop.signal);
  short!.heard.said = { sinceMs: clock.now(), bytes: 200 };
  much!.heard.said = { sinceMs: clock.now(), bytes: 1_000_000 };
  answering!.heard.said = { sinceMs: clock.now(), bytes: 200 };
  await clock.advance(ASK_SOON_MS);
  assert.deepEqual([short!, much!, answering!].map(({ asked }) => asked.length), [1, 0, 1]);
  Object.assign(answering!.heard, { atMs: clock.now(), said: undefined });
  for (let at = ASK_SOON_MS; at <= UNANSWERED_MS; at += 5_000) await clock.advance(5_000);
  assert.match(`${short!.ended[0]}`, /silent/);
  assert.deepEqual([much!, answering!].map(({ ended, asked }) => [ended.length, asked.length]), [
    [0, 0],
    [0, 1],
  ]);
  stop.abort();
  await watching;
});

Deno.test("watchSilence() asks all connections to a peer of which one does not answer", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const [first, second, living] = [0, 1, 2].map(() =>
    fakeConnection(heardOf, clock.now(), "desktop")
  );
  const other = fakeConnection(heardOf, clock.now(), "another");
  const all = [first!, second!, living!, other];
  const stop = new AbortController();
  const connections = (): Connection[] => all.map((one) => one.connection);
  const watching = watchSilence({ clock, heardOf, connections }, stop.signal);
  first!.heard.said = { sinceMs: clock.now(), bytes: 200 };
  await clock.advance(ASK_SOON_MS);
  assert.deepEqual(all.map(({ asked }) => asked.length), [1, 1, 1, 0]);
  Object.assign(living!.heard, { atMs: clock.now(), said: undefined });
  for (let at = ASK_SOON_MS; at <= UNANSWERED_MS; at += 5_000) {
    await clock.advance(5_000);
    Object.assign(living!.heard, { atMs: clock.now(), said: undefined });
  }
  assert.deepEqual(all.map(({ ended }) => ended.length > 0), [true, true, false, false]);
  stop.abort();
  await watching;
});

Deno.test("watchSilence() gives a larger word more time, but not until the silence is long", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const large = fakeConnection(heardOf, clock.now());
  const stop = new AbortController();
  const connections = (): Connection[] => [large.connection];
  const watching = watchSilence({ clock, heardOf, connections }, stop.signal);
  large.heard.said = { sinceMs: clock.now(), bytes: 32 * 1024 };
  for (let at = 0; at < UNANSWERED_MS + 5_000; at += 5_000) await clock.advance(5_000);
  assert.deepEqual([large.asked.length > 0, large.ended.length], [true, 0]);
  await clock.advance(5_000);
  assert.equal(large.ended.length, 1);
  stop.abort();
  await watching;
});

nodeTest("two nodes with nothing to say stay connected, at 60 bytes a question", async (lab) => {
  const server = await lab.server();
  const client = await lab.node({ listen: [], silenceMs: 14_000 });
  const link = await lab.dialer(client).connect(recordOf(server, server.listening()));
  await link.pull({ cursor: 0, limit: 1 });
  let ended = false;
  link.closed.addEventListener("abort", () => ended = true);
  const bytes = (): number => client.traffic().received + client.traffic().sent;
  const nextBytes = async (): Promise<number> => {
    const before = bytes();
    const { received } = client.traffic();
    await until(() => ended || client.traffic().received > received, "the server says something");
    return bytes() - before;
  };
  // Before the first question the two still make each other's acquaintance.
  for (let came = 0; came !== 60 && !ended; came = await nextBytes());
  const answered = Date.now();
  assert.equal(await nextBytes(), 60);
  // A ping and its answer are nothing that would be asked about soon.
  assert.ok(Date.now() - answered > 6_000, `${Date.now() - answered}`);
  assert.equal(ended, false);
});

nodeTest("a network that swallows packets fails the request instead of ending it", async (lab) => {
  const server = await lab.server();
  using proxy = swallowingProxy(server.listening()[0]!);
  const silenceMs = 30_000;
  const client = await lab.node({ listen: [], silenceMs });
  const link = await lab.dialer(client).connect(recordOf(server, [proxy.addr]));
  await link.pull({ cursor: 0, limit: 1 });
  proxy.swallow();
  const said = Date.now();
  await assert.rejects(
    link.pull({ cursor: 0, limit: 1 }),
    (error: LinkError) => error.code === "closed" && /silent/.test(error.message),
  );
  assert.equal(link.closed.aborted, true);
  // The request was short, so its answer is not waited for as long as a silence may be.
  assert.ok(Date.now() - said < silenceMs, `${Date.now() - said}`);
});

interface Fake {
  readonly connection: Connection;
  readonly ended: Error[];
  readonly asked: true[];
  readonly heard: Heard;
}

let peers = 0;

function fakeConnection(heardOf: HeardOf, nowMs: number, remotePeer = `peer ${peers++}`): Fake {
  const maConn = {};
  const heard: Heard = { atMs: nowMs, count: 0, said: undefined };
  heardOf.set(maConn, heard);
  const ended: Error[] = [];
  const asked: true[] = [];
  const muxer = { ping: (): Promise<number> => Promise.resolve(asked.push(true)) };
  const connection = {
    remotePeer,
    maConn,
    muxer,
    abort: (error: Error): number => ended.push(error),
  };
  return { connection: connection as unknown as Connection, ended, asked, heard };
}
