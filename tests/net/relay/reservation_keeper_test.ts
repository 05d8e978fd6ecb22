/** What a device makes of its reservations at several relays, without any network. */
import assert from "node:assert/strict";
import type { DeviceHost } from "../../../src/net/node/create_libp2p.ts";
import { type NodeEvent, NodeEvents } from "../../../src/net/node/node_events.ts";
import { keepRelay } from "../../../src/net/relay/reservation_keeper.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { peerIdOf } from "../../../src/swarm/peer_id.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

/** The reservations of a device; those of relays that are connected can be had at once. */
class FakeReservations extends EventTarget {
  readonly held = new Set<string>();

  hasReservation(relay: unknown): boolean {
    return this.held.has(String(relay));
  }

  addRelay(relay: unknown): Promise<void> {
    this.held.add(String(relay));
    return Promise.resolve();
  }

  lose(relay: string): void {
    this.held.delete(relay);
    this.dispatchEvent(new Event("relay:removed"));
  }
}

/** Keeps a reservation at one relay. */
function keep(
  clock: FakeClock,
  reservations: FakeReservations,
  relay: PeerId,
  signal: AbortSignal,
): {
  readonly events: readonly NodeEvent["type"][];
  readonly done: Promise<void>;
} {
  const host = {
    libp2p: { getConnections: () => [{ direct: true, status: "open" }] },
    relayClient: { reservations },
    gate: undefined,
  } as unknown as DeviceHost;
  const events = new NodeEvents();
  const told: NodeEvent["type"][] = [];
  events.subscribe((event) => void told.push(event.type));
  const transport = "/ip4/192.0.2.1/tcp/4001";
  const addr = { relay, transport, text: `${transport}/p2p/${relay}` };
  const deps = { host, events, clock, random: seededRandom(1), problems: new Map() };
  return { events: told, done: keepRelay(addr, deps, signal) };
}

const RELAY = peerIdOf(new Uint8Array(32).fill(1));
const OTHER = peerIdOf(new Uint8Array(32).fill(2));

Deno.test("a reservation that is lost at another relay is none that is lost at this one", async () => {
  const clock = new FakeClock();
  const reservations = new FakeReservations();
  const stop = new AbortController();
  const { events, done } = keep(clock, reservations, RELAY, stop.signal);
  for (let n = 0; n < 50 && events.length === 0; n++) await clock.advance(1);
  for (let n = 0; n < 3; n++) {
    reservations.lose(OTHER);
    await clock.advance(1_000);
  }
  assert.deepEqual(events, ["reserved"]);
  stop.abort(new Error("over"));
  await done;
  assert.equal(clock.sleeping, 0);
});

Deno.test("a reservation that is lost at this relay is told, and made anew", async () => {
  const clock = new FakeClock();
  const reservations = new FakeReservations();
  const stop = new AbortController();
  const { events, done } = keep(clock, reservations, RELAY, stop.signal);
  for (let n = 0; n < 50 && events.length === 0; n++) await clock.advance(1);
  reservations.lose(RELAY);
  for (let n = 0; n < 50 && events.length < 3; n++) await clock.advance(1_000);
  assert.deepEqual(events, ["reserved", "reservation-lost", "reserved"]);
  stop.abort(new Error("over"));
  await done;
});
