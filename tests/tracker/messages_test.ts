import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePeers } from "../../src/tracker/messages.ts";
import { PEER_IDS } from "../contracts/directory.ts";

Deno.test("parsePeers() gives only records that keep the rules, whatever was sent", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...PEER_IDS));
  const peer = fc.record({
    peer_id: text,
    addrs: fc.oneof(fc.array(text), fc.anything()),
    meta: fc.oneof(fc.record({ user_id: text, device_id: text }), fc.anything()),
    last_seen_unix: fc.oneof(fc.integer(), fc.double(), fc.anything()),
  });
  fc.assert(fc.property(fc.array(fc.oneof(peer, fc.anything())), (peers) => {
    const json = JSON.stringify({ peers }, (_, value) => typeof value === "bigint" ? 0 : value);
    const read = parsePeers(new TextEncoder().encode(json), 1_000);
    for (const one of read.peers) {
      assert.ok(PEER_IDS.includes(one.peer) || one.peer.startsWith("12D3"), one.peer);
      assert.ok(Number.isInteger(one.lastSeenUnix) && one.lastSeenUnix <= 1_000);
      assert.ok(one.addrs.length <= 32 && one.addrs.every((addr) => /^[^\s\p{C}]+$/u.test(addr)));
      for (const label of [one.userId, one.deviceId, one.hostname]) {
        assert.ok(label === undefined || (label.isWellFormed() && !/\p{Cc}/u.test(label)));
      }
    }
  }));
});

Deno.test("parsePeers() checks a bounded number of records, and none of other users", () => {
  const of = (userId: string, peer: string) => ({
    peer_id: peer,
    addrs: [],
    meta: { user_id: userId },
    last_seen_unix: 1,
  });
  const parsed = (peers: unknown[], wanted = {}) =>
    parsePeers(new TextEncoder().encode(JSON.stringify({ peers })), 1_000, wanted);
  const strangers = Array.from({ length: 2_000 }, () => of("eve", "not an id"));
  const behind = parsed([...strangers, of("kim", PEER_IDS[0])], { userId: "kim" });
  assert.deepEqual([behind.peers.map(({ peer }) => peer), behind.rejected], [[PEER_IDS[0]], 0]);
  const cut = parsed([...strangers, of("eve", PEER_IDS[0])]);
  assert.deepEqual([cut.peers, cut.rejected], [[], 2_001]);
  assert.equal(parsed([...strangers, of("eve", PEER_IDS[0])], { most: 9_000 }).peers.length, 1);
});
