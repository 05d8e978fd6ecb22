/** What ticks tell, given to the machine event by event. */
import assert from "node:assert/strict";
import { Lab, otherItems, PEER } from "./_lab.ts";

/** The one in force is 0: a hello that tells of another one is on its way. */
const OTHER_FLOOR = 2_800;

Deno.test("a state above another floor than the one in force is not taken for the peer's", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const heard = otherItems(2).name(0);
  lab.tick(heard);
  const name = otherItems(3).name(0);
  const tick = { type: "tick", floor: OTHER_FLOOR, name, ack: undefined, cost: 9 } as const;
  lab.effects({ type: "frame", peer: PEER, frame: tick });
  assert.equal(lab.peer.heard, heard);
  const live = { type: "live", floor: OTHER_FLOOR, name, cover: [], items: [] } as const;
  lab.effects({ type: "frame", peer: PEER, frame: live });
  assert.equal(lab.peer.heard, heard);
});
