import assert from "node:assert/strict";
import { systemRandom } from "../../src/base/random.ts";
import { swarmAccess } from "../../src/app/session/swarm_access.ts";
import { identityFromSeed } from "../../src/net/keys/identity.ts";
import type { OwnRecord, PeerId } from "../../src/swarm/peer.ts";
import { createTrackerClient } from "../../src/tracker/client/client.ts";
import { createTracker, type Tracker } from "../../src/tracker/server/handler.ts";
import { Registry } from "../../src/tracker/server/registry.ts";
import { createSwarmClient } from "../../src/tracker/client/swarm_client.ts";
import { openRecord, recordId, recordKeys, sealRecord } from "../../src/tracker/swarm_record.ts";
import { SwarmRegistry } from "../../src/tracker/server/swarm_registry.ts";
import { PEER_IDS } from "../contracts/directory.ts";
import type { Clock } from "../../src/base/clock.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

const random = systemRandom();
const KEY = random.bytes(32);
const LAPTOP: OwnRecord = {
  peer: PEER_IDS[0],
  addrs: ["/ip4/192.0.2.7/tcp/8845"],
  deviceId: "laptop",
  userId: "kim",
  hostname: "laptop.example",
  version: "0.2.0",
};
const DESKTOP: OwnRecord = { ...LAPTOP, peer: PEER_IDS[1], deviceId: "desktop", userId: "ubuntu" };

Deno.test("devices of one swarm key find each other whatever their user ids are, and nobody else", async () => {
  const lab = new Lab();
  const [laptop, desktop] = [await lab.client(KEY), await lab.client(KEY)];
  await laptop.register(LAPTOP);
  await desktop.register(DESKTOP);
  const found = await laptop.list("kim");
  assert.deepEqual(found.map((one) => one.peer).sort(), [LAPTOP.peer, DESKTOP.peer].sort());
  assert.deepEqual(found.find((one) => one.peer === DESKTOP.peer)?.deviceId, "desktop");
  // Neither a stranger with a key of his own nor one without any sees them.
  assert.deepEqual(await (await lab.client(random.bytes(32))).list("kim"), []);
  const plain = await lab.tracker.fetch(new Request("http://t/api/v1/peers"));
  assert.deepEqual(await plain.json(), { peers: [] });
});

Deno.test("a list that costs far more to read than its size tells is not read", async () => {
  // Deep JSON of 600 kB would take 40 MB, and some seconds where it is ten times as long.
  for (const list of ["[".repeat(3e5) + "]".repeat(3e5), `[${"{},".repeat(2e5)}{}]`]) {
    const client = await new Lab({ list: `{"records":${list}}` }).client(KEY);
    await assert.rejects(client.list("kim"), /malformed JSON/);
  }
  const client = await new Lab({ list: '{"records":{}}' }).client(KEY);
  await assert.rejects(client.list("kim"), /expected a list of records/);
});

Deno.test("of a list that is longer than any of ours the rest is not even looked at", async () => {
  const fitting = Array.from({ length: 512 }, (_, i) => [String(i), "AAAA"]);
  const client = async (records: unknown[]) =>
    await new Lab({ list: JSON.stringify({ records }) }).client(KEY);
  assert.deepEqual(await (await client([...fitting, 7])).list("kim"), []);
  await assert.rejects((await client([7, ...fitting])).list("kim"), /expected a list of records/);
});

Deno.test("a stranger can neither list, write nor remove, and a request sent again changes nothing", async () => {
  const lab = new Lab();
  const laptop = await lab.client(KEY);
  await laptop.register(LAPTOP);
  const [put] = lab.seen.filter((one) => one.method === "PUT");
  const base = put!.url.slice(0, put!.url.lastIndexOf("/"));
  const stranger = await lab.client(random.bytes(32));
  await stranger.list("kim");
  const foreign = lab.seen.at(-2)!.headers.get("x-rustory-proof")!;
  for (const [method, url] of [["GET", base], ["PUT", put!.url], ["DELETE", put!.url]] as const) {
    for (const proof of [undefined, foreign, "1.x"]) {
      const headers: Record<string, string> = proof === undefined
        ? {}
        : { "x-rustory-proof": proof };
      const body = method === "PUT" ? "made up" : null;
      const answer = await lab.tracker.fetch(new Request(url, { method, headers, body }));
      assert.equal(answer.status, 403, `${method} with ${proof}`);
    }
  }
  // A recording of the removal of the laptop must not remove what it registers later.
  await laptop.withdraw(LAPTOP.peer);
  const removal = lab.seen.find((one) => one.method === "DELETE")!;
  await laptop.register(LAPTOP);
  await lab.tracker.fetch(removal.clone());
  assert.equal((await laptop.list("kim")).length, 1);
});

Deno.test("a device whose clock was ahead is let in again once its clock is right", async () => {
  const lab = new Lab();
  let aheadMs = 2 * 86_400_000;
  const laptop = await lab.client(KEY, undefined, {
    now: () => lab.clock.now() + aheadMs,
    monotonic: () => lab.clock.monotonic(),
    sleep: (ms, signal) => lab.clock.sleep(ms, signal),
  });
  await assert.rejects(laptop.register(LAPTOP), /403/);
  aheadMs = 0;
  await laptop.register(LAPTOP);
  assert.equal((await laptop.list("kim")).length, 1);
});

Deno.test("made-up records under the same user name do not keep the next device out", async () => {
  const lab = new Lab();
  const stranger = await lab.client(random.bytes(32));
  for (let i = 0; i < 512; i++) await stranger.register({ ...LAPTOP, peer: await peer(i) });
  const laptop = await lab.client(KEY);
  assert.equal(await laptop.register(LAPTOP), 60);
  assert.equal((await laptop.list("kim")).length, 1);
});

Deno.test("at an original tracker all goes on as before", async () => {
  const lab = new Lab({ original: true });
  const [laptop, tablet] = [await lab.client(KEY), await lab.client(KEY)];
  await laptop.register(LAPTOP);
  await tablet.register({ ...DESKTOP, userId: "kim" });
  assert.equal((await laptop.list("kim")).length, 2);
  await laptop.withdraw(LAPTOP.peer);
  assert.equal((await tablet.list("kim")).length, 1);
});

Deno.test("a device of the original is listed; ours shows itself there once they have met", async () => {
  const lab = new Lab();
  const met = new Set<PeerId>();
  const laptop = await lab.client(KEY, (one) => met.has(one));
  const original = lab.original();
  await original.register({ ...DESKTOP, userId: "kim" });
  await laptop.register(LAPTOP);
  assert.deepEqual((await original.list("kim")).map((one) => one.peer), [DESKTOP.peer]);
  assert.equal((await laptop.list("kim")).length, 2);
  met.add(DESKTOP.peer);
  await laptop.list("kim");
  await laptop.register(LAPTOP);
  assert.equal((await original.list("kim")).length, 2);
  await laptop.withdraw(LAPTOP.peer);
  assert.equal((await original.list("kim")).length, 1);
});

Deno.test("a device shows itself in the open once one was met that looks only there, and not before", async () => {
  const lab = new Lab();
  const laptop = await lab.client(KEY);
  await laptop.register(LAPTOP);
  assert.deepEqual(await lab.original().list("kim"), []);
  lab.older = true;
  await laptop.register(LAPTOP);
  assert.deepEqual((await lab.original().list("kim")).map((one) => one.peer), [LAPTOP.peer]);
  await laptop.withdraw(LAPTOP.peer);
  assert.deepEqual(await lab.original().list("kim"), []);
});

Deno.test("openRecord() opens what sealRecord() made, under its own id and unchanged", () => {
  const keys = recordKeys(KEY);
  const id = recordId(keys, LAPTOP.peer);
  const sealed = sealRecord(LAPTOP, keys, random.bytes(24));
  assert.deepEqual(openRecord(sealed, id, keys, 7)?.addrs, LAPTOP.addrs);
  assert.equal(openRecord(sealed, recordId(keys, DESKTOP.peer), keys, 7), undefined);
  assert.equal(openRecord(sealed, id, recordKeys(random.bytes(32)), 7), undefined);
  for (let at = 0; at < sealed.length; at += 7) {
    const changed = Uint8Array.from(sealed);
    changed[at]! ^= 1;
    assert.equal(openRecord(changed, id, keys, 7), undefined);
  }
  const long = Array.from({ length: 32 }, (_, i) => `/ip4/192.0.2.${i}/tcp/1/${"x".repeat(400)}`);
  const kept = openRecord(
    sealRecord({ ...LAPTOP, addrs: long }, keys, random.bytes(24)),
    id,
    keys,
    7,
  );
  assert.ok(kept && kept.addrs.length > 5 && kept.addrs.length < 32);
});

Deno.test("listing looks at one swarm or user: it takes no longer with 100,000 devices", () => {
  const clock = new FakeClock();
  const swarms = new SwarmRegistry(clock, 60);
  const peers = new Registry(clock, 60, { maxPeers: 200_000, maxBytes: Infinity });
  const sealed = "x".repeat(700);
  for (let i = 0; i < 100_000; i++) {
    assert.equal(swarms.put(`swarm${i % 33_333}`, String(i), sealed, 1), "stored");
    const meta = { device_id: null, hostname: null, user_id: `u${i % 33_333}`, version: null };
    const registration = { peer: String(i) as PeerId, addrs: [], meta, provenAtMs: undefined };
    assert.equal(peers.put(registration), "stored");
  }
  const listings = [
    (n: number) => swarms.listJson(`swarm${n}`),
    (n: number) => peers.listJson(`u${n}`),
  ];
  for (const list of listings) {
    // The least of many rounds: a pass over all would take each of them a hundred times as long.
    let least = Infinity;
    for (let round = 0; round < 20; round++) {
      const started = performance.now();
      for (let n = 0; n < 50; n++) assert.ok(list((round * 50 + n) * 33).length > 50);
      least = Math.min(least, (performance.now() - started) / 50);
    }
    assert.ok(least < 0.2, `${least} ms`);
  }
});

Deno.test("SwarmRegistry forgets in time, renews, and bounds what one swarm and all may have", async () => {
  const clock = new FakeClock();
  const registry = new SwarmRegistry(clock, 60, { maxPerSwarm: 2, maxRecords: 3, maxBytes: 200 });
  assert.equal(registry.put("a", "1", "x", 1), "stored");
  assert.equal(registry.put("a", "2", "x", 1), "stored");
  assert.equal(registry.put("a", "3", "x", 1), "swarm-full");
  assert.equal(registry.put("a", "1", "x", 1), "older");
  assert.equal(registry.put("b", "1", "x", 1), "stored");
  assert.equal(registry.put("b", "2", "x", 1), "full");
  assert.equal(registry.put("b", "1", "x".repeat(200), 2), "full");
  await clock.advance(40_000);
  assert.equal(registry.put("a", "1", "y", 2), "stored");
  await clock.advance(30_000);
  assert.equal(registry.listJson("a"), '{"records":[["1","y"]]}');
  assert.equal(registry.listJson("b"), '{"records":[]}');
  assert.equal(registry.size, 1);
  assert.equal(registry.remove("a", "1", 1), false);
  assert.equal(registry.remove("a", "1", 3), true);
});

async function peer(seed: number): Promise<PeerId> {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, seed + 1);
  return (await identityFromSeed(bytes)).peer;
}

/** A tracker without a port, and clients of it. */
class Lab {
  readonly clock = new FakeClock();
  readonly tracker: Tracker = createTracker({}, { clock: this.clock });
  readonly seen: Request[] = [];
  /** Whether devices are known that list only what stands in the open. */
  older = false;
  readonly #fetch: typeof fetch;

  constructor({ original = false, list }: { original?: boolean; list?: string } = {}) {
    this.#fetch = async (url, init) => {
      const request = new Request(url as string, init);
      this.seen.push(request.clone());
      if (list !== undefined && request.url.includes("/api/v2/")) return new Response(list);
      if (original && request.url.includes("/api/v2/")) {
        return new Response("not found\n", { status: 404 });
      }
      return await this.tracker.fetch(request);
    };
  }

  original(): ReturnType<typeof createTrackerClient> {
    return createTrackerClient({ baseUrl: "http://t" }, this.#deps);
  }

  async client(
    swarmKey: Uint8Array,
    hasMet: (peer: PeerId) => boolean = () => false,
    clock: Clock = this.clock,
  ): Promise<ReturnType<typeof createSwarmClient>> {
    const access = await swarmAccess(swarmKey, { has: hasMet, hasOlder: () => this.older });
    return createSwarmClient({ baseUrl: "http://t" }, this.original(), access, {
      ...this.#deps,
      clock,
    });
  }

  get #deps(): { clock: FakeClock; random: typeof random; fetch: typeof fetch } {
    return { clock: this.clock, random, fetch: this.#fetch };
  }
}

Deno.test("a record that is written again takes the place of the old one, also when there is room for no more", () => {
  const sealed = "x".repeat(100);
  const registry = new SwarmRegistry(new FakeClock(), 60, { maxBytes: 130 });
  for (let at = 1; at <= 5; at++) assert.equal(registry.put("s", "id", sealed, at), "stored");
  assert.equal(registry.put("s", "id2", sealed, 9), "full");
  assert.equal(registry.remove("s", "id", 10), true);
  assert.equal(registry.put("s", "id2", sealed, 11), "stored");
});
