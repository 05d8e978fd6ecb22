/** What the side that is asked finds out, sends and wants: given to the machine event by event. */
import assert from "node:assert/strict";
import type { DeviceId } from "../../src/history/entry.ts";
import { EMPTY, hashOf, markOf } from "../../src/named/digest.ts";
import type { ExchangeFrame, Sync } from "../../src/named/frames.ts";
import { type Facts, factsOf, type Item, UNSET_WEEK, WEEK_SECONDS } from "../../src/named/item.ts";
import { makeEntry } from "../fakes/entries.ts";
import { HELLO, idOf, Lab, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;
const WEEK = 2_800;
const WEEK_MS = WEEK_SECONDS * 1000;
const LAPTOP = { deviceId: "laptop", week: WEEK };
const THEIRS = "A".repeat(21) + "B";
const OTHER_MARK = "0123456789abcdef";

function itemOf(n: number, week = WEEK, deviceId = "laptop"): Item & { entry: object } {
  const startedAtMs = week * WEEK_MS;
  return { entry: makeEntry({ id: idOf(n), startedAtMs, deviceId: deviceId as DeviceId }) };
}

function have(lab: Lab, ...items: readonly Item[]): void {
  lab.items.apply(items);
  lab.effects({ type: "changed", items: [], shrank: false });
}

function markedAs(facts: Facts, wide = false): string {
  return markOf(hashOf(facts), wide);
}

/** What is sent, and what is wanted, once all has been said. */
function asks(lab: Lab, sync: Partial<Sync>): readonly ExchangeFrame[] {
  const frame: Sync = { ...syncFrom(THEIRS), buckets: undefined, ...sync };
  const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  return [...sent, ...lab.writable(ASKED)];
}

function idsOf(frames: readonly ExchangeFrame[]): string[] {
  return frames.flatMap((one) => one.type === "batch" ? one.items : [])
    .map((item) => `${factsOf(item).id}${factsOf(item).dead ? " dead" : ""}`).sort();
}

function wantOf(frames: readonly ExchangeFrame[]): ExchangeFrame | undefined {
  return frames.find(({ type }) => type === "want");
}

for (const way of ["sums", "marks"] as const) {
  Deno.test(`given ${way}, all that was gained in a bucket that is not listed goes out, nothing older`, () => {
    const lab = new Lab();
    have(lab, itemOf(1), itemOf(2, WEEK, "desk"));
    lab.items.saveBase({ name: lab.items.name(0), floor: 0, seq: lab.items.head() }, [PEER]);
    const base = lab.items.name(0);
    have(lab, itemOf(3), itemOf(4, WEEK - 1));
    const said = way === "sums" ? { buckets: [] } : { marks: [] };
    const frames = asks(lab, { base, ...said });
    assert.deepEqual(idsOf(frames), [idOf(3), idOf(4)]);
    assert.equal(wantOf(frames), undefined);
  });
}

Deno.test("a bucket whose sum is the same needs nothing", () => {
  const lab = new Lab();
  have(lab, itemOf(1), itemOf(2, WEEK - 1));
  const [same, other] = lab.items.buckets(0);
  const frames = asks(lab, { buckets: [same!] });
  assert.deepEqual(frames.map(({ type }) => type), ["batch", "end"]);
  assert.equal(other!.week, WEEK - 1);
  assert.deepEqual(idsOf(frames), [idOf(2)]);
});

Deno.test("a bucket in which nothing was gained here is wanted whole, one in which something was is gone through", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  const unchanged = asks(lab, {
    buckets: [{ deviceId: "laptop", week: WEEK - 1, mark: OTHER_MARK }],
  });
  assert.deepEqual(wantOf(unchanged), {
    type: "want",
    buckets: [{ deviceId: "laptop", week: WEEK - 1 }],
    places: [],
  });
  const past = new Lab();
  have(past, itemOf(1));
  past.items.saveBase({ name: THEIRS, floor: 0, seq: past.items.head() }, []);
  have(past, itemOf(2, WEEK - 1));
  const buckets = [{ ...LAPTOP, mark: OTHER_MARK }];
  assert.deepEqual(
    wantOf(asks(past, { current: "A".repeat(21) + "C", base: THEIRS, buckets })),
    { type: "want", buckets: [LAPTOP], places: [] },
  );
  const again = new Lab();
  have(again, itemOf(1));
  assert.deepEqual(asks(again, { buckets: [{ ...LAPTOP, mark: OTHER_MARK }] }), [
    { type: "need", buckets: [LAPTOP] },
  ]);
});

Deno.test("of listed marks those that are unknown are wanted by place, and of ours the unlisted ones sent", () => {
  const lab = new Lab();
  have(lab, itemOf(1), itemOf(2), itemOf(3, WEEK, "desk"));
  const known = markedAs(factsOf(itemOf(1)));
  const marks = [
    { deviceId: "desk", week: WEEK, marks: [OTHER_MARK] },
    { ...LAPTOP, marks: [known, OTHER_MARK] },
  ];
  const frames = asks(lab, { marks });
  assert.deepEqual(wantOf(frames), { type: "want", buckets: [], places: [0, 2] });
  assert.deepEqual(idsOf(frames), [idOf(2), idOf(3)]);
});

Deno.test("places count on over the frames of a list, also where a bucket goes on", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  asks(lab, { buckets: [{ ...LAPTOP, mark: OTHER_MARK }] });
  const known = markedAs(factsOf(itemOf(1)));
  for (const [marks, last] of [[[known, "0".repeat(16)], false], [[OTHER_MARK], true]] as const) {
    const frame = { type: "ids", marks: [{ ...LAPTOP, marks }], last } as const;
    const frames = lab.on({ type: "exchange", x: ASKED, frame });
    assert.deepEqual(
      wantOf(frames),
      last ? { type: "want", buckets: [], places: [1, 2] } : undefined,
    );
  }
});

Deno.test("places count also what is listed without having been asked for", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  asks(lab, { buckets: [{ ...LAPTOP, mark: OTHER_MARK }] });
  const marks = [
    { deviceId: "desk", week: WEEK, marks: [OTHER_MARK, "0".repeat(16)] },
    { ...LAPTOP, marks: [OTHER_MARK] },
  ];
  const frames = lab.on({ type: "exchange", x: ASKED, frame: { type: "ids", marks, last: true } });
  assert.deepEqual(wantOf(frames), { type: "want", buckets: [], places: [2] });
});

const DEAD = { id: idOf(1), deviceId: "laptop" as DeviceId, ts: WEEK * WEEK_SECONDS, deletedAt: 1 };
const TOMBS = { deviceId: "laptop", week: UNSET_WEEK };
const ALIVE_MARK = markedAs({ ...factsOf(itemOf(1)) });
const DEAD_MARK = markedAs(factsOf(DEAD));

Deno.test("what the other side has deleted is not sent to it, and its tombstone wanted", () => {
  const lab = new Lab();
  have(lab, itemOf(1), itemOf(2));
  const frames = asks(lab, { marks: [{ ...LAPTOP, marks: [] }, { ...TOMBS, marks: [DEAD_MARK] }] });
  assert.deepEqual(idsOf(frames), [idOf(2)]);
  assert.deepEqual(wantOf(frames), { type: "want", buckets: [], places: [0] });
});

Deno.test("what was deleted here is not wanted, and the tombstone goes to who lists the entry", () => {
  const lab = new Lab();
  have(lab, itemOf(1), DEAD);
  const frames = asks(lab, { marks: [{ ...LAPTOP, marks: [ALIVE_MARK] }] });
  assert.equal(wantOf(frames), undefined);
  assert.deepEqual(idsOf(frames), [`${idOf(1)} dead`]);
});

Deno.test("where the clock was not set an entry and its tombstone lie in one bucket, and the tombstone is sent", () => {
  const lab = new Lab();
  const unset = { ...DEAD, ts: 0 };
  have(lab, unset);
  const alive = { ...factsOf(unset), dead: false };
  const frames = asks(lab, { marks: [{ ...TOMBS, marks: [markedAs(alive)] }] });
  assert.deepEqual(idsOf(frames), [`${idOf(1)} dead`]);
  assert.equal(wantOf(frames), undefined);
});

Deno.test("who has nothing gets all, and who is where we once were gets what came since, without a comparison", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  const past = lab.items.name(0);
  have(lab, itemOf(2));
  const nothing = asks(lab, { current: EMPTY, base: THEIRS, buckets: [] });
  assert.deepEqual(idsOf(nothing), [idOf(1), idOf(2)]);
  assert.deepEqual(idsOf(asks(lab, { current: past, base: THEIRS, buckets: [] })), [idOf(2)]);
});

Deno.test("a base that is kept is a past state as well, after all others are forgotten", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  lab.items.saveBase({ name: THEIRS, floor: 0, seq: lab.items.head() }, []);
  have(lab, itemOf(2));
  assert.deepEqual(idsOf(asks(lab, { current: THEIRS, buckets: [] })), [idOf(2)]);
});

Deno.test("a base that is not known, or kept for a higher floor only, is refused with those that are", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  lab.items.saveBase({ name: THEIRS, floor: WEEK, seq: 0 }, []);
  for (const base of [THEIRS, "A".repeat(21) + "C"]) {
    const [end, ...more] = asks(lab, { current: "A".repeat(21) + "D", base, buckets: [] });
    assert.deepEqual(end, {
      type: "end",
      name: EMPTY,
      sent: 0,
      refusal: "nobase",
      bases: [THEIRS],
    });
    assert.deepEqual(more, []);
  }
});

Deno.test("whoever distrusts its past is compared with from the start, whatever state it names", () => {
  for (const level of [1, 2] as const) {
    const lab = new Lab();
    have(lab, itemOf(1));
    const current = lab.items.name(0);
    const mark = markedAs(factsOf(itemOf(1)), level > 1);
    const frames = asks(lab, {
      current,
      base: current,
      level,
      marks: [{ ...LAPTOP, marks: [mark] }],
    });
    assert.deepEqual(frames.map(({ type }) => type), ["end"]);
    const unlisted = asks(lab, { current, base: current, level, marks: [] });
    assert.deepEqual(idsOf(unlisted), [idOf(1)]);
  }
});

Deno.test("what has come in from elsewhere meanwhile is not wanted, and then not all was asked for", () => {
  const lab = new Lab();
  have(lab, itemOf(1));
  const wanted = { deviceId: "desk", week: WEEK };
  const buckets = [{ ...LAPTOP, mark: OTHER_MARK }, { ...wanted, mark: OTHER_MARK }];
  asks(lab, { buckets });
  have(lab, itemOf(2, WEEK, "desk"));
  const marks = [{ ...LAPTOP, marks: [markedAs(factsOf(itemOf(1)))] }];
  const frames = lab.on({ type: "exchange", x: ASKED, frame: { type: "ids", marks, last: true } });
  assert.equal(wantOf(frames), undefined);
  lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: THEIRS, sent: 0 } });
  assert.equal(lab.peer.contained.has(THEIRS), false);
});

Deno.test("whoever leaves something out of what it wants does not contain what the other side had", () => {
  for (const isTouched of [false, true]) {
    const lab = new Lab();
    have(lab, itemOf(1));
    const [desk, phone] = ["desk", "phone"].map((deviceId) => ({ deviceId, week: WEEK }));
    const buckets = [LAPTOP, desk!, phone!].map((bucket) => ({ ...bucket, mark: OTHER_MARK }));
    asks(lab, { buckets });
    if (isTouched) have(lab, itemOf(2, WEEK, "desk"));
    const marks = [{ ...LAPTOP, marks: [ALIVE_MARK] }];
    const frames = [
      ...lab.on({ type: "exchange", x: ASKED, frame: { type: "ids", marks, last: true } }),
      ...lab.writable(ASKED),
    ];
    const want = { type: "want", buckets: isTouched ? [phone] : [desk, phone], places: [] };
    assert.deepEqual(wantOf(frames), want);
    lab.on({ type: "exchange", x: ASKED, frame: { type: "end", name: THEIRS, sent: 0 } });
    assert.equal(lab.peer.contained.has(THEIRS), !isTouched);
  }
});

Deno.test("a device below whose floor another one keeps items compares above the higher floor", () => {
  const lab = new Lab();
  have(lab, itemOf(1, WEEK - 1), itemOf(2));
  lab.hears({ ...HELLO, floor: WEEK });
  assert.deepEqual(idsOf(asks(lab, { floor: WEEK, current: EMPTY, buckets: [] })), [idOf(2)]);
});

const WANT: ExchangeFrame = { type: "want", buckets: [], places: [] };
const IDS: ExchangeFrame = { type: "ids", marks: [], last: true };
const END: ExchangeFrame = { type: "end", name: THEIRS, sent: 0 };
for (
  const { what, asked, frame } of [
    { what: "items that were not wanted", asked: 6, frame: { type: "batch", items: [itemOf(7)] } },
    { what: "marks that were not needed", asked: 6, frame: IDS },
    { what: "an end before our own", asked: 6, frame: END },
    { what: "a want", asked: 1, frame: WANT },
    { what: "a need", asked: 1, frame: { type: "need", buckets: [] } },
    { what: "a second sync", asked: 1, frame: syncFrom(EMPTY) },
  ] as const
) {
  Deno.test(`${what} breaks off an exchange that is served`, () => {
    const lab = new Lab();
    have(lab, ...Array.from({ length: asked }, (_, n) => itemOf(10 + n)));
    const sync = { ...syncFrom(EMPTY), buckets: [] };
    assert.equal(lab.on({ type: "asked", x: ASKED, peer: PEER, frame: sync }).length, 1);
    const effects = lab.effects({ type: "exchange", x: ASKED, frame: frame as ExchangeFrame });
    assert.ok(effects.some(({ type }) => type === "abort"));
    assert.equal(lab.items.data.records.has(idOf(7)), false);
    assert.deepEqual(lab.effects({ type: "writable", x: ASKED }), []);
  });
}
