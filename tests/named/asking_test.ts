/** The side that begins an exchange, given to the machine event by event. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { EMPTY } from "../../src/named/digest.ts";
import type { Effect } from "../../src/named/effects.ts";
import type { ExchangeFrame, Sync } from "../../src/named/frames.ts";
import { type Item, UNSET_WEEK, WEEK_SECONDS } from "../../src/named/item.ts";
import { makeEntry } from "../fakes/entries.ts";
import { BEGUN, idOf, Lab, otherItems, PEER } from "./_lab.ts";

const WEEK = 2_800;
const WEEK_MS = WEEK_SECONDS * 1000;
/** Items that are listed one by one. */
const FEW = 256;
const MARKS_IN_FRAME = 32_000;

/** What the device asks when the peer has something that it lacks. */
function asks(lab: Lab): Sync {
  lab.tick(otherItems(3).name(0));
  const frame = lab.opened()?.frame;
  assert.ok(frame !== undefined);
  return frame;
}

function gets(lab: Lab, frame: ExchangeFrame): readonly Effect[] {
  return lab.effects({ type: "exchange", x: BEGUN, frame });
}

/** Records an item of each of these weeks, in this order. */
function recordWeeks(lab: Lab, from: number, ...weeks: readonly number[]): void {
  weeks.forEach((week, i) => lab.record(from + i, 1, { startedAtMs: week * WEEK_MS }));
}

function idsOf(frames: readonly ExchangeFrame[]): (string | undefined)[] {
  return frames.flatMap((one) => one.type === "batch" ? one.items : [])
    .map(({ entry }) => entry?.id);
}

Deno.test("a question lists what was gained since the newest base that both have, and nothing older", () => {
  const lab = new Lab();
  recordWeeks(lab, 0, WEEK, WEEK, WEEK - 1);
  lab.tick(lab.items.name(0));
  const base = lab.items.name(0);
  recordWeeks(lab, 3, WEEK);
  const sync = asks(lab);
  assert.equal(sync.base, base);
  assert.equal(sync.current, lab.items.name(0));
  assert.deepEqual(sync.marks?.map(({ week, marks }) => [week, marks.length]), [[WEEK, 1]]);
});

Deno.test("a question lists items while they are few, and sums of buckets where they are more", () => {
  for (const count of [FEW, FEW + 1]) {
    const lab = new Lab();
    lab.record(0, count);
    const { marks, buckets } = asks(lab);
    assert.equal(marks?.[0]?.marks.length, count === FEW ? FEW : undefined);
    assert.equal(buckets?.length, count === FEW ? undefined : 1);
  }
});

Deno.test("marks that are needed come with week 0 first, then the newest week first, and the last is told", () => {
  const lab = new Lab();
  lab.record(0, FEW);
  recordWeeks(lab, FEW, WEEK, UNSET_WEEK, WEEK + 1);
  asks(lab);
  const weeks = [WEEK, UNSET_WEEK, WEEK + 1];
  const buckets = weeks.map((week) => ({ deviceId: "laptop", week }));
  const [ids, ...more] = frames(gets(lab, { type: "need", buckets }));
  assert.deepEqual(more, []);
  assert.deepEqual(ids?.type === "ids" ? ids.marks.map(({ week }) => week) : undefined, [
    UNSET_WEEK,
    WEEK + 1,
    WEEK,
  ]);
  assert.equal(ids?.type === "ids" && ids.last, true);
});

Deno.test("a list of marks goes on in the next frame, and what came in since the question is not in it", () => {
  const lab = new Lab();
  record(lab, 0, MARKS_IN_FRAME + 1);
  asks(lab);
  record(lab, MARKS_IN_FRAME + 1, 1);
  const { deviceId, week } = lab.items.buckets(0)[0]!;
  const sent = frames(gets(lab, { type: "need", buckets: [{ deviceId, week }] }));
  sent.push(...lab.on({ type: "writable", x: BEGUN }));
  assert.deepEqual(
    sent.map((ids) => ids.type === "ids" ? [ids.marks[0]!.marks.length, ids.last] : []),
    [[MARKS_IN_FRAME, false], [1, true]],
  );
  assert.deepEqual(lab.on({ type: "writable", x: BEGUN }), []);
});

Deno.test("of what is wanted each item goes out once, up to the question, and the end names the state of now", () => {
  const lab = new Lab();
  lab.record(0, 1, { startedAtMs: WEEK * WEEK_MS });
  lab.tick(lab.items.name(0));
  recordWeeks(lab, 1, WEEK, WEEK + 1);
  lab.record(3, 1, { deviceId: "desk" as DeviceId });
  const { marks } = asks(lab);
  lab.record(4, 1, { startedAtMs: WEEK * WEEK_MS });
  const bucket = { deviceId: "laptop", week: WEEK };
  gets(lab, { type: "want", buckets: [bucket, bucket], places: [0] });
  const sent = frames(gets(lab, { type: "end", name: otherItems(3).name(0), sent: 0 }));
  sent.push(...lab.writable(BEGUN));
  // The first of what was listed, and the only one of the bucket.
  const listed = marks!.flatMap(({ deviceId, week, marks }) =>
    marks.map(() => `${deviceId} ${week}`)
  );
  assert.equal(listed.length, 3);
  const first = { [`laptop ${WEEK}`]: 1, [`laptop ${WEEK + 1}`]: 2 }[listed[0]!] ?? 3;
  assert.deepEqual(idsOf(sent).sort(), [...new Set([idOf(1), idOf(first)])]);
  const end = sent.at(-1);
  assert.equal(end?.type === "end" && end.name, lab.items.name(0));
});

Deno.test("whoever sends an end with our name has what we have, and both keep that as a base", () => {
  const lab = new Lab();
  asks(lab);
  const theirs = otherItems(3);
  const items = [...theirs.data.records.values()].map(({ item }) => item!);
  gets(lab, { type: "batch", items });
  gets(lab, { type: "end", name: theirs.name(0), sent: items.length });
  assert.equal(lab.items.pinned(PEER)?.name, theirs.name(0));
  assert.equal(lab.peer.heard, theirs.name(0));
});

const SOME: Item = { entry: makeEntry({ id: idOf(7) }) };
const END: ExchangeFrame = { type: "end", name: EMPTY, sent: 0 };
const NEED: ExchangeFrame = { type: "need", buckets: [] };
const BUCKET = { deviceId: "laptop", week: WEEK };
const TWICE: ExchangeFrame = { type: "need", buckets: [BUCKET, BUCKET] };
const WANT: ExchangeFrame = { type: "want", buckets: [], places: [] };
const IDS: ExchangeFrame = { type: "ids", marks: [], last: true };
for (
  const { what, before, frame } of [
    { what: "a second want", before: [WANT], frame: WANT },
    { what: "a want of what was never listed", before: [], frame: { ...WANT, places: [6] } },
    { what: "marks", before: [], frame: IDS },
    { what: "a second need", before: [NEED], frame: NEED },
    { what: "a need that names a bucket twice", before: [], frame: TWICE },
    { what: "a need after the end", before: [WANT, END], frame: NEED },
    { what: "a want after the end", before: [WANT, END], frame: WANT },
    { what: "a second end", before: [WANT, END], frame: END },
    { what: "items after the end", before: [WANT, END], frame: { type: "batch", items: [SOME] } },
  ] as const
) {
  Deno.test(`${what} breaks off the exchange that was begun here`, () => {
    const lab = new Lab();
    // Enough that the own part is still under way after the end.
    lab.record(0, 6);
    asks(lab);
    for (const one of before) {
      const all = lab.items.buckets(0).map(({ deviceId, week }) => ({ deviceId, week }));
      gets(lab, one.type === "want" ? { ...one, buckets: all } : one);
    }
    const effects = gets(lab, frame as ExchangeFrame);
    assert.equal(effects.some(({ type }) => type === "abort"), true);
    assert.equal(lab.items.data.records.has(idOf(7)), false);
    assert.deepEqual(lab.effects({ type: "writable", x: BEGUN }), []);
  });
}

function frames(effects: readonly Effect[]): ExchangeFrame[] {
  return effects.flatMap((effect) => effect.type === "write" ? effect.frame : []);
}

/** Many items, told by no event of their own. */
function record(lab: Lab, from: number, count: number): void {
  for (let n = from; n < from + count; n++) {
    lab.items.record({ entry: makeEntry({ id: idOf(n), startedAtMs: WEEK * WEEK_MS }) });
  }
  lab.items.absorb();
}
