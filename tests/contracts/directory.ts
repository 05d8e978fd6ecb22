/** What every {@linkcode Directory} must do; the fake and the tracker's client both run it. */
import assert from "node:assert/strict";
import type { Directory } from "../../src/sync/ports.ts";
import type { OwnRecord, PeerId } from "../../src/swarm/peer.ts";

/** Valid peer ids, for whoever checks them: Ed25519 keys with seeds of 32 times 1, 2, 3. */
export const PEER_IDS = [
  "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5",
  "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq",
  "12D3KooWRndVhVZPCiQwHBBBdg769GyrPUW13zxwqQyf9r3ANaba",
] as readonly string[] as readonly [PeerId, PeerId, PeerId];

/** A directory that is empty, and how to let its time pass. */
export interface OpenDirectory extends AsyncDisposable {
  readonly directory: Directory;
  /** Lets more time pass than a record lives, if the test can. */
  expire?(): void | Promise<void>;
}

/** Registers the suite; `open` gives an empty directory. */
export function testDirectory(name: string, open: () => Promise<OpenDirectory>): void {
  const test = (what: string, fn: (opened: OpenDirectory) => Promise<void>): void =>
    Deno.test(`${name}: ${what}`, async () => {
      await using opened = await open();
      await fn(opened);
    });

  test("has a name without secrets", ({ directory }) => {
    assert.notEqual(directory.name, "");
    assert.ok(!directory.name.includes("@"), directory.name);
    return Promise.resolve();
  });

  test("register() tells how long the record lives, list() gives it back", async (opened) => {
    const { directory } = opened;
    const seconds = await directory.register(LAPTOP);
    assert.ok(Number.isFinite(seconds) && seconds > 0, `${seconds}`);
    const [found, ...others] = await directory.list("kim");
    assert.deepEqual(others, []);
    assert.equal(found?.peer, LAPTOP.peer);
    assert.deepEqual(found.addrs, LAPTOP.addrs);
    assert.equal(found.deviceId, "laptop");
    assert.equal(found.userId, "kim");
    assert.equal(found.hostname, "laptop.example");
    assert.ok(Number.isInteger(found.lastSeenUnix));
  });

  test("list() gives the peers of one user only", async ({ directory }) => {
    await directory.register(LAPTOP);
    await directory.register(DESKTOP);
    await directory.register({ ...DESKTOP, peer: PEER_IDS[2], userId: "a b+c&d=ü" });
    assert.deepEqual(await peersOf(directory, "kim"), [LAPTOP.peer, DESKTOP.peer].sort());
    assert.deepEqual(await peersOf(directory, "a b+c&d=ü"), [PEER_IDS[2]]);
    assert.deepEqual(await peersOf(directory, "nobody"), []);
  });

  test("register() again replaces the record", async ({ directory }) => {
    await directory.register(LAPTOP);
    await directory.register({ ...LAPTOP, addrs: ["/ip4/192.0.2.9/tcp/1"] });
    const all = await directory.list("kim");
    assert.deepEqual(all.map((record) => record.addrs), [["/ip4/192.0.2.9/tcp/1"]]);
  });

  test("withdraw() removes the record, and is harmless without one", async ({ directory }) => {
    await directory.register(LAPTOP);
    await directory.register(DESKTOP);
    await directory.withdraw(LAPTOP.peer);
    await directory.withdraw(LAPTOP.peer);
    assert.deepEqual(await peersOf(directory, "kim"), [DESKTOP.peer]);
  });

  test("a record that is not renewed is forgotten", async ({ directory, expire }) => {
    if (!expire) return;
    await directory.register(LAPTOP);
    await expire();
    assert.deepEqual(await directory.list("kim"), []);
  });

  test("every call rejects with the reason of an aborted signal", async ({ directory }) => {
    const reason = new Error("bye");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(directory.list("kim", signal), reason);
    await assert.rejects(directory.register(LAPTOP, signal), reason);
    await assert.rejects(directory.withdraw(LAPTOP.peer, signal), reason);
  });
}

const LAPTOP: OwnRecord = {
  peer: PEER_IDS[0],
  addrs: [`/ip4/192.0.2.7/tcp/8845/p2p/${PEER_IDS[0]}`],
  deviceId: "laptop",
  userId: "kim",
  hostname: "laptop.example",
  version: "0.1.0",
};

const DESKTOP: OwnRecord = {
  ...LAPTOP,
  peer: PEER_IDS[1],
  addrs: [`/ip6/2001:db8::1/tcp/8845/p2p/${PEER_IDS[1]}`],
  deviceId: "desktop",
};

async function peersOf(directory: Directory, userId: string): Promise<PeerId[]> {
  return (await directory.list(userId)).map((record) => record.peer).sort();
}
