/** What live frames lead to, given to the machine event by event. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { factsOf, type Item, WEEK_SECONDS } from "../../src/named/item.ts";
import { idOf, Lab, PEER } from "./_lab.ts";
import { makeEntry } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";

const SOON_MS = 1_000;
const FLOOR = 2_800;

Deno.test("a deletion that came live is confirmed at once, a command with the next regular tick", () => {
  const lab = new Lab();
  lab.record(0, 2);
  lab.tick(lab.items.name(0));
  const theirs = new MemoryItems();
  theirs.restore(lab.items.backup());

  const [known] = lab.items.page({ kind: "range", after: 0, upTo: 2, floor: 0 }, undefined).items;
  const { ts, deviceId } = factsOf(known!);
  const command: Item = { entry: { ...known!.entry!, id: idOf(7) } };
  theirs.apply([command]);
  live(lab, theirs, command);
  assert.ok(lab.peer.tickAt > SOON_MS);

  const tombstone: Item = { id: idOf(0), ts, deviceId: deviceId as DeviceId, deletedAt: 1 };
  theirs.apply([tombstone]);
  live(lab, theirs, tombstone);
  assert.ok(lab.peer.tickAt <= SOON_MS);
});

Deno.test("a command that is older than the peer keeps is not sent to it", () => {
  const lab = new Lab();
  lab.tick(lab.items.name(0));
  const lives = (): number => {
    const { items } = lab.items.absorb();
    return lab.effects({ type: "changed", items, shrank: false })
      .filter((effect) => effect.type === "send" && effect.frame.type === "live").length;
  };
  const recordOf = (n: number, week: number): void => {
    const startedAtMs = (week * WEEK_SECONDS + n) * 1000;
    lab.items.record({ entry: makeEntry({ id: idOf(n), startedAtMs }) });
  };
  recordOf(1, FLOOR - 1);
  assert.equal(lives(), 1);
  const keeps = { ...lab.peer.hello!, floor: FLOOR };
  lab.effects({ type: "frame", peer: PEER, frame: keeps });
  recordOf(2, FLOOR - 1);
  assert.equal(lives(), 0);
  recordOf(3, FLOOR);
  assert.equal(lives(), 1);
});

function live(lab: Lab, theirs: MemoryItems, item: Item): void {
  const frame = { type: "live", floor: 0, name: theirs.name(0), cover: [], items: [item] } as const;
  lab.effects({ type: "frame", peer: PEER, frame });
  assert.equal(lab.peer.heard, lab.items.name(0));
}
