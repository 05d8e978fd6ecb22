/** Many devices that meet at the same moment: nothing comes twice to any of them. */
import assert from "node:assert/strict";
import type { DeviceId, EntryId } from "../../src/history/entry.ts";
import { makeEntry } from "../fakes/entries.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { checkConverged, expectedOf } from "./sim/checks.ts";
import { SimWorld } from "./sim/world.ts";

const WEEK_MS = 604_800_000;
const NOW_WEEK = 2_850;
const MINUTE_MS = 60_000;
const DEVICES = 8;
/** More than are listed one by one, in buckets that others have touched too. */
const OWN = 300;
const SHARED = "old laptop" as DeviceId;
const SEEDS = 6;

Deno.test("devices that all meet at once get every item once, and contradict nobody", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const world = new SimWorld(random);
    for (let d = 0; d < DEVICES; d++) {
      const device = world.add(`d${d}`);
      for (let n = 0; n < OWN; n++) {
        const deviceId = (n % 2 === 0 ? SHARED : device.peer) as DeviceId;
        const startedAtMs = (NOW_WEEK - n % 5) * WEEK_MS;
        device.items.record({ entry: makeEntry({ id: idOf(d * OWN + n), deviceId, startedAtMs }) });
      }
      world.start(device);
    }
    for (const one of world.devices) {
      for (const other of world.devices) world.connect(one, other, 5 + 200 * random.unit());
    }
    const expected = expectedOf(world);
    world.agenda.runUntil(world.agenda.now + 10 * MINUTE_MS);
    checkConverged(world, expected);
    for (const { name, received, gained } of world.devices) {
      assert.equal(received, gained, `${name} of seed ${seed}`);
    }
    const contradictions = world.notes.filter(({ note }) => note.type === "contradiction");
    assert.deepEqual(contradictions, [], `seed ${seed}`);
  }
});

function idOf(n: number): EntryId {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as EntryId;
}
