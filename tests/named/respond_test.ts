/** The side that is asked, given to the machine event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import { Lab, otherItems, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;

Deno.test("who is asked while something else comes in asks for nothing, and so contains nothing new", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.begin();
  const other = otherItems(3);
  const theirs = other.name(0);
  const frame = { ...syncFrom(theirs), buckets: other.buckets(0) };
  const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  sent.push(...lab.writable(ASKED));
  assert.deepEqual(sent.map(({ type }) => type), ["batch", "end"]);
  lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: EMPTY, sent: 0 } });
  assert.equal(lab.peer.contained.has(theirs), false);
});

Deno.test("who is asked by a peer that trusts no base forgets its own", () => {
  const lab = new Lab();
  lab.record(0, 2);
  lab.tick(lab.items.name(0));
  assert.equal(lab.items.bases().length, 1);
  const frame = { ...syncFrom(otherItems(1).name(0)), level: 1 };
  lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.deepEqual(lab.items.bases(), []);
  assert.equal(lab.peer.level, 1);
});
