/** Lists of marks that are as long as a history can be, and longer ones. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { hashOf, type Mark, markOf } from "../../src/named/digest.ts";
import type { Effect } from "../../src/named/effects.ts";
import type { BucketMarks, ExchangeFrame } from "../../src/named/frames.ts";
import { type Facts, factsOf, type Item, UNSET_WEEK, weekOf } from "../../src/named/item.ts";
import { encodeFrame } from "../../src/wire/v2/codec.ts";
import { makeEntry } from "../fakes/entries.ts";
import { idOf, Lab, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;
/** What one exchange may list, counting each frame and bucket as one. */
const MOST_LISTED = 4_000_000;
const MOST_PLACES = 500_000;
const MOST_DEAD = 200_000;
const THEIRS = "A".repeat(21) + "B";
const OTHER_MARK = "0123456789abcdef";

const ENTRY: Item = { entry: makeEntry({ id: idOf(1) }) };
const FACTS: Facts = factsOf(ENTRY);
const DEVICE = FACTS.deviceId as DeviceId;
const BUCKET = { deviceId: FACTS.deviceId, week: weekOf(FACTS) };
const TOMBS = { deviceId: FACTS.deviceId, week: UNSET_WEEK };
/** What a device has, and so needs marks of. */
const HELD = [ENTRY, { id: idOf(2), deviceId: DEVICE, ts: FACTS.ts, deletedAt: 1 }];

function manyMarks(count: number): Mark[] {
  return Array.from({ length: count }, (_, n) => n.toString(16).padStart(16, "0"));
}

/** A device that was asked, and awaits the marks of two buckets. */
function asked(): Lab {
  const lab = new Lab();
  lab.items.apply(HELD);
  lab.effects({ type: "changed", items: [], shrank: false });
  const buckets = [BUCKET, TOMBS].map((bucket) => ({ ...bucket, mark: OTHER_MARK }));
  const frame = { ...syncFrom(THEIRS), buckets };
  const [need] = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.equal(need?.type, "need");
  return lab;
}

function list(lab: Lab, marks: readonly BucketMarks[], last: boolean): readonly Effect[] {
  return lab.effects({ type: "exchange", x: ASKED, frame: { type: "ids", marks, last } });
}

/** A frame with one bucket that nobody has asked for. */
function fill(lab: Lab, count: number, last: boolean): readonly Effect[] {
  const marks = Array<Mark>(count).fill(OTHER_MARK);
  return list(lab, [{ deviceId: "desk", week: 1, marks }], last);
}

/** What is wanted and sent after the last mark. */
function answer(lab: Lab, marks: readonly BucketMarks[]): ExchangeFrame[] {
  const first = list(lab, marks, true).flatMap((one) => one.type === "write" ? one.frame : []);
  return [...first, ...lab.writable(ASKED)];
}

function placesOf(frames: readonly ExchangeFrame[]): readonly number[] | undefined {
  return frames.find((frame) => frame.type === "want")?.places;
}

Deno.test("a list of as many marks as a history can have is compared", () => {
  const lab = asked();
  assert.deepEqual(fill(lab, MOST_LISTED / 2 - 2, false), []);
  const types = fill(lab, MOST_LISTED / 2 - 2, true).map(({ type }) => type);
  assert.deepEqual(types, ["write"]);
});

Deno.test("a list of more marks is broken off, and its sender is not asked at once, but still served", () => {
  const lab = asked();
  fill(lab, MOST_LISTED / 2 - 2, false);
  assert.equal(fill(lab, MOST_LISTED / 2 - 1, true)[0]?.type, "abort");
  assert.ok(lab.peer.notBefore > 0);
  assert.equal(lab.peer.serving, 0);
  const [batch] = lab.on({ type: "asked", x: ASKED, peer: PEER, frame: syncFrom(THEIRS) });
  assert.equal(batch?.type, "batch");
});

Deno.test("frames without marks come to an end as well", () => {
  const lab = asked();
  fill(lab, MOST_LISTED - 3, false);
  assert.deepEqual(list(lab, [], false), []);
  assert.equal(list(lab, [], false)[0]?.type, "abort");
});

for (const beyond of [0, 1]) {
  Deno.test(`of ${MOST_PLACES + beyond} marks that are unknown a want takes what fits, and does not claim the rest`, () => {
    const lab = asked();
    const frames = answer(lab, [{ ...BUCKET, marks: manyMarks(MOST_PLACES + beyond) }]);
    assert.equal(placesOf(frames)?.length, MOST_PLACES);
    assert.ok(encodeFrame(frames[0]!).length > 0);
    lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: THEIRS, sent: 0 } });
    // The other bucket has nothing listed, so only what was cut off is missing.
    assert.equal(lab.peer.contained.has(THEIRS), beyond === 0);
  });

  Deno.test(`of ${MOST_DEAD + beyond} tombstones all are wanted, and no entry but that of the last one sent in vain`, () => {
    const lab = asked();
    const dead = markOf(hashOf({ ...FACTS, dead: true }), false);
    const tombs = [...manyMarks(MOST_DEAD - 1 + beyond), dead];
    const frames = answer(lab, [{ ...TOMBS, marks: tombs }, { ...BUCKET, marks: [] }]);
    assert.equal(placesOf(frames)?.length, MOST_DEAD + beyond);
    const items = frames.flatMap((frame) => frame.type === "batch" ? frame.items : []);
    const ids = items.map((item) => factsOf(item).id).sort();
    assert.deepEqual(ids, beyond > 0 ? [idOf(1), idOf(2)] : [idOf(2)]);
  });
}
