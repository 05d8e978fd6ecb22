/** Who begins an exchange, with whom and when: given to the machine event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import { BEGUN, Lab, OTHER, otherItems, PEER, syncFrom } from "./_lab.ts";

/** The first side begins within. */
const FIRST_MS = 500;
/** The other one has begun by then, if its part is listed item by item, ... */
const SECOND_MS = 2_000;
/** ... and by then if it is not. */
const LATE_MS = 12_000;
/** Items that are listed one by one. */
const FEW = 256;
const BUSY_MS = 5_000;
const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 900_000;

/** When the exchange is begun, looked at after each of these times. */
function begunAfter(lab: Lab, ...times: readonly number[]): number | undefined {
  let now = 0;
  for (const time of times) {
    const effects = lab.after(time - now);
    now = time;
    if (effects.some(({ type }) => type === "open")) return time;
  }
  return undefined;
}

/** A peer that has something else, and whose part costs so much. */
function hears(lab: Lab, cost: number, ack?: string, peer: string = PEER): void {
  lab.hears({ type: "tick", floor: 0, name: otherItems(3).name(0), ack, cost }, peer);
}

for (
  const { what, own, cost, self, at } of [
    { what: "the side with less to tell", own: 1, cost: 2, self: "z", at: FIRST_MS },
    { what: "of two with as much, the lower id", own: 2, cost: 2, self: "a", at: FIRST_MS },
    { what: "of two with as much, the higher id", own: 2, cost: 2, self: "z", at: SECOND_MS },
    { what: "the side with more to tell", own: FEW, cost: 2, self: "a", at: SECOND_MS },
    { what: "a side with much to tell", own: FEW + 1, cost: 2, self: "a", at: LATE_MS },
  ]
) {
  Deno.test(`${what} begins within ${at} ms, and not before its time`, () => {
    const lab = new Lab([], self);
    lab.record(0, own);
    hears(lab, cost);
    const least = at === FIRST_MS ? 299 : at === SECOND_MS ? 999 : 7_999;
    assert.equal(begunAfter(lab, least, at), at);
  });
}

Deno.test("whoever is said to have nothing that the peer lacks begins at once", () => {
  const lab = new Lab([], "z");
  lab.record(0, FEW + 1);
  hears(lab, 2, lab.items.name(0));
  assert.equal(begunAfter(lab, FIRST_MS), FIRST_MS);
});

Deno.test("nobody begins with a peer that it is serving, and nobody begins twice", () => {
  const lab = new Lab();
  lab.record(0, 6);
  lab.on({ type: "asked", x: -1, peer: PEER, frame: syncFrom(EMPTY) });
  hears(lab, 9);
  assert.equal(begunAfter(lab, MINUTE_MS), undefined);
  const effects = lab.effects({ type: "closed", x: -1 });
  assert.ok(effects.some(({ type }) => type === "open"));
  lab.meet({}, OTHER);
  hears(lab, 9, undefined, OTHER);
  assert.equal(begunAfter(lab, FIRST_MS), undefined);
});

Deno.test("while our part of an exchange goes out, no other one is begun", () => {
  const lab = new Lab();
  lab.record(0, 6);
  lab.begin();
  const buckets = lab.items.buckets(0).map(({ deviceId, week }) => ({ deviceId, week }));
  const end = { type: "end", name: EMPTY, sent: 0 } as const;
  for (const frame of [{ type: "want", buckets, places: [] } as const, end]) {
    lab.on({ type: "exchange", x: BEGUN, frame });
  }
  lab.meet({}, OTHER);
  hears(lab, 9, undefined, OTHER);
  assert.equal(begunAfter(lab, LATE_MS), undefined);
  // Three batches, the end, and then the next.
  const effects = [1, 2, 3].flatMap(() => lab.effects({ type: "writable", x: BEGUN }));
  assert.deepEqual(effects.at(-1)?.type, "open");
});

Deno.test("of several, the one that we have least to tell is asked first, then the one with most", () => {
  const base = otherItems(1).name(0);
  const lab = new Lab();
  lab.record(0, 2);
  lab.items.saveBase({ name: base, floor: 0, seq: 2 }, []);
  lab.record(2, 1);
  lab.meet({}, OTHER);
  lab.meet({ bases: [base] }, "close, with less");
  lab.meet({ bases: [base] }, "close, with more");
  hears(lab, 99, undefined, OTHER);
  hears(lab, 3, undefined, "close, with less");
  hears(lab, 4, undefined, "close, with more");
  const opened = lab.opened();
  assert.equal(opened?.peer, "close, with more");
});

Deno.test("a peer that is busy is asked again after five seconds", () => {
  const lab = new Lab();
  lab.begin();
  refuse(lab, "busy");
  hears(lab, 9);
  assert.equal(begunAfter(lab, BUSY_MS - 1, BUSY_MS), BUSY_MS);
});

Deno.test("a peer that keeps something else than we thought is told what we keep, and left alone a while", () => {
  const lab = new Lab();
  lab.begin();
  const effects = refuse(lab, "floor");
  assert.equal(effects.some((one) => one.type === "send" && one.frame.type === "hello"), true);
  hears(lab, 9);
  assert.equal(begunAfter(lab, FIRST_MS - 1), undefined);
});

Deno.test("a peer that lacks our base is asked again at once, by one that it has named", () => {
  const base = otherItems(1).name(0);
  const lab = new Lab();
  lab.items.saveBase({ name: base, floor: 0, seq: 0 }, []);
  lab.begin();
  refuse(lab, "nobase", [base]);
  hears(lab, 9);
  assert.equal(begunAfter(lab, FIRST_MS), FIRST_MS);
  assert.equal(lab.peer.bases.has(base), true);
});

Deno.test("a peer whose exchanges bring nothing is asked at least every quarter of an hour", () => {
  const lab = new Lab();
  lab.begin();
  for (let x = BEGUN; x < BEGUN + 30; x++) {
    lab.on({ type: "closed", x });
    hears(lab, 9);
    assert.equal(begunAfter(lab, LONGEST_PAUSE_MS + MINUTE_MS) === undefined, false, `after ${x}`);
  }
});

function refuse(
  lab: Lab,
  refusal: "busy" | "floor" | "nobase",
  bases?: readonly string[],
): ReturnType<Lab["effects"]> {
  const frame = { type: "end", name: EMPTY, sent: 0, refusal, bases } as const;
  return lab.effects({ type: "exchange", x: BEGUN, frame });
}
