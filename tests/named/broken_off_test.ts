/** Exchanges that come to no end by themselves, given to the machine event by event. */
import assert from "node:assert/strict";
import { BEGUN, Lab, otherItems, PEER, syncFrom } from "./_lab.ts";

/** An exchange that the peer begins. */
const ASKED = -1;
/** So long may nothing come. */
const STALL_MS = 15_000;
/** So long, once it is for the peer to compare what we have listed. */
const COMPARE_MS = 60_000;

Deno.test("an exchange by which nothing comes for 15 seconds is given up, and the peer asked again later", () => {
  const lab = new Lab();
  const name = lab.begin();
  assert.deepEqual(lab.after(STALL_MS - 1), []);
  assert.deepEqual(lab.after(1).map(({ type }) => type), ["abort", "exchanged"]);
  lab.tick(name);
  assert.equal(lab.opened()?.x, BEGUN + 1);
});

Deno.test("an exchange by which items come is not given up while they do", () => {
  const lab = new Lab();
  const theirs = otherItems(2);
  lab.begin();
  for (const { item } of theirs.data.records.values()) {
    lab.after(STALL_MS - 1);
    lab.on({ type: "exchange", x: BEGUN, frame: { type: "batch", items: [item!] } });
  }
  assert.deepEqual(lab.after(STALL_MS - 1), []);
  assert.equal(lab.after(1)[0]?.type, "abort");
});

for (
  const { what, event } of [
    { what: "says what it lacks", event: { frame: { type: "want", buckets: [], places: [] } } },
    { what: "reads on in a long list", event: undefined },
  ] as const
) {
  Deno.test(`a peer that ${what} is not given up meanwhile`, () => {
    const lab = new Lab();
    lab.begin();
    lab.after(STALL_MS - 1);
    lab.on(
      event === undefined
        ? { type: "writable", x: BEGUN }
        : { type: "exchange", x: BEGUN, frame: event.frame },
    );
    assert.deepEqual(lab.after(STALL_MS - 1), []);
    assert.equal(lab.after(1)[0]?.type, "abort");
  });
}

Deno.test("a peer whose items are stored beside the machine is not given up, and what they end is forgotten", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.tick(lab.items.name(0));
  assert.equal(lab.items.bases().length, 1);
  lab.begin();
  lab.after(STALL_MS - 1);
  const nothing = { absorbed: [], gained: [], answers: [], overruling: [], held: [] };
  const outcome = { ...nothing, peer: PEER, received: 1, shrank: true };
  lab.effects({ type: "taken", x: BEGUN, outcome });
  assert.deepEqual(lab.items.bases(), []);
  assert.deepEqual(lab.after(STALL_MS - 1), []);
});

Deno.test("a peer that has all our marks has a minute to go through them", () => {
  const lab = new Lab();
  lab.record(0, 1);
  lab.begin();
  const buckets = lab.items.buckets(0).map(({ deviceId, week }) => ({ deviceId, week }));
  const [ids] = lab.on({ type: "exchange", x: BEGUN, frame: { type: "need", buckets } });
  assert.equal(ids?.type === "ids" && ids.last, true);
  assert.deepEqual(lab.after(COMPARE_MS - 1).map(({ type }) => type), []);
  assert.equal(lab.after(1)[0]?.type, "abort");
});

Deno.test("a peer that is still reading our part is not given up for its own, which comes later", () => {
  const lab = new Lab();
  lab.record(0, 6);
  const other = otherItems(3);
  const frame = { ...syncFrom(other.name(0)), buckets: other.buckets(0) };
  const [want] = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.equal(want?.type, "want");
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(lab.after(STALL_MS - 1), []);
    assert.deepEqual(lab.on({ type: "writable", x: ASKED }).map(({ type }) => type), ["batch"]);
  }
});

Deno.test("a peer that is asked for its part and sends none is given up as well", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const other = otherItems(3);
  const frame = { ...syncFrom(other.name(0)), buckets: other.buckets(0) };
  const sent = lab.on({ type: "asked", x: ASKED, peer: PEER, frame });
  assert.deepEqual(sent.map(({ type }) => type), ["want", "batch"]);
  assert.deepEqual(lab.after(STALL_MS).find(({ type }) => type === "abort"), {
    type: "abort",
    x: ASKED,
    why: "Nothing came for too long",
  });
});

Deno.test("with its control stream all exchanges of a peer end, and the next one may begin", () => {
  const lab = new Lab();
  lab.record(0, 1);
  const name = lab.begin();
  const asked = { type: "asked", x: ASKED, peer: PEER, frame: syncFrom(name) } as const;
  assert.deepEqual(lab.on(asked).map(({ type }) => type), ["batch"]);
  lab.effects({ type: "down", peer: PEER });
  lab.meet();
  assert.equal(lab.peer.serving, 0);
  assert.deepEqual(lab.effects({ type: "writable", x: ASKED }), []);
  lab.tick(name);
  assert.equal(lab.opened()?.x, BEGUN + 1);
});
