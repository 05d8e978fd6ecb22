import assert from "node:assert/strict";
import { PeerRate } from "../../../src/net/node/peer_rate.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("PeerRate allows some at once, then one in a while, to each peer", async () => {
  const clock = new FakeClock();
  const rate = new PeerRate(clock, { burst: 2, everyMs: 1_000 });
  const allowed = (peer: string): boolean[] => [1, 2, 3].map(() => rate.allows(peer));
  assert.deepEqual(allowed("one"), [true, true, false]);
  assert.deepEqual(allowed("two"), [true, true, false]);
  await clock.advance(1_000);
  assert.deepEqual(allowed("one"), [true, false, false]);
  await clock.advance(60_000);
  assert.deepEqual(allowed("one"), [true, true, false], "no more are saved up");
});

Deno.test("PeerRate remembers 1,000 peers: the one that did nothing for longest is forgotten", () => {
  const rate = new PeerRate(new FakeClock(), { burst: 1, everyMs: 1_000 });
  assert.equal(rate.allows("first"), true);
  for (let i = 0; i < 999; i++) assert.equal(rate.allows(`peer ${i}`), true);
  assert.equal(rate.allows("first"), false, "it is still remembered");
  assert.equal(rate.allows("one more"), true);
  assert.equal(rate.allows("first"), true);
});
