import { multiaddr } from "@multiformats/multiaddr";
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import type { NodeEvent } from "../../../src/net/node/node_events.ts";
import { type Relay, startRelay } from "../../../src/net/relay/relay.ts";
import type { RelayEvent } from "../../../src/net/relay/relay_event.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { ANY_PORT, nextEvent, nodeTest, recordOf, relayAddrOf, reserved, until } from "../_lab.ts";
import { pairOn, REQUEST } from "./_relay.ts";

nodeTest("startRelay() tells of reservations and circuits, and counts them", async (lab) => {
  const relay = await lab.relay();
  const events = eventsOf(relay);
  const { server, client } = await pairOn(lab, relay);
  await lab.dialer(client).connect(recordOf(server, []));
  await until(() => relay.usage().circuits === 1, "the circuit is counted");
  const { connections, reservations, circuits, received, sent } = relay.usage();
  assert.deepEqual({ connections, reservations, circuits }, {
    connections: 2,
    reservations: 2,
    circuits: 1,
  });
  assert.ok(received > 0 && sent > 0);
  assert.deepEqual(events.filter((event) => event.type === "circuit"), [
    { type: "circuit", from: client.peer, to: server.peer },
  ]);
  assert.equal(events.filter((event) => event.type === "reservation").length, 2);
  await client.stop();
  await until(() => relay.usage().circuits === 0, "the circuit is gone");
  await until(() => relay.usage().reservations === 1, "the place is free again");
  assert.deepEqual(events.filter((event) => event.type === "reservation-ended"), [
    { type: "reservation-ended", peer: client.peer },
  ]);
});

nodeTest("startRelay() refuses the reservation that is one too many", async (lab) => {
  const relay = await lab.relay({ maxReservations: 1 });
  const relays = [relayAddrOf(relay)];
  const first = await lab.node({ relays });
  await reserved(first);
  const second = await lab.node({ relays });
  assert.match((await nextEvent(second, "reservation-lost")).why, /RESERVATION_REFUSED/);
  assert.deepEqual(second.reservations(), []);
  // A place that becomes free is taken without a restart.
  const taken = nextEvent(second, "reserved");
  await first.stop();
  await taken;
});

for (const limits of [{ maxCircuits: 1 }, { maxCircuitsPerPeer: 1 }]) {
  const [name] = Object.keys(limits);
  nodeTest(`startRelay() refuses circuits beyond its limits: ${name}`, async (lab) => {
    const relay = await lab.relay(limits);
    const events = eventsOf(relay);
    const { server, client, relays } = await pairOn(lab, relay);
    await lab.dialer(client).connect(recordOf(server, []));
    const third = await lab.node({ relays, listen: [] });
    await assert.rejects(lab.dialer(third).connect(recordOf(server, [])), /PERMISSION_DENIED/);
    assert.ok(
      events.some((event) => event.type === "circuit-refused" && event.from === third.peer),
    );
  });
}

nodeTest("a device is back at a relay that was restarted", async (lab) => {
  const identity = await createIdentity();
  const relay = await lab.relay({ identity });
  const listen = [relay.listening()[0]!.replace(/\/p2p\/.*/, "")];
  const { server, client } = await pairOn(lab, relay);
  const lost = [server, client].map((node) => nextEvent(node, "reservation-lost"));
  await relay.stop();
  await Promise.all(lost);
  assert.deepEqual(server.addresses(), []);
  const back = [nextEvent(server, "reserved"), nextEvent(client, "reserved")];
  const again = await lab.relay({ identity, listen });
  await Promise.all(back);
  assert.equal(server.addresses().length, 1);
  const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
  assert.equal(again.usage().circuits, 1);
});

nodeTest("a device starts while its relay is down, and says so once", async (lab) => {
  const identity = await createIdentity();
  const first = await lab.relay({ identity });
  const relays = [relayAddrOf(first)];
  const listen = [first.listening()[0]!.replace(/\/p2p\/.*/, "")];
  await first.stop();
  const node = await lab.node({ relays, listen: [] });
  const events: NodeEvent[] = [];
  node.onEvent((event) => events.push(event));
  assert.match((await nextEvent(node, "reservation-lost")).why, /connection refused/);
  await anotherTry(Number(/tcp\/(\d+)/.exec(listen[0]!)![1]));
  const back = nextEvent(node, "reserved");
  await lab.relay({ identity, listen });
  await back;
  const told = events.map((event) => event.type).filter((type) => type.startsWith("reserv"));
  assert.equal(told.filter((type) => type === "reserved").length, 1);
  assert.equal(told.at(-1), "reserved");
  assert.ok(told.length <= 5, `told ${told.length} times of one loss`);
  assert.equal(node.relayProblem(first.peer), undefined);
});

nodeTest("a relay that comes back as another one is told for what it is", async (lab) => {
  const first = await lab.relay();
  const node = await lab.node({ relays: [relayAddrOf(first)], listen: [] });
  await reserved(node);
  const whys: string[] = [];
  node.onEvent((event) => void (event.type === "reservation-lost" && whys.push(event.why)));
  const listen = [first.listening()[0]!.replace(/\/p2p\/.*/, "")];
  await first.stop();
  await lab.relay({ listen });
  await until(
    () => /another peer is there/.test(node.relayProblem(first.peer) ?? ""),
    "it is seen",
  );
  assert.ok(whys.some((why) => /another peer is there/.test(why)), whys.join("\n"));
  assert.doesNotMatch(whys.join(), /swarm key/);
  assert.equal(new Set(whys).size, whys.length, "each reason is said once");
});

nodeTest(
  "two processes of one device hold one reservation, and one is enough",
  async (lab) => {
    const relay = await lab.relay();
    const relays = [relayAddrOf(relay)];
    const identity = await createIdentity();
    const entries = makeEntries(1);
    const service = new ScriptedService({ entries, nextCursor: 1 });
    const one = await lab.server(service, { identity, relays, listen: [] });
    const two = await lab.server(service, { identity, relays, listen: [] });
    await Promise.all([reserved(one), reserved(two)]);
    assert.equal(relay.usage().reservations, 1);
    const dialer = lab.dialer(await lab.node({ listen: [] }));
    const record = recordOf(one, one.addresses());
    for (const process of [one, two]) {
      const link = await dialer.connect(record);
      assert.deepEqual((await link.pull(REQUEST)).entries, entries);
      if (process === two) break;
      const gone = new Promise((resolve) => link.closed.addEventListener("abort", resolve));
      await two.stop(); // the process that has taken the connection, being the last to reserve
      await gone;
    }
    assert.equal(relay.usage().reservations, 1);
  },
);

nodeTest("a process that only asks does not stand before one that serves", async (lab) => {
  const relay = await lab.relay();
  const relays = [relayAddrOf(relay)];
  const identity = await createIdentity();
  const service = new ScriptedService({ entries: makeEntries(1), nextCursor: 1 });
  const other = await lab.server(service, { relays });
  // Connected to the relay and to the peer before the serving process is, under the same id.
  const asking = await lab.node({ identity, listen: [] });
  await asking.libp2p.dial(relay.listening().map(toAddr));
  await lab.dialer(asking).connect(recordOf(other, other.addresses()));
  const serving = await lab.server(service, { identity, relays, listen: [] });
  await reserved(serving);
  await until(() => other.connections().some((it) => it.peer === identity.peer), "it is connected");
  const link = await lab.dialer(other).connect(recordOf(serving, serving.addresses()));
  assert.equal((await link.pull(REQUEST)).entries.length, 1);
});

nodeTest("startRelay() refuses a port that is taken, and limits below 1", async (lab) => {
  const relay = await lab.relay();
  const listen = [relay.listening()[0]!.replace(/\/p2p\/.*/, "")];
  const taken = startRelay(
    { identity: await createIdentity(), swarmKey: lab.swarmKey, listen },
    lab.deps,
  );
  await assert.rejects(taken, (error: RrError) => {
    return error instanceof RrError && /EADDRINUSE/.test(error.message) && error.hint !== undefined;
  });
  const { identity } = { identity: await createIdentity() };
  for (const limits of [{ maxReservations: 0 }, { circuitBytes: -1 }, { maxCircuits: 1.5 }]) {
    await assert.rejects(
      startRelay({ identity, swarmKey: lab.swarmKey, listen: [ANY_PORT], ...limits }, lab.deps),
      RangeError,
    );
  }
});

/** Takes the port, sees somebody try to connect, and gives it back. */
async function anotherTry(port: number): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port });
  (await listener.accept()).close();
}

function toAddr(text: string): ReturnType<typeof multiaddr> {
  return multiaddr(text);
}

function eventsOf(relay: Relay): RelayEvent[] {
  const events: RelayEvent[] = [];
  relay.onEvent((event) => events.push(event));
  return events;
}
