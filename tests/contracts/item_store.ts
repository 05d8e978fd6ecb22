/** What every store of items must do, whatever it keeps them in: one sequence of steps, the same answers. */
import assert from "node:assert/strict";
import type { DeviceId, EntryId } from "../../src/history/entry.ts";
import { nameOf } from "../../src/named/digest.ts";
import type { Item } from "../../src/named/item.ts";
import type { ItemStore, Span, WeekSpan } from "../../src/named/store.ts";
import { factsOf } from "../../src/named/item.ts";
import { makeEntry } from "../fakes/entries.ts";
import { MemoryItems } from "../fakes/memory_items.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

/** A store, and what commands and other programs do to it. */
export interface StoreUnderTest extends Disposable {
  readonly items: ItemStore;
  /** Takes in an entry by another door than an exchange. */
  record(item: Item): void;
  absorb(): { readonly items: readonly Item[]; readonly shrank: boolean };
  delete(id: string): void;
  deleteHere(id: string): void;
  foreignDelete(id: string): void;
  /** Keeps only what is of this week or later. */
  setFloor(week: number): void;
  /** Everything from a fresh start of the process. */
  reopen(): void;
}

const WEEK_SECONDS = 604_800;
const FIRST_WEEK = 2_800;
const WEEKS = 5;
const STEPS = 120;

/** Runs the suite. */
export function testItemStore(name: string, open: () => StoreUnderTest): void {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    Deno.test(`${name}: does what the model does (seed ${seed})`, () => {
      using real = open();
      const model = modelStore();
      const random = seededRandom(seed);
      for (let step = 0; step < STEPS; step++) {
        const act = drawStep(random, step);
        const what = `step ${step}: ${act.name}`;
        assert.deepEqual(act.run(real), act.run(model), what);
        compare(real.items, model.items, what);
      }
    });
  }

  Deno.test(`${name}: taking the same in twice changes nothing`, () => {
    using store = open();
    const items = Array.from({ length: 20 }, (_, i) => itemOf(i, FIRST_WEEK + i % 3, "laptop"));
    assert.equal(store.items.apply(items).gained.length, 20);
    const before = store.items.name(0);
    assert.deepEqual(store.items.apply(items).gained, []);
    assert.equal(store.items.name(0), before);
  });

  Deno.test(`${name}: a base is kept for a peer when newer ones push it out`, () => {
    using store = open();
    store.items.apply([itemOf(1, FIRST_WEEK, "laptop")]);
    store.items.saveBase({ name: "first", floor: 0, seq: 1 }, ["peer"]);
    for (let i = 0; i < 100; i++) store.items.saveBase({ name: `n${i}`, floor: 0, seq: 2 + i }, []);
    assert.equal(store.items.pinned("peer")?.name, "first");
    assert.ok(store.items.bases().length <= 70);
    assert.equal(store.items.bases()[0]!.name, "n99");
    store.items.wipeBases();
    assert.deepEqual(store.items.bases(), []);
  });

  Deno.test(`${name}: pages give every item of a span once`, () => {
    using store = open();
    const items = Array.from(
      { length: 5_000 },
      (_, i) => itemOf(i, FIRST_WEEK + i % 3, `d${i % 2}`),
    );
    store.items.apply(items);
    store.delete(factsOf(items[7]!).id);
    store.absorb();
    const head = store.items.head();
    const range: Span = { kind: "range", after: 0, upTo: head, floor: 0 };
    assert.equal(read(store.items, range).length, 5_000);
    const week: WeekSpan = {
      kind: "week",
      week: FIRST_WEEK + 1,
      devices: new Set(["d1"]),
      after: 0,
      upTo: head,
    };
    const inWeek = items.filter((item) => {
      const { id, ts, deviceId } = factsOf(item);
      return Math.floor(ts / WEEK_SECONDS) === FIRST_WEEK + 1 && deviceId === "d1" &&
        id !== factsOf(items[7]!).id;
    });
    assert.deepEqual(
      new Set(read(store.items, week)),
      new Set(inWeek.map((item) => factsOf(item).id)),
    );
    const other: WeekSpan = { ...week, week: FIRST_WEEK + 2, devices: undefined };
    const all = store.items.weekMarks(other, false);
    const marks = all.get("d0")!;
    assert.equal(all.size > 1, true);
    const [only, ...more] = store.items.weekMarks({ ...other, devices: new Set(["d0"]) }, false);
    assert.deepEqual(only?.[1].map(({ mark }) => mark), marks.map(({ mark }) => mark));
    assert.deepEqual(more, []);
    const seqs = marks.map(({ seq }) => seq).sort((a, b) => b - a);
    assert.equal(read(store.items, { kind: "seqs", seqs }).length, seqs.length);
  });
}

function modelStore(): StoreUnderTest {
  const items = new MemoryItems();
  return {
    items,
    record: (item) => void items.record(item),
    absorb: () => items.absorb(),
    delete: (id) => {
      // What was deleted here is not found any more by a command that deletes everywhere.
      if (items.data.records.get(id)?.item !== undefined) items.delete(id, 1);
    },
    deleteHere: (id) => items.deleteHere(id),
    foreignDelete: (id) => items.foreignDelete(id),
    setFloor: (week) => items.setFloor(week),
    reopen: () => {},
    [Symbol.dispose]: () => {},
  };
}

/** As many as come in bulk: new ones in front of those that may be there, in this or another state. */
function manyItems(from: number, week: number, device: string): Item[] {
  return Array.from({ length: 120 }, (_, i) => itemOf(from + 119 - i, week + i % 2, device));
}

interface Act {
  readonly name: string;
  readonly run: (store: StoreUnderTest) => unknown;
}

// Drawn once and done to both.
function drawStep({ unit }: ReturnType<typeof seededRandom>, step: number): Act {
  const n = Math.floor(unit() * 60);
  const week = unit() < 0.1 ? 10 : FIRST_WEEK + Math.floor(unit() * WEEKS);
  const device = unit() < 0.5 ? "laptop" : "desktop";
  const id = idOf(n);
  const dice = unit();
  const named = (name: string, run: Act["run"]): Act => ({ name, run });
  if (dice < 0.3) return named("record", (store) => store.record(itemOf(n, week, device)));
  if (dice < 0.57) return named("apply", applying(drawItems(unit, device)));
  if (dice < 0.6) return named("apply many", applying(manyItems(n, week, device)));
  if (dice < 0.7) return named("delete", (store) => store.delete(id));
  if (dice < 0.76) return named("delete here", (store) => store.deleteHere(id));
  if (dice < 0.8) return named("foreign delete", (store) => store.foreignDelete(id));
  if (dice < 0.84) {
    const floor = step % 3 === 0 ? 0 : FIRST_WEEK + step % 3;
    return named(`floor ${floor}`, (store) => store.setFloor(floor));
  }
  if (dice < 0.88) return named("reopen", (store) => store.reopen());
  if (dice < 0.92) return named("what has no body", heldIn);
  if (dice < 0.95) {
    return named("rebuild", (store) => {
      store.absorb();
      store.items.rebuild();
    });
  }
  return named("absorb", (store) => {
    const { items, shrank } = store.absorb();
    return { items: ids(items), shrank };
  });
}

function drawItems(unit: () => number, device: string): Item[] {
  return Array.from({ length: 8 }, () => {
    const at = Math.floor(unit() * 60);
    const item = itemOf(at, FIRST_WEEK + Math.floor(unit() * WEEKS), device);
    return unit() < 0.2 ? tombOf(item) : item;
  });
}

function applying(items: readonly Item[]): Act["run"] {
  return (store) => {
    const { absorbed, gained, answers, overruling, held, shrank } = store.items.apply(items);
    return {
      absorbed: ids(absorbed),
      gained: ids(gained),
      answers: ids(answers),
      overruling: ids(overruling),
      held,
      shrank,
    };
  };
}

function heldIn(store: StoreUnderTest): unknown {
  store.absorb();
  const { items } = store;
  const span: Span = { kind: "range", after: 0, upTo: items.head(), floor: items.floor };
  const { held } = items.page(span, undefined);
  return held.toSorted((a, b) => a.id < b.id ? -1 : 1);
}

function compare(real: ItemStore, model: ItemStore, what: string): void {
  assert.equal(real.floor, model.floor, `floor after ${what}`);
  assert.equal(real.name(real.floor), model.name(model.floor), `name after ${what}`);
  assert.equal(nameOf(real.digest(real.floor), real.floor), real.name(real.floor));
  const shape = (store: ItemStore): unknown =>
    store.buckets(store.floor).filter(({ mark }) => mark !== "0".repeat(16))
      .map(({ week, deviceId, mark }) => [week, deviceId, mark]).sort();
  assert.deepEqual(shape(real), shape(model), `buckets after ${what}`);
}

function read(items: ItemStore, span: Span): string[] {
  const all: string[] = [];
  for (let place: unknown, first = true; first || place !== undefined; first = false) {
    const page = items.page(span, place);
    all.push(...page.items.map((item) => factsOf(item).id));
    place = page.next;
  }
  return all;
}

function ids(items: readonly Item[]): string[] {
  return items.map((item) => {
    const { id, dead, ts } = factsOf(item);
    return `${id} ${dead} ${ts}`;
  }).sort();
}

function idOf(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

function itemOf(n: number, week: number, device: string): Item {
  return {
    entry: makeEntry({
      id: idOf(n) as EntryId,
      deviceId: device as DeviceId,
      startedAtMs: (week * WEEK_SECONDS + n) * 1000,
      command: `echo ${n}`,
    }),
  };
}

function tombOf(item: Item): Item {
  const { id, ts, deviceId } = factsOf(item);
  return { id: id as EntryId, ts, deviceId: deviceId as DeviceId, deletedAt: 1 };
}
