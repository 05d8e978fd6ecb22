/** What live frames lead to, given to the machine event by event. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { factsOf, type Item, WEEK_SECONDS } from "../../src/named/item.ts";
import { EMPTY, tagOf } from "../../src/named/digest.ts";
import type { Live } from "../../src/named/frames.ts";
import { idOf, Lab, OTHER, PEER, sentTo } from "./_lab.ts";
import { makeEntry } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";

const SOON_MS = 1_000;
const FLOOR = 2_800;
/** More are not sent in one frame. */
const LIVE_ITEMS = 200;
/** What the peer passes on was sent to this one as well, which is not connected here. */
const ELSEWHERE = 4_711;

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

Deno.test("what is too much for one frame is told by a tick alone", () => {
  for (const [count, type] of [[LIVE_ITEMS, "live"], [LIVE_ITEMS + 1, "tick"]] as const) {
    const lab = new Lab();
    for (let n = 0; n < count; n++) lab.items.record({ entry: makeEntry({ id: idOf(n) }) });
    const { items } = lab.items.absorb();
    const sent = sentTo(lab.effects({ type: "changed", items, shrank: false }));
    sent.push(...sentTo(lab.after(SOON_MS)));
    assert.equal(sent[0]?.type, type, `${count} items`);
  }
});

Deno.test("a live frame goes on to who is not named in it, and names all who have it by then", () => {
  const lab = new Lab();
  lab.meet({}, OTHER);
  lab.meet({}, "third");
  const effects = lab.hears(frameOf(1, [tagOf("third"), ELSEWHERE]));
  assert.deepEqual(sentTo(effects), []);
  assert.deepEqual(sentTo(effects, "third"), []);
  const [sent, ...more] = sentTo(effects, OTHER);
  assert.deepEqual(more, []);
  const named = sent?.type === "live" ? new Set(sent.cover) : undefined;
  assert.deepEqual(named, new Set(["self", PEER, OTHER, "third"].map(tagOf)).add(ELSEWHERE));
});

Deno.test("what is new here goes to all, and names this device and them", () => {
  const lab = new Lab();
  lab.meet({}, OTHER);
  lab.items.record({ entry: makeEntry({ id: idOf(1) }) });
  const { items } = lab.items.absorb();
  const effects = lab.effects({ type: "changed", items, shrank: false });
  for (const peer of [PEER, OTHER]) {
    const [sent] = sentTo(effects, peer);
    assert.equal(sent?.type === "live" && sent.name, lab.items.name(0));
    const named = sent?.type === "live" ? new Set(sent.cover) : undefined;
    assert.deepEqual(named, new Set(["self", PEER, OTHER].map(tagOf)));
  }
});

Deno.test("who is in the midst of taking in an exchange names no state in live frames", () => {
  const lab = new Lab();
  lab.begin();
  lab.items.record({ entry: makeEntry({ id: idOf(1) }) });
  const { items } = lab.items.absorb();
  const [sent] = sentTo(lab.effects({ type: "changed", items, shrank: false }));
  assert.equal(sent?.type, "live");
  assert.equal(sent?.type === "live" && sent.name, undefined);
});

Deno.test("with the sender of a live frame all whom it names are taken for equal, above this floor alone", () => {
  const lab = new Lab();
  lab.meet({}, OTHER);
  lab.meet({ floor: FLOOR }, "keeps little");
  const { items } = lab;
  const theirs = new MemoryItems();
  theirs.apply(frameOf(1).items);
  const cover = [tagOf(OTHER), tagOf("keeps little")];
  lab.hears({ ...frameOf(1, cover), name: theirs.name(0) });
  assert.equal(items.name(0), theirs.name(0));
  assert.deepEqual([PEER, OTHER].map((peer) => lab.peerOf(peer).heard), [
    theirs.name(0),
    theirs.name(0),
  ]);
  assert.equal(lab.peerOf("keeps little").heard, undefined);
  assert.deepEqual([PEER, OTHER, "keeps little"].map((peer) => items.pinned(peer)?.name), [
    theirs.name(0),
    theirs.name(0),
    undefined,
  ]);
});

const WEEK_MS = WEEK_SECONDS * 1000;
for (const way of ["live", "batch"] as const) {
  /** Has the peer send an item, live or in an exchange. */
  const send = (lab: Lab, item: Item): ReturnType<Lab["effects"]> => {
    if (way === "live") {
      return lab.hears({ type: "live", floor: 0, name: EMPTY, cover: [], items: [item] });
    }
    return lab.effects({ type: "exchange", x: 1, frame: { type: "batch", items: [item] } });
  };

  Deno.test(`an item by ${way} that loses against one of another week is answered with that`, () => {
    const lab = new Lab();
    const entry = makeEntry({ id: idOf(1), startedAtMs: FLOOR * WEEK_MS });
    lab.items.record({ entry });
    lab.items.absorb();
    lab.begin();
    const effects = send(lab, { entry: { ...entry, startedAtMs: (FLOOR + 1) * WEEK_MS } });
    const [answer] = sentTo(effects);
    assert.deepEqual(answer?.type === "live" ? answer.items : undefined, [{ entry }]);
  });

  Deno.test(`what was recorded here just before something came by ${way} goes out as well`, () => {
    const lab = new Lab();
    lab.begin();
    lab.items.record({ entry: entryOf(1) });
    const sent = sentTo(send(lab, { entry: entryOf(2) }));
    const ids = sent.flatMap((frame) => frame.type === "live" ? frame.items : [])
      .map((item) => factsOf(item).id);
    assert.deepEqual(ids, [idOf(1)]);
  });

  Deno.test(`what ends an item here by ${way} and is not kept goes on to all others`, () => {
    const lab = new Lab();
    lab.meet({}, OTHER);
    const entry = makeEntry({ id: idOf(1), startedAtMs: (FLOOR + 1) * WEEK_MS });
    lab.items.record({ entry });
    lab.items.absorb();
    lab.items.setFloor(FLOOR);
    lab.meet({ floor: FLOOR });
    lab.hears({ type: "tick", floor: FLOOR, name: "A".repeat(21) + "B", cost: 9 });
    assert.equal(lab.opened()?.x, 1);
    const older: Item = { entry: { ...entry, startedAtMs: (FLOOR - 1) * WEEK_MS } };
    const effects = send(lab, older);
    assert.equal(lab.items.name(FLOOR), EMPTY);
    assert.deepEqual(
      sentTo(effects, OTHER).map((frame) => frame.type === "live" ? frame.items : []),
      [[older]],
    );
  });
}

/** The peer passes on one command. */
function frameOf(n: number, cover: readonly number[] = []): Live {
  return { type: "live", floor: 0, name: EMPTY, cover, items: [{ entry: entryOf(n) }] };
}

function entryOf(n: number): ReturnType<typeof makeEntry> {
  return { ...makeEntry({ id: idOf(n), startedAtMs: FLOOR * WEEK_MS }), command: `echo ${n}` };
}

function live(lab: Lab, theirs: MemoryItems, item: Item): void {
  const frame = { type: "live", floor: 0, name: theirs.name(0), cover: [], items: [item] } as const;
  lab.effects({ type: "frame", peer: PEER, frame });
  assert.equal(lab.peer.heard, lab.items.name(0));
}
