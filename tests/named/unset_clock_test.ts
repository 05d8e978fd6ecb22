/** Entries of a machine whose clock was not set, where they are deleted while devices are apart. */
import assert from "node:assert/strict";
import type { EntryId } from "../../src/history/entry.ts";
import { makeEntry } from "../fakes/entries.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { checkConverged, checkQuiet, expectedOf } from "./sim/checks.ts";
import { type Device, SimWorld } from "./sim/world.ts";

const LATENCY_MS = 20;
const MINUTE_MS = 60_000;

for (const [more, asks] of [[10, "d"], [10, "k"], [400, "d"], [400, "k"]] as const) {
  const what = `one of ${more} from an unset clock, where "${asks}" asks`;
  Deno.test(`a deletion reaches who has the entry still, ${what}`, () => {
    const world = new SimWorld(seededRandom(1));
    const [deletes, keeps] = ["d", "k"].map((name) => world.add(name)) as [Device, Device];
    // Both have it from a third, so they share no base, and the buckets or items are compared.
    for (const { items } of world.devices) {
      for (let n = 0; n < more; n++) items.record({ entry: entryOf(n) });
    }
    deletes.items.delete(idOf(0));
    // Whoever has less to list asks.
    const listsMore = asks === "d" ? keeps : deletes;
    for (const n of [1, 2, 3]) listsMore.items.record({ entry: entryOf(more + n) });
    for (const device of world.devices) world.start(device);
    world.connect(deletes, keeps, LATENCY_MS);
    world.agenda.runUntil(world.agenda.now + MINUTE_MS);
    checkConverged(world, expectedOf(world));
    assert.equal(keeps.items.data.records.get(idOf(0))!.facts.dead, true);
    const exchanges = world.notes.filter(({ note }) => note.type === "exchanged");
    assert.deepEqual(exchanges.map(({ device }) => device), [asks], "one is enough");
    assert.deepEqual(world.notes.filter(({ note }) => note.type === "contradiction"), []);
    checkQuiet(world, 10 * MINUTE_MS);
  });
}

function entryOf(n: number): ReturnType<typeof makeEntry> {
  return makeEntry({ id: idOf(n), startedAtMs: 1_000 * n });
}

function idOf(n: number): EntryId {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as EntryId;
}
