/** What the end of an exchange proves to either side, given to the machine event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import { BEGUN, idOf, Lab, otherItems, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;

Deno.test("the end of an exchange names the state that was asked for, not what came in meanwhile", () => {
  const lab = new Lab();
  lab.record(0, 6);
  const asked = lab.items.name(0);
  const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame: syncFrom(EMPTY) });
  lab.record(6, 1);
  sent.push(...lab.writable(ASKED));
  const end = sent.find((frame) => frame.type === "end");
  assert.equal(end?.name, asked);
  assert.equal(end?.sent, 6);
  const ids = sent.flatMap((frame) => frame.type === "batch" ? frame.items : [])
    .map(({ entry }) => entry?.id);
  assert.equal(ids.includes(idOf(6)), false);
});

Deno.test("who asked contains the state that the end names", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(lab.peer.contained.has(theirs), true);
});

Deno.test("who asked contains nothing if an answer of its own was lost meanwhile", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "dropped", peer: PEER });
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(lab.peer.contained.has(theirs), false);
});

Deno.test("a lost answer makes what was contained count no more", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  lab.on({ type: "dropped", peer: PEER });
  assert.equal(lab.peer.contained.has(theirs), false);
});

Deno.test("an answer that was lost before an exchange began says nothing about what that brings", () => {
  const asking = new Lab();
  asking.effects({ type: "dropped", peer: PEER });
  const theirs = asking.begin();
  asking.on({ type: "exchange", x: BEGUN, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(asking.peer.contained.has(theirs), true);
  const asked = new Lab();
  asked.effects({ type: "dropped", peer: PEER });
  asked.on({ type: "asked", x: ASKED, peer: PEER, frame: syncFrom(theirs) });
  asked.on({ type: "exchange", x: ASKED, frame: { type: "end", name: theirs, sent: 0 } });
  assert.equal(asked.peer.contained.has(theirs), true);
});

Deno.test("whoever asked and closes with our name has what we have, and that is kept as a base", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const name = lab.items.name(0);
  lab.on({ type: "asked", x: ASKED, peer: PEER, frame: syncFrom(EMPTY) });
  lab.writable(ASKED);
  lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name, sent: 0 } });
  assert.equal(lab.items.pinned(PEER)?.name, name);
  assert.equal(lab.peer.heard, name);
});

for (const lost of [false, true]) {
  const what = lost ? "not contain it if an answer was lost" : "contain it";
  Deno.test(`who was asked and got all that it lacked of the other's state must ${what}`, () => {
    const lab = new Lab();
    lab.record(0, 1);
    const other = otherItems(3);
    const theirs = other.name(0);
    const items = [...other.data.records.values()].map(({ item }) => item!);
    const frame = { ...syncFrom(theirs), buckets: other.buckets(0) };
    const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
    sent.push(...lab.writable(ASKED));
    assert.deepEqual(sent.map(({ type }) => type), ["want", "batch", "end"]);
    lab.on({ type: "exchange", x: ASKED, frame: { type: "batch", items } });
    if (lost) lab.on({ type: "dropped", peer: PEER });
    lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: theirs, sent: 3 } });
    assert.equal(lab.peer.contained.has(theirs), !lost);
  });
}
