import assert from "node:assert/strict";
import type { FoundPeer } from "../../../src/sync/peers/discover.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { chooseForRound } from "../../../src/sync/peers/choose.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

const RANDOM = seededRandom(1);

function found(peer: string, more: Partial<FoundPeer> = {}): FoundPeer {
  return {
    peer: peer as PeerId,
    addrs: [`/dns4/${peer}/tcp/1`],
    deviceId: undefined,
    userId: "kim",
    hostname: undefined,
    lastSeenUnix: 0,
    standing: "named",
    source: "http://one",
    ...more,
  };
}

function crowd(count: number, more: (i: number) => Partial<FoundPeer>): FoundPeer[] {
  return Array.from({ length: count }, (_, i) => found(`p${i}`, more(i)));
}

Deno.test("whoever was synced with or named by hand is tried, however many there are", () => {
  const known = crowd(100, () => ({ answered: true, source: undefined }));
  const manual = crowd(40, () => ({ standing: "manual", addrs: ["/ip4/10.0.0.1/tcp/1"] }));
  assert.deepEqual(chooseForRound([...known, ...manual], RANDOM), [...known, ...manual]);
});

Deno.test("of those that never answered each directory has some tried, and all have their turn", () => {
  const ghosts = crowd(300, () => ({}));
  const real = found("real");
  const second = found("second", { source: "http://two" });
  const remembered = crowd(50, (i) => ({
    peer: `r${i}` as PeerId,
    addrs: [`/dns4/r${i}/tcp/1`],
    standing: "remembered",
    source: undefined,
  }));
  const all = [...ghosts, real, second, ...remembered];
  let tries = 0;
  for (let round = 0; round < 200; round++) {
    const chosen = chooseForRound(all, RANDOM);
    assert.equal(chosen.length, 16 + 1 + 8);
    assert.ok(chosen.includes(second));
    if (chosen.includes(real)) tries++;
  }
  assert.ok(tries > 0, "one among 300 is tried some day");
});

Deno.test("an address is dialled twice a round, whoever is said to be there", () => {
  const target = "/ip4/127.0.0.1/tcp/22";
  const liars = crowd(40, (i) => ({ addrs: [`${target}/p2p/p${i}`, `/dns4/x${i}/tcp/1`] }));
  const only = crowd(40, (i) => ({ peer: `o${i}` as PeerId, addrs: [target] }));
  const dials = chooseForRound([...only, ...liars], RANDOM).flatMap((one) => one.addrs)
    .filter((addr) => addr.startsWith(target));
  assert.equal(dials.length, 2);
  const circuit = "/dns4/relay/tcp/4001/p2p/r/p2p-circuit";
  const behindOne = crowd(10, () => ({ addrs: [circuit] }));
  assert.equal(chooseForRound(behindOne, RANDOM).length, 10);
});
