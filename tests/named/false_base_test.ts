/** What a device concludes where a base lies, as after a flipped bit: given event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import { BEGUN, Lab, otherItems, PEER } from "./_lab.ts";

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
