import assert from "node:assert/strict";
import fc from "fast-check";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { type Registration, Registry } from "../../../src/tracker/server/registry.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const META = { device_id: null, hostname: null, user_id: "kim", version: null };

function registration(id: string, other: Partial<Registration> = {}): Registration {
  return { peer: id as PeerId, addrs: [], meta: META, provenAtMs: undefined, ...other };
}

function peers(registry: Registry, userId?: string): string[] {
  const { peers } = JSON.parse(registry.listJson(userId)) as { peers: { peer_id: string }[] };
  return peers.map((peer) => peer.peer_id);
}

Deno.test("Registry keeps a record for exactly its time to live", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, 60);
  registry.put(registration("a"));
  await clock.advance(60_000);
  assert.deepEqual(peers(registry), ["a"]);
  await clock.advance(1);
  assert.deepEqual(peers(registry), []);
  assert.equal(registry.size, 0);
});

Deno.test("Registry renews a record without forgetting the older ones", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, 60);
  registry.put(registration("a"));
  registry.put(registration("b"));
  await clock.advance(50_000);
  registry.put(registration("a"));
  await clock.advance(20_000);
  assert.deepEqual(peers(registry), ["a"]);
});

Deno.test("Registry does not mind jumps of the wall clock", () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, 60);
  registry.put(registration("a"));
  clock.jumpTo(0);
  assert.deepEqual(peers(registry), ["a"]);
  clock.jumpTo(4_000_000_000_000);
  assert.deepEqual(peers(registry), ["a"]);
});

Deno.test("Registry refuses newcomers when it is full and lets the others renew", () => {
  const registry = new Registry(new FakeClock(), 60, { maxPeers: 1 });
  assert.equal(registry.put(registration("a")), "stored");
  assert.equal(registry.put(registration("b")), "full");
  assert.equal(registry.put(registration("a")), "stored");
  assert.equal(registry.remove("a" as PeerId, undefined), "removed");
  assert.equal(registry.put(registration("b")), "stored");
});

Deno.test("Registry bounds the bytes of all records together", () => {
  const registry = new Registry(new FakeClock(), 60, { maxBytes: 1_000 });
  const addrs = ["ü".repeat(200)]; // 400 bytes
  assert.equal(registry.put(registration("a", { addrs })), "stored");
  assert.equal(registry.put(registration("b", { addrs })), "full");
  assert.equal(registry.put(registration("a", { addrs })), "stored");
  assert.equal(registry.put(registration("b", { addrs: [] })), "stored");
});

Deno.test("Registry counts a peer for the user of its last record", () => {
  const registry = new Registry(new FakeClock(), 60, { maxPeersPerUser: 1 });
  const lee = { ...META, user_id: "lee" };
  assert.equal(registry.put(registration("a")), "stored");
  assert.equal(registry.put(registration("b")), "user-full");
  assert.equal(registry.put(registration("a", { meta: lee })), "stored");
  assert.equal(registry.put(registration("b")), "stored");
  assert.equal(registry.put(registration("a")), "user-full");
  assert.deepEqual(peers(registry, "lee"), ["a"]);
  assert.equal(registry.put(registration("c", { meta: null })), "stored");
  assert.equal(registry.put(registration("d", { meta: null })), "user-full");
});

Deno.test("Registry lets only a later signature replace a signed record", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, 60);
  assert.equal(registry.put(registration("a")), "stored");
  assert.equal(registry.put(registration("a", { provenAtMs: 1_000 })), "stored");
  assert.equal(registry.put(registration("a")), "unproven");
  assert.equal(registry.put(registration("a", { provenAtMs: 1_000 })), "unproven");
  assert.equal(registry.remove("a" as PeerId, undefined), "unproven");
  assert.equal(registry.put(registration("a", { provenAtMs: 1_001 })), "stored");
  assert.equal(registry.remove("a" as PeerId, 1_002), "removed");
  assert.equal(registry.put(registration("a", { provenAtMs: 5 })), "stored");
  await clock.advance(60_001);
  assert.equal(registry.put(registration("a")), "stored", "a dead record protects nothing");
});

Deno.test("Registry agrees with a list that is searched in full, whatever happens", async () => {
  const step = fc.oneof(
    fc.record({ put: fc.nat(5), user: fc.nat(2) }),
    fc.record({ remove: fc.nat(5) }),
    fc.record({ wait: fc.nat(40_000) }),
  );
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const clock = new FakeClock();
    const registry = new Registry(clock, 60, { maxPeers: 4, maxPeersPerUser: 2 });
    let model: { id: string; user: string; at: number }[] = [];
    for (const one of steps) {
      if ("wait" in one) await clock.advance(one.wait);
      model = model.filter(({ at }) => clock.monotonic() - at <= 60_000);
      if ("remove" in one) {
        registry.remove(`p${one.remove}` as PeerId, undefined);
        model = model.filter(({ id }) => id !== `p${one.remove}`);
      }
      if ("put" in one) {
        const [id, user] = [`p${one.put}`, `u${one.user}`];
        const others = model.filter((other) => other.id !== id);
        const isFull = others.length >= 4 || others.filter((o) => o.user === user).length >= 2;
        const result = registry.put(registration(id, { meta: { ...META, user_id: user } }));
        assert.equal(result === "stored", !isFull);
        if (!isFull) model = [...others, { id, user, at: clock.monotonic() }];
      }
      assert.deepEqual(peers(registry), model.map(({ id }) => id));
      assert.equal(registry.size, model.length);
    }
  }));
});
