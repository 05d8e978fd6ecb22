/** Whatever order the devices meet in and whatever breaks: in the end all hold the same. */
import assert from "node:assert/strict";
import type { Entry } from "../../src/history/entry.ts";
import { drive } from "../fakes/drive.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import type { Fault } from "../fakes/memory_link.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { Device } from "./_device.ts";

const RUNS = Number(Deno.env.get("RR_TEST_RUNS") ?? 15);
const STEPS = 60;
const DAY_MS = 24 * 3_600_000;
const FAULTS: readonly Fault[] = ["lost", "cut", "refused", "silent", "too-large", "nonsense"];

for (let run = 0; run < RUNS; run++) {
  const seed = Number(Deno.env.get("RR_TEST_SEED") ?? Math.floor(Math.random() * 2 ** 32));
  Deno.test(`any order of meetings converges (RR_TEST_SEED=${seed})`, async () => {
    await meetAtRandom(seed);
  });
  if (Deno.env.has("RR_TEST_SEED")) break;
}

async function meetAtRandom(seed: number): Promise<void> {
  const { unit } = seededRandom(seed);
  const below = (most: number): number => Math.floor(unit() * most);
  const clock = new FakeClock();
  let faultRate = 0.15;
  const devices = Array.from({ length: 2 + below(4) }, (_, i) => {
    const limit = 1 + below(40);
    const sync = { limit, push: unit() < 0.5, request: { attempts: 1 + below(3) } };
    return new Device(`d${i}`, { clock, sync, seed: below(2 ** 32) });
  });
  const pick = (): Device => devices[below(devices.length)]!;
  for (const one of devices) {
    one.fault = () => unit() < faultRate ? FAULTS[below(FAULTS.length)] : undefined;
    for (const other of devices) if (other !== one) one.knows(other);
  }
  for (let step = 0; step < STEPS; step++) {
    const one = pick();
    const what = unit();
    if (what < 0.35) one.recordCommands(below(60));
    else if (what < 0.42) one.restart();
    else if (what < 0.47) {
      one.history.recreate(backupOf(one, devices, unit()));
      one.restart();
      for (const other of devices) other.dialer.links.get(one.peer)?.break();
    } else if (what < 0.52) await clock.advance(DAY_MS);
    else await drive(clock, one.engine.runRound());
  }
  faultRate = 0;
  const all = new Set(devices.flatMap((one) => one.history.ids));
  await settle(devices, clock);
  for (const one of devices) {
    assert.deepEqual(one.history.ids, [...all].sort(), `${one.peer} (RR_TEST_SEED=${seed})`);
    const ids = one.history.entries.map((entry) => entry.id);
    assert.equal(new Set(ids).size, ids.length, "nothing is held twice");
  }
}

/**
 * A restored backup or a database begun anew: the first part of the log, at least up to the last
 * entry that nobody else holds (a device that loses the only copy of one loses it for all).
 */
function backupOf(lost: Device, others: readonly Device[], unit: number): readonly Entry[] {
  const { entries } = lost.history;
  const needed = 1 +
    entries.findLastIndex((entry) =>
      !others.some((one) => one !== lost && one.history.has(entry.id))
    );
  return entries.slice(0, needed + Math.floor(unit * (entries.length - needed + 1)));
}

async function settle(devices: readonly Device[], clock: FakeClock): Promise<void> {
  for (const one of devices) one.restart();
  for (let round = 0; round < 2; round++) {
    for (const one of devices) {
      const report = await drive(clock, one.engine.runRound());
      assert.equal(report.error, undefined);
      await clock.advance(DAY_MS);
    }
  }
}
