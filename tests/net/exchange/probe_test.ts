import assert from "node:assert/strict";
import type { Connection } from "@libp2p/interface";
import { systemClock } from "../../../src/base/clock.ts";
import { endDead, PROBE_MS } from "../../../src/net/exchange/probe.ts";
import type { HeardOf } from "../../../src/net/node/psk.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { nodeTest, recordOf, swallowingProxy, until } from "../_lab.ts";

interface Fake {
  readonly connection: Connection;
  readonly ended: Error[];
  readonly heard: { atMs: number; count: number };
}

function fakeConnection(heardOf: HeardOf, onAsked: () => void = () => {}): Fake {
  const maConn = {};
  const heard = { atMs: 0, count: 3, said: undefined };
  heardOf.set(maConn, heard);
  const ended: Error[] = [];
  const connection = {
    maConn,
    status: "open",
    abort: (error: Error): number => ended.push(error),
    newStream: (): Promise<never> => {
      onAsked();
      return new Promise(() => {}); // a test of the bytes, not of the answer
    },
  };
  return { connection: connection as unknown as Connection, ended, heard };
}

Deno.test("endDead() ends what brings no byte in time, and nothing else", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const dead = fakeConnection(heardOf);
  const alive = fakeConnection(heardOf, () => void alive.heard.count++);
  const late = fakeConnection(heardOf);
  const all = [dead, alive, late].map(({ connection }) => connection);
  const ended = endDead(all, { clock, heardOf }, new AbortController().signal);
  await clock.advance(PROBE_MS - 500);
  late.heard.count++;
  for (let i = 0; i < 20; i++) await clock.advance(50);
  assert.equal(await ended, 1);
  assert.match(`${dead.ended}`, /carries nothing/);
  assert.deepEqual([...alive.ended, ...late.ended], []);
});

Deno.test("endDead() ends nothing once it is called off", async () => {
  const clock = new FakeClock();
  const heardOf: HeardOf = new WeakMap();
  const dead = fakeConnection(heardOf);
  const stop = new AbortController();
  const ended = endDead([dead.connection], { clock, heardOf }, stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(ended, /stopped/);
  assert.deepEqual(dead.ended, []);
});

nodeTest("a peer that connects anew has its older connections tested", async (lab) => {
  const server = await lab.server();
  using proxy = swallowingProxy(server.listening()[0]!);
  const client = await lab.node({ listen: [] });
  await lab.dialer(client).connect(recordOf(server, [proxy.addr]));
  const connections = () => server.connections().length;
  await until(() => connections() === 1, "the server sees the first connection");
  proxy.swallow();
  const [first] = client.libp2p.getConnections();
  // Gone for the client alone, as after a sleep: the server hears nothing of it.
  first!.abort(new Error("another network"));
  await until(() => client.connections().length === 0, "the client has let go");
  await lab.dialer(client).connect(recordOf(server, server.listening()));
  await until(() => connections() === 2, "the server sees the second one");
  const started = systemClock().monotonic();
  await until(() => connections() === 1, "the first one was ended");
  assert.ok(systemClock().monotonic() - started < 60_000, "long before its silence was noticed");
  assert.equal(client.connections().length, 1);
});
