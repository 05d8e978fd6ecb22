/** What ticks tell, given to the machine event by event. */
import assert from "node:assert/strict";
import { EMPTY } from "../../src/named/digest.ts";
import type { Tick } from "../../src/named/frames.ts";
import { HELLO, Lab, OTHER, otherItems, PEER, sentTo, syncFrom } from "./_lab.ts";

/** The one in force is 0: a hello that tells of another one is on its way. */
const OTHER_FLOOR = 2_800;
/** Within it a new state is told. */
const SOON_MS = 200;
/** A regular tick is so late, a tenth more or less. */
const TICK_MS = 60_000;
/** So is one where both sides are known to be equal. */
const REST_MS = 300_000;
const TENTH = 1.1;

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

Deno.test("before its hello nothing that a peer says of its state counts, and it is not served", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.effects({ type: "up", peer: OTHER });
  const tick: Tick = { type: "tick", floor: 0, name: lab.items.name(0), cost: 0 };
  assert.deepEqual(lab.hears(tick, OTHER), []);
  assert.equal(lab.peerOf(OTHER).heard, undefined);
  assert.deepEqual(lab.items.bases(), []);
  const asked = { type: "asked", x: -1, peer: OTHER, frame: syncFrom(EMPTY) } as const;
  assert.deepEqual(lab.effects(asked).map(({ type }) => type), ["abort"]);
  assert.deepEqual(sentTo(lab.after(REST_MS * TENTH), OTHER), []);
});

Deno.test("a peer with another hash is told so and not compared with, until its hello fits", () => {
  const lab = new Lab();
  lab.effects({ type: "up", peer: OTHER });
  const effects = lab.hears({ ...HELLO, hash: "sha-512" }, OTHER);
  const [bye] = sentTo(effects, OTHER);
  assert.equal(bye?.type === "bye" && bye.code, "hash");
  assert.ok(effects.some(({ type }) => type === "unlike"));
  assert.equal(lab.peerOf(OTHER).hello, undefined);
  assert.ok(lab.hears(HELLO, OTHER).some(({ type }) => type === "agreed"));
  assert.equal(lab.peerOf(OTHER).hello, HELLO);
});

Deno.test("a hello takes the place of what was known of the bases, and has our state told anew", () => {
  const lab = new Lab(["A".repeat(21) + "B"]);
  lab.record(0, 1);
  assert.equal(sentTo(lab.after(SOON_MS))[0]?.type, "tick");
  const bases = ["A".repeat(21) + "C"];
  lab.hears({ ...HELLO, bases });
  assert.deepEqual([...lab.peer.bases], bases);
  assert.deepEqual(sentTo(lab.after(SOON_MS)).map(({ type }) => type), ["tick"]);
});

Deno.test("a hello names the newest bases, and the one that is kept for that peer", () => {
  const lab = new Lab();
  const name = (n: number): string => `${"A".repeat(20)}${String.fromCharCode(65 + n)}B`;
  lab.items.saveBase({ name: name(25), floor: 0, seq: 0 }, [PEER]);
  for (let n = 0; n < 20; n++) lab.items.saveBase({ name: name(n), floor: 0, seq: 0 }, [OTHER]);
  const [hello] = sentTo(lab.effects({ type: "up", peer: PEER }));
  const newest = Array.from({ length: 16 }, (_, n) => name(19 - n));
  assert.deepEqual(hello?.type === "hello" ? hello.bases : undefined, [...newest, name(25)]);
});

Deno.test("once a peer keeps something else, the state that was heard of it says nothing", () => {
  const lab = new Lab();
  lab.tick(otherItems(2).name(0));
  lab.hears({ ...HELLO, floor: OTHER_FLOOR });
  assert.equal(lab.peer.heard, undefined);
});

Deno.test("once this device keeps something else, every peer is told, and the past forgotten", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const past = lab.items.name(0);
  lab.record(1, 1);
  lab.tick(otherItems(2).name(0));
  lab.items.setFloor(OTHER_FLOOR);
  const [hello, ...more] = sentTo(lab.effects({ type: "floor", lowered: false }));
  assert.equal(hello?.type === "hello" && hello.floor, OTHER_FLOOR);
  assert.deepEqual(more, []);
  assert.equal(lab.peer.heard, undefined);
  const frame = { ...syncFrom(past), floor: OTHER_FLOOR, base: past };
  const [end] = lab.on({ type: "asked", x: -1, peer: PEER, frame });
  assert.equal(end?.type === "end" && end.refusal, "nobase");
});

Deno.test("with a lowered floor all bases are forgotten: what lies below it was not compared", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.tick(lab.items.name(0));
  assert.equal(lab.items.bases().length, 1);
  lab.effects({ type: "floor", lowered: true });
  assert.deepEqual(lab.items.bases(), []);
});

Deno.test("two devices without items keep no base, as everybody has that one", () => {
  const lab = new Lab();
  lab.tick(EMPTY);
  assert.deepEqual(lab.items.bases(), []);
});

Deno.test("an item that is gone without another of its id makes all of the past count no more", () => {
  const lab = new Lab();
  const theirs = lab.begin();
  lab.on({ type: "exchange", x: 1, frame: { type: "end", name: theirs, sent: 0 } });
  lab.record(0, 1);
  lab.tick(lab.items.name(0));
  const past = lab.items.name(0);
  lab.record(1, 1);
  lab.effects({ type: "changed", items: [], shrank: true });
  assert.deepEqual(lab.items.bases(), []);
  const [end] = lab.on({
    type: "asked",
    x: -1,
    peer: PEER,
    frame: { ...syncFrom(past), base: past },
  });
  assert.equal(end?.type === "end" && end.refusal, "nobase");
  assert.equal(lab.peer.contained.has(theirs), false);
});

const answered = { untold: false, ack: undefined, cost: 0 };
for (
  const { what, untold, ack, cost, isAnswered } of [
    { ...answered, what: "that has told all it knows", isAnswered: false },
    { ...answered, what: "to who does not know our state", untold: true, isAnswered: true },
    { ...answered, what: "by which the sender contains some state", ack: EMPTY, isAnswered: true },
    { ...answered, what: "by which the sender has something to tell", cost: 1, isAnswered: true },
  ]
) {
  Deno.test(`an equal tick ${what} is ${isAnswered ? "answered" : "not answered"}`, () => {
    const lab = new Lab();
    lab.record(0, 1);
    if (untold) lab.effects({ type: "dropped", peer: PEER });
    const name = lab.items.name(0);
    const sent = sentTo(lab.hears({ type: "tick", floor: 0, name, ack, cost }));
    // With equal names it says neither: the other side knows all.
    const tick: Tick = { type: "tick", floor: 0, name, ack: undefined, cost: 0 };
    assert.deepEqual(sent, isAnswered ? [tick] : []);
  });
}

Deno.test("a peer that is behind is told our state once more, unless it says that it knows it", () => {
  for (const knows of [false, true]) {
    const lab = new Lab();
    lab.record(0, 1);
    const behind = lab.items.name(0);
    lab.record(1, 1);
    lab.after(SOON_MS);
    lab.tick(behind, knows ? lab.items.name(0) : undefined);
    const told = sentTo(lab.after(SOON_MS)).filter(({ type }) => type === "tick");
    assert.equal(told.length, knows ? 0 : 1, `knows: ${knows}`);
  }
});

Deno.test("a tick names the state of the peer that we contain, and what we have gained since", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.tick(lab.items.name(0));
  const behind = lab.items.name(0);
  lab.record(1, 3);
  const [tick] = sentTo(lab.after(TICK_MS * TENTH)).filter(({ type }) => type === "tick");
  const name = lab.items.name(0);
  assert.deepEqual(tick, { type: "tick", floor: 0, name, ack: behind, cost: 3 });
});

Deno.test("where names differ the next tick is due in a minute, where they are equal in five", () => {
  for (const [equal, least] of [[false, TICK_MS], [true, REST_MS]] as const) {
    const lab = new Lab();
    lab.record(0, 1);
    const behind = lab.items.name(0);
    lab.record(1, 1);
    const name = lab.items.name(0);
    lab.hears({ type: "tick", floor: 0, name: equal ? name : behind, cost: 0 });
    assert.equal(sentTo(lab.after(SOON_MS)).length, equal ? 0 : 1);
    assert.deepEqual(sentTo(lab.after(least * 0.9 - 1)), [], `equal: ${equal}`);
    assert.equal(sentTo(lab.after(least * 0.2 + 1)).length, 1, `equal: ${equal}`);
  }
});

Deno.test("while items of an exchange come in no tick is sent, and one once they are there", () => {
  const lab = new Lab();
  const theirs = otherItems(2);
  lab.begin();
  const items = [...theirs.data.records.values()].map(({ item }) => item!);
  lab.on({ type: "exchange", x: 1, frame: { type: "batch", items } });
  assert.deepEqual(sentTo(lab.after(SOON_MS)), []);
  lab.on({ type: "exchange", x: 1, frame: { type: "end", name: theirs.name(0), sent: 2 } });
  assert.deepEqual(sentTo(lab.after(SOON_MS)).map(({ type }) => type), ["tick"]);
});
