/** What becomes of an entry that was deleted on one device only, where that device is the only way. */
import assert from "node:assert/strict";
import type { DeviceId, EntryId } from "../../src/history/entry.ts";
import { makeEntry } from "../fakes/entries.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { checkLinks, checkQuiet } from "./sim/checks.ts";
import { type Device, SimWorld } from "./sim/world.ts";

const WEEK_MS = 604_800_000;
const NOW_WEEK = 2_850;
const MINUTE_MS = 60_000;
const LATENCY_MS = 20;

/** `has` has the entry, `held` deleted it on itself only, `lacks` never saw it. */
interface Line {
  readonly world: SimWorld;
  readonly has: Device;
  readonly held: Device;
  readonly lacks: Device;
}

for (const joined of ["pair", "line"] as const) {
  for (const shared of [false, true]) {
    const what = `a ${joined}${shared ? " with another entry" : ""}`;
    Deno.test(`${what} comes to rest, though one device deleted an entry on itself only`, () => {
      const { world, lacks } = lineWith(shared, joined);
      world.agenda.runUntil(world.agenda.now + 2 * MINUTE_MS);
      checkLinks(world);
      checkQuiet(world, 10 * MINUTE_MS);
      assert.equal(lacks.items.data.records.has(idOf(1)), false);
      assert.equal(lacks.items.data.records.has(idOf(2)), shared);
      assert.deepEqual(contradictions(world), []);
    });
  }
}

Deno.test("who lacked the entry gets it as soon as a device that has it is there", () => {
  const { world, has, held, lacks } = lineWith(true, "line");
  world.agenda.runUntil(world.agenda.now + 2 * MINUTE_MS);
  world.connect(has, lacks, LATENCY_MS);
  world.agenda.runUntil(world.agenda.now + 2 * MINUTE_MS);
  assert.equal(lacks.items.data.records.has(idOf(1)), true);
  assert.equal(held.items.data.records.get(idOf(1))!.item, undefined, "it stays deleted there");
  assert.equal(lacks.items.name(0), held.items.name(0));
  checkLinks(world);
  checkQuiet(world, 10 * MINUTE_MS);
});

Deno.test("a deletion everywhere passes through the device that had deleted only on itself", () => {
  const { world, has, held, lacks } = lineWith(true, "line");
  world.agenda.runUntil(world.agenda.now + 2 * MINUTE_MS);
  has.items.delete(idOf(1));
  world.poll(has);
  world.agenda.runUntil(world.agenda.now + 2 * MINUTE_MS);
  for (const device of [has, held, lacks]) {
    assert.equal(device.items.data.records.get(idOf(1))?.facts.dead, true, device.name);
  }
  assert.equal(lacks.items.name(0), has.items.name(0));
  checkQuiet(world, 10 * MINUTE_MS);
});

for (const begins of ["h", "o"] as const) {
  Deno.test(`of two bodies the one that is held counts, also where "${begins}" asks`, () => {
    const world = new SimWorld(seededRandom(1));
    const [held, other] = ["h", "o"].map((name) => world.add(name)) as [Device, Device];
    const later = { ...entryOf(1), startedAtMs: (NOW_WEEK + 1) * WEEK_MS };
    held.items.record({ entry: entryOf(1) });
    held.items.deleteHere(idOf(1));
    other.items.record({ entry: later });
    // Whoever has less to list asks.
    const listsMore = begins === "h" ? other : held;
    for (const n of [2, 3, 4]) listsMore.items.record({ entry: entryOf(n) });
    for (const device of world.devices) world.start(device);
    world.connect(held, other, LATENCY_MS);
    world.agenda.runUntil(world.agenda.now + MINUTE_MS);
    checkLinks(world);
    const exchanges = world.notes.filter(({ note }) => note.type === "exchanged");
    assert.deepEqual(exchanges.map(({ device }) => device), [begins], "one is enough");
    assert.deepEqual(contradictions(world), []);
    checkQuiet(world, 10 * MINUTE_MS);
  });
}

function lineWith(shared: boolean, joined: "pair" | "line"): Line {
  const world = new SimWorld(seededRandom(1));
  const [has, held, lacks] = ["e", "h", "l"].map((name) => world.add(name)) as [
    Device,
    Device,
    Device,
  ];
  for (const device of world.devices) world.start(device);
  for (const n of shared ? [1, 2] : [1]) has.items.record({ entry: entryOf(n) });
  world.poll(has);
  world.connect(has, held, LATENCY_MS);
  world.agenda.runUntil(world.agenda.now + 10_000);
  held.items.deleteHere(idOf(1));
  world.poll(held);
  if (joined === "pair") world.stop(has);
  world.connect(held, lacks, LATENCY_MS);
  return { world, has, held, lacks };
}

function contradictions({ notes }: SimWorld): unknown[] {
  return notes.filter(({ note }) => note.type === "contradiction");
}

function idOf(n: number): EntryId {
  return `00000000-0000-7000-8000-00000000000${n}` as EntryId;
}

function entryOf(n: number): ReturnType<typeof makeEntry> {
  return makeEntry({
    id: idOf(n),
    deviceId: "e" as DeviceId,
    startedAtMs: NOW_WEEK * WEEK_MS,
  });
}
