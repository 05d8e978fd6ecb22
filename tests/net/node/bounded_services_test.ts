import { peerIdFromString } from "@libp2p/peer-id";
import assert from "node:assert/strict";
import type { Node } from "../../../src/net/node/node.ts";
import { boundUpgrades } from "../../../src/net/node/bounded_services.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { type Lab, nodeTest, recordOf, until } from "../_lab.ts";

const PUSH = "/ipfs/id/push/1.0.0";
const LONGEST_BYTES = 8 * 1024;

/** One identify message with as many of what `field` makes as there is room for. */
function message(bytes: number, field: (i: number) => readonly number[], from = 0): Uint8Array {
  const body: number[] = [];
  for (let i = from;; i++) {
    const one = field(i);
    if (body.length + one.length > bytes - 2) break;
    body.push(...one);
  }
  return Uint8Array.of((body.length & 127) | 128, body.length >> 7, ...body);
}

/** `/ip4/10.x.y.z/tcp/2561` */
function address(i: number): readonly number[] {
  return [0x12, 8, 4, 10, (i >> 16) & 255, (i >> 8) & 255, i & 255, 6, 10, 1];
}

function protocol(i: number): readonly number[] {
  const text = new TextEncoder().encode(`/${i}`);
  return [0x1a, text.length, ...text];
}

class Talker {
  readonly #from: Node;
  readonly #to: Node;
  heard = 0;

  constructor(from: Node, to: Node) {
    this.#from = from;
    this.#to = to;
    to.libp2p.addEventListener("peer:identify", () => void this.heard++);
  }

  async tell(...messages: Uint8Array[]): Promise<void> {
    const stream = await this.#from.libp2p.getConnections()[0]!.newStream(PUSH);
    for (const one of messages) stream.send(one);
    await stream.close().catch(() => {});
    await until(() => stream.status !== "open", "the stream ends");
  }

  /** A second stream is refused while the first is looked at. */
  async tellUntilHeard(...messages: Uint8Array[]): Promise<void> {
    const before = this.heard;
    while (this.heard === before) await this.tell(...messages).catch(() => {});
  }

  async stored(): Promise<
    { readonly addresses: readonly unknown[]; readonly protocols: readonly string[] }
  > {
    return await this.#to.libp2p.peerStore.get(peerIdFromString(this.#from.peer));
  }
}

async function connected(lab: Lab): Promise<Talker> {
  const to = await lab.server();
  const from = await lab.node({ listen: [] });
  const talker = new Talker(from, to);
  await lab.dialer(from).connect(recordOf(to, to.addresses()));
  await until(() => talker.heard > 0, "the peer is known");
  talker.heard = 0;
  return talker;
}

nodeTest(
  "of the addresses and protocols that a peer tells, a bounded number is kept",
  async (lab) => {
    const talker = await connected(lab);
    await talker.tell(message(LONGEST_BYTES, address));
    await until(() => talker.heard === 1, "the addresses are taken");
    assert.equal((await talker.stored()).addresses.length, 64);
    await talker.tell(message(LONGEST_BYTES, protocol));
    await until(() => talker.heard === 2, "the protocols are taken");
    assert.equal((await talker.stored()).protocols.length, 128);
  },
);

nodeTest("what a peer tells of itself beyond one message is not looked at", async (lab) => {
  const talker = await connected(lab);
  const before = await talker.stored();
  await talker.tellUntilHeard(message(200, protocol), message(LONGEST_BYTES, address));
  assert.deepEqual((await talker.stored()).addresses, before.addresses);
});

nodeTest(
  "a peer that tells of itself again and again is heard some times, and then now and then",
  async (lab) => {
    const talker = await connected(lab);
    const startedMs = performance.now();
    for (let i = 0; i < 60; i++) await talker.tell(message(200, protocol, i)).catch(() => {});
    const seconds = Math.ceil((performance.now() - startedMs) / 1_000);
    assert.ok(talker.heard >= 1, "an honest peer is heard");
    assert.ok(talker.heard <= 8 + seconds, `heard ${talker.heard} times in ${seconds} s`);
  },
);

Deno.test("a peer has us dial few addresses, and not again and again", async () => {
  const clock = new FakeClock();
  let handled = 0;
  let refused = 0;
  const service = boundUpgrades({
    getDialableMultiaddrs: (addrs: readonly unknown[]) => [...addrs],
    handleIncomingUpgrade: (..._: unknown[]) => Promise.resolve(void handled++),
  }, clock);
  assert.equal(service.getDialableMultiaddrs(Array.from({ length: 300 })).length, 8);
  const connection = { remotePeer: "peer" };
  const stream = { abort: (): void => void refused++ };
  for (let i = 0; i < 10; i++) await service.handleIncomingUpgrade(stream, connection);
  assert.deepEqual({ handled, refused }, { handled: 6, refused: 4 });
  clock.advance(60_000);
  await service.handleIncomingUpgrade(stream, connection);
  assert.equal(handled, 7);
});
