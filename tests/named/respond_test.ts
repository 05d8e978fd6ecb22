/** The side that is asked, given to the machine event by event. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { EMPTY } from "../../src/named/digest.ts";
import { idOf, Lab, otherItems, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;
/** More are not served at a time. */
const MOST_SERVED = 16;
/** The one in force is 0. */
const OTHER_FLOOR = 2_800;

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

Deno.test("who serves sixteen exchanges refuses a further one as busy, until one of them ends", () => {
  const lab = new Lab();
  lab.record(0, 6);
  const ask = (x: number): string[] => {
    const frames = lab.on({ type: "asked", x, peer: PEER, frame: syncFrom(EMPTY) });
    return frames.map((frame) => frame.type === "end" ? `${frame.refusal}` : frame.type);
  };
  for (let n = 1; n <= MOST_SERVED; n++) assert.deepEqual(ask(-n), ["batch"]);
  assert.deepEqual(ask(-MOST_SERVED - 1), ["busy"]);
  assert.deepEqual(lab.effects({ type: "writable", x: -MOST_SERVED - 1 }), []);
  lab.on({ type: "closed", x: -1 });
  assert.deepEqual(ask(-MOST_SERVED - 2), ["batch"]);
});

Deno.test("a question above another floor than the one in force is refused, and nothing else done", () => {
  const lab = new Lab();
  lab.record(0, 2);
  lab.tick(lab.items.name(0));
  const frame = { ...syncFrom(EMPTY), floor: OTHER_FLOOR, level: 1 };
  const [refusal, ...more] = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.equal(refusal?.type === "end" && refusal.refusal, "floor");
  assert.deepEqual(more, []);
  assert.deepEqual(lab.writable(ASKED), []);
  assert.equal(lab.items.bases().length, 1);
  const again = lab.effects({ type: "asked", x: ASKED - 1, peer: PEER, frame });
  assert.deepEqual(again.map(({ type }) => type), ["write", "close"]);
});

Deno.test("what comes in while marks are awaited is not sent: the end does not name it", () => {
  const lab = new Lab();
  const other = { deviceId: "other" as DeviceId };
  lab.record(0, 1);
  lab.record(1, 1, other);
  const asked = lab.items.name(0);
  const theirs = otherItems(1);
  // Of the two buckets here the peer lists one, with another sum.
  const { week, deviceId } = lab.items.buckets(0).find((bucket) => bucket.deviceId !== "other")!;
  const frame = {
    ...syncFrom(theirs.name(0)),
    buckets: [{ week, deviceId, mark: theirs.buckets(0)[0]!.mark }],
  };
  const need = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.deepEqual(need, [{ type: "need", buckets: [{ week, deviceId }] }]);
  lab.record(2, 1);
  lab.record(3, 1, other);
  const marks = [{ week, deviceId, marks: [] }];
  const sent = lab.on({ type: "exchange", x: ASKED, frame: { type: "ids", marks, last: true } });
  sent.push(...lab.writable(ASKED));
  const ids = sent.flatMap((one) => one.type === "batch" ? one.items : [])
    .map(({ entry }) => entry?.id);
  assert.deepEqual(ids.sort(), [idOf(0), idOf(1)]);
  const end = sent.find((one) => one.type === "end");
  assert.equal(end?.name, asked);
});
