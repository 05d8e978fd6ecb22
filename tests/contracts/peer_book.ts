/** What every {@linkcode PeerBook} must do; the store and the fake both run it. */
import assert from "node:assert/strict";
import type { PeerId, PeerRecord } from "../../src/swarm/peer.ts";
import type { PeerBook } from "../../src/sync/ports.ts";
import { PEER_IDS } from "./directory.ts";

/** A book that is empty; its clock stands at {@linkcode NOW_UNIX}. */
export interface OpenBook extends Disposable {
  readonly book: PeerBook;
}

/** What the clock of the book says. */
export const NOW_UNIX = 1_700_000_000;

/** Registers the suite; `open` gives an empty book. */
export function testPeerBook(name: string, open: () => OpenBook): void {
  const test = (what: string, fn: (book: PeerBook) => void): void =>
    Deno.test(`${name}: ${what}`, () => {
      using opened = open();
      fn(opened.book);
    });

  test("gives back what it was told", (book) => {
    const known = record(PEER_IDS[0], { deviceId: "desk", userId: "kim", hostname: "host" });
    book.remember([known]);
    assert.deepEqual(book.recent(0, "kim"), [known]);
  });

  test("what is not known does not overwrite what is", (book) => {
    book.remember([record(PEER_IDS[0], { deviceId: "desk", userId: "kim", hostname: "host" })]);
    book.remember([record(PEER_IDS[0], { addrs: ["/ip4/192.0.2.9/tcp/1"] })]);
    const [found] = book.recent(0, "kim");
    assert.deepEqual(found, {
      ...record(PEER_IDS[0]),
      addrs: ["/ip4/192.0.2.9/tcp/1"],
      deviceId: "desk",
      userId: "kim",
      hostname: "host",
    });
  });

  test("recent() gives those seen since then, newest first", (book) => {
    const ages = [30, 10, 20];
    book.remember(PEER_IDS.map((peer, i) => record(peer, { lastSeenUnix: NOW_UNIX - ages[i]! })));
    const peers = (since: number): PeerId[] => book.recent(since, "kim").map((one) => one.peer);
    assert.deepEqual(peers(0), [PEER_IDS[1], PEER_IDS[2], PEER_IDS[0]]);
    assert.deepEqual(peers(NOW_UNIX - 20), [PEER_IDS[1], PEER_IDS[2]]);
  });

  test("recent() gives peers of the user and of nobody known", (book) => {
    const [mine, nobodys, theirs] = PEER_IDS;
    book.remember([
      record(mine, { userId: "kim" }),
      record(nobodys),
      record(theirs, { userId: "bob" }),
    ]);
    const found = book.recent(0, "kim").map((one) => one.peer);
    assert.deepEqual(found.sort(), [mine, nobodys].sort());
  });
}

function record(peer: PeerId, known: Partial<PeerRecord> = {}): PeerRecord {
  return {
    peer,
    addrs: ["/ip4/192.0.2.7/tcp/8845"],
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: NOW_UNIX - 5,
    ...known,
  };
}
