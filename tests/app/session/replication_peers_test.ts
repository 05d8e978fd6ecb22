/** With whom protocol 2 is spoken, and by which process of a device: real sessions on loopback. */
import assert from "node:assert/strict";
import type { Entry } from "../../../src/history/entry.ts";
import { createIdentity, type Identity } from "../../../src/net/keys/identity.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { equal, pulls, realTest, TestDevice, until } from "./_replication.ts";

realTest(
  "a device of version 1 is served as before, and what it has reaches everybody",
  async () => {
    await using old = new TestDevice("old");
    await using b = new TestDevice("b");
    await using c = new TestDevice("c");
    const own = { deviceId: "old" as Entry["deviceId"] };
    old.history.log.append(makeEntries(100, own));
    c.history.log.append(makeEntries(50));
    await b.start([]);
    await c.start([b]);
    await old.start([b], ["1"]);
    await until("all have all", equal([old, b, c], 150));
    old.record(makeEntries(1, own));
    await until("a command of the old one is everywhere", equal([old, b, c], 151));
    c.record(makeEntries(1));
    await until("a command of the new one is everywhere", equal([old, b, c], 152));
    assert.ok(pulls(old) > 0);
  },
);

realTest("devices with other user ids compare, and learn each other's deletions", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  const [deleted, ...kept] = makeEntries(5);
  a.history.log.append([deleted!, ...kept]);
  await a.start([], ["1", "2"], "kim");
  await b.start([a], ["1", "2"], "lee");
  const { replication } = a.session!;
  const peer = b.session!.node.peer;
  await until("they are equal", () => replication!.isEqual(peer) && replication!.serves(peer));
  assert.equal(replication!.userOf(peer), "lee");
  b.history.removal.delete({ ids: [deleted!.id] }, "everywhere");
  b.session!.engine.localChange();
  await until(
    "it is gone on both",
    () => [a, b].every(({ history }) => !history.log.has(deleted!.id)),
  );
  assert.equal(a.history.log.count(), kept.length);
});

realTest("a device tells its name itself, and its new one when it has another", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  const nameOfB = (): string | undefined =>
    a.history.peers.recent(0, "kim").find(({ peer }) => peer === b.session?.node.peer)?.deviceId;
  await a.start([]);
  await b.start([a]);
  await until("its name is known", () => nameOfB() === "b");
  await b.stop();
  b.name = "renamed";
  await b.start([a]);
  await until("its new name is known", () => nameOfB() === "renamed");
});

for (const order of ["lower", "higher"] as const) {
  realTest(
    `two processes of one device are both heard by a peer, the device's id being the ${order} one`,
    async () => {
      const [low, high] = await twoIdentities();
      const [ofDevice, ofPeer] = order === "lower" ? [low, high] : [high, low];
      await using serving = new TestDevice("a", ofDevice);
      await using watching = new TestDevice("a", ofDevice, serving);
      await using peer = new TestDevice("b", ofPeer);
      await serving.start([]);
      await peer.start([serving]);
      peer.record(makeEntries(1));
      await until("the two are level", equal([serving, peer], 1));
      await watching.start([peer]);
      // Each process tells of a change alone, so that none can stand in for the other.
      const own = { deviceId: "a" as Entry["deviceId"] };
      for (let count = 2; count <= 5; count += 2) {
        watching.record(makeEntries(1, own));
        await until("one of the second process is there", equal([peer], count));
        serving.record(makeEntries(1, own));
        await until("one of the first process is there", equal([peer], count + 1));
      }
      peer.record(makeEntries(1));
      await until("one of the peer is there", equal([serving, watching], 6));
    },
  );
}

async function twoIdentities(): Promise<[Identity, Identity]> {
  const two = [await createIdentity(), await createIdentity()] as const;
  return two[0].peer < two[1].peer ? [two[0], two[1]] : [two[1], two[0]];
}
