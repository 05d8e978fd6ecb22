import type { Connection } from "@libp2p/interface";
import assert from "node:assert/strict";
import type { HeardOf } from "../../../src/net/node/psk.ts";
import { watchSilence } from "../../../src/net/exchange/silence.ts";
import type { LinkError } from "../../../src/sync/ports.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { nodeTest, recordOf, swallowingProxy } from "../_lab.ts";

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

nodeTest("a network that swallows packets fails the request instead of ending it", async (lab) => {
  const server = await lab.server();
  using proxy = swallowingProxy(server.listening()[0]!);
  const client = await lab.node({ listen: [], silenceMs: 2_000 });
  const link = await lab.dialer(client).connect(recordOf(server, [proxy.addr]));
  await link.pull({ cursor: 0, limit: 1 });
  proxy.swallow();
  await assert.rejects(
    link.pull({ cursor: 0, limit: 1 }),
    (error: LinkError) => error.code === "closed" && /silent/.test(error.message),
  );
  assert.equal(link.closed.aborted, true);
});

interface Fake {
  readonly connection: Connection;
  readonly ended: Error[];
  readonly heard: { atMs: number };
}

function fakeConnection(heardOf: HeardOf, nowMs: number): Fake {
  const maConn = {};
  const heard = { atMs: nowMs, count: 0 };
  heardOf.set(maConn, heard);
  const ended: Error[] = [];
  const connection = { maConn, abort: (error: Error): number => ended.push(error) };
  return { connection: connection as unknown as Connection, ended, heard };
}
