/** What a device concludes where a base lies, as after a flipped bit: given event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import { BEGUN, HELLO, idOf, Lab, otherItems, PEER } from "./_lab.ts";

const WIDE_MARK = 32;

Deno.test("a base that the peer refused is not named to it again, though its list has it", () => {
  const base = otherItems(1).name(0);
  const lab = new Lab([base]);
  lab.items.saveBase({ name: base, floor: 0, seq: 0 }, [PEER]);
  lab.tick(otherItems(2).name(0));
  const first = lab.opened()?.frame;
  assert.equal(first?.type === "sync" && first.base, base);
  const refusal = { type: "end", name: EMPTY, sent: 0, refusal: "nobase", bases: [base] } as const;
  lab.on({ type: "exchange", x: BEGUN, frame: refusal });
  const second = lab.opened()?.frame;
  assert.equal(second?.type === "sync" && second.base, EMPTY);
});

Deno.test("a device without items that says to contain ours is contradicted", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const effects = lab.tick(EMPTY, lab.items.name(0));
  assert.deepEqual(effects.filter(({ type }) => type === "contradiction").length, 1);
});

Deno.test("who has no items and contains what the peer has is contradicted", () => {
  const lab = new Lab();
  const theirs = otherItems(1).name(0);
  lab.items.saveBase({ name: theirs, floor: 0, seq: 0 }, [PEER]);
  const effects = lab.tick(theirs, EMPTY);
  assert.deepEqual(effects.filter(({ type }) => type === "contradiction").length, 1);
  assert.notEqual(lab.opened(), undefined);
});

/** A device whose past is shown to be wrong, so many times in a row. */
function contradicted(times: number): Lab {
  const lab = new Lab();
  lab.record(0, 1);
  for (let n = 1; n <= times; n++) {
    const effects = lab.tick(EMPTY, lab.items.name(0));
    const level = Math.min(n, 2);
    assert.deepEqual(
      effects.find(({ type }) => type === "contradiction"),
      { type: "contradiction", peer: PEER, level },
    );
    assert.equal(lab.peer.level, level);
  }
  return lab;
}

Deno.test("after a contradiction no base is left, and all is compared, though we seem to lack nothing", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const name = lab.items.name(0);
  lab.tick(name);
  assert.equal(lab.items.bases().length, 1);
  lab.tick(EMPTY, name);
  assert.deepEqual(lab.items.bases(), []);
  // Even by a base that has been found since: only equality brings trust back.
  lab.items.saveBase({ name, floor: 0, seq: lab.items.head() }, [PEER]);
  lab.hears({ ...HELLO, bases: [name] });
  const sync = lab.opened()?.frame;
  assert.equal(sync?.base, EMPTY);
  assert.equal(sync?.level, 1);
  assert.equal(sync?.marks?.[0]?.marks.length, 1);
});

Deno.test("at the second contradiction all digests are computed anew, and marks are told in full", () => {
  const lab = contradicted(1);
  let rebuilt = 0;
  lab.items.rebuild = () => void rebuilt++;
  lab.tick(EMPTY, lab.items.name(0));
  assert.equal(rebuilt, 1);
  const sync = lab.opened()?.frame;
  assert.equal(sync?.level, 2);
  assert.equal(sync?.marks?.[0]?.marks[0]?.length, WIDE_MARK);
  const buckets = lab.items.buckets(0).map(({ deviceId, week }) => ({ deviceId, week }));
  const [ids] = lab.on({ type: "exchange", x: BEGUN, frame: { type: "need", buckets } });
  assert.equal(ids?.type === "ids" && ids.marks[0]?.marks[0]?.length, WIDE_MARK);
});

Deno.test("there is no third level, and equal names bring trust back", () => {
  const lab = contradicted(3);
  lab.tick(lab.items.name(0));
  assert.equal(lab.peer.level, 0);
});

Deno.test("whoever lacks the same again in the very states of a whole exchange is contradicted", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const theirs = lab.begin();
  const frames = [{ type: "want", buckets: [], places: [0] }, endOf(theirs)] as const;
  for (const frame of frames) lab.on({ type: "exchange", x: BEGUN, frame });
  const sent = lab.writable(BEGUN);
  assert.equal(sent.at(-1)?.type, "end");
  assert.equal(lab.items.data.records.has(idOf(0)), true);
  lab.hears(HELLO);
  lab.peer.contained.clear();
  lab.tick(theirs);
  assert.equal(lab.opened()?.frame.level, 1);
});

function endOf(name: string): { type: "end"; name: string; sent: number } {
  return { type: "end", name, sent: 0 };
}
