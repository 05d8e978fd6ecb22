/** The mark below which nothing is taken in, and the clocks that set it. */
import assert from "node:assert/strict";
import type { DeviceId, EntryId } from "../../../src/history/entry.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { open, tempFolder } from "../_open.ts";
import { daily, DAY, NOW, openAt, OWN } from "./_removal.ts";

Deno.test("a mark that moves back brings what was left out for it, and only then", () => {
  using history = openAt();
  const entries = daily(10, "desk" as DeviceId);
  const state = { cursor: 10, lastId: entries[9]!.id };
  history.removal.prune({ beforeUnix: NOW - 5 * DAY, deviceId: OWN });
  history.log.append(daily(1));
  history.removal.prune({ beforeUnix: NOW - 5 * DAY, deviceId: OWN });
  history.log.appendPulled("p", entries, state);
  assert.equal(history.log.pullState("p").cursor, 10);
  history.removal.prune({ beforeUnix: NOW - 4 * DAY, deviceId: OWN });
  assert.equal(history.log.pullState("p").cursor, 10, "forwards: nothing comes in again");
  history.removal.prune({ beforeUnix: NOW - 100 * DAY, deviceId: OWN });
  assert.deepEqual(history.log.pullState("p"), { cursor: 0, lastId: undefined });
  history.log.appendPulled("p", entries, state);
  assert.equal(history.log.count(), 11);
});

Deno.test("a mark that moves back without anything left out above it follows no log anew", () => {
  using history = openAt();
  const state = { cursor: 10, lastId: "desk-9" };
  history.log.append(daily(1));
  history.removal.prune({ beforeUnix: NOW - 5 * DAY, deviceId: OWN });
  // The first mark: nothing can have been left out for it before.
  history.removal.prune({ beforeUnix: NOW - 6 * DAY, deviceId: OWN });
  history.log.appendPulled("p", daily(10, "desk" as DeviceId), state);
  // 7 to 9 days old ones were left out, all of them before this mark too.
  history.removal.prune({ beforeUnix: NOW - 6 * DAY - 60, deviceId: OWN });
  assert.equal(history.log.pullState("p").cursor, 10);
  history.removal.prune({ beforeUnix: NOW - 8 * DAY, deviceId: OWN });
  assert.equal(history.log.pullState("p").cursor, 0);
});

Deno.test("opening takes back a mark that lies in the future", () => {
  using world = new FakeWorld();
  world.clock.jumpTo(NOW * 1000);
  const path = `${world.home}/history.db`;
  const entries = daily(3, "desk" as DeviceId);
  {
    using history = openHistory(path, world);
    history.log.append(daily(3));
    history.meta.set("pruned_before", NOW + 5000 * DAY);
    history.log.appendPulled("p", entries, { cursor: 3, lastId: entries[2]!.id });
    assert.equal(history.log.count(), 3, "dropped");
  }
  using history = openHistory(path, world);
  assert.match(history.notices.join(), /when the clock was wrong/);
  assert.equal(history.log.pullState("p").cursor, 0, "and not passed over");
  assert.equal(history.log.append(entries, { fromPeer: true }).inserted, 3);
});

/** What a history believes when the clock shows `nowUnix`. */
function believedAt(path: string, nowUnix: number): number {
  using history = open(path, { nowMs: nowUnix * 1000 });
  return history.removal.believeTime(OWN, DAY);
}

Deno.test("believeTime() takes what another wrong clock has dated for no sign of a right one", () => {
  const YEARS = 10 * 365 * DAY;
  for (const isFirst of [true, false]) {
    using folder = tempFolder();
    const path = folder.file("h.db");
    const other = "desk" as DeviceId;
    const wrong = daily(3, other).map((entry) => ({
      ...entry,
      id: `${entry.id}-wrong` as EntryId,
      startedAtMs: entry.startedAtMs + (YEARS - DAY) * 1000,
    }));
    {
      using history = openAt(path);
      history.log.append([...daily(20, other), ...wrong], { fromPeer: true });
      if (isFirst) history.log.append(daily(20));
    }
    if (!isFirst) assert.equal(believedAt(path, NOW), NOW);
    assert.equal(believedAt(path, NOW + YEARS), NOW + 2 * DAY);
    assert.equal(believedAt(path, NOW + DAY), NOW + DAY);
  }
});

Deno.test("believeTime() follows other devices through a year in which this one was off", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  assert.equal(believedAt(path, NOW), NOW);
  const later = NOW + 365 * DAY;
  {
    using history = openAt(path);
    const desk = daily(366, "desk" as DeviceId).filter((_, i) => i % 20 === 5);
    const shifted = desk.map((entry) => ({
      ...entry,
      startedAtMs: entry.startedAtMs + 365 * DAY * 1000,
    }));
    history.log.append(shifted, { fromPeer: true });
  }
  assert.equal(believedAt(path, later), later);
});

Deno.test("believeTime() is not talked into a wrong time by what this device recorded an hour ago", () => {
  using folder = tempFolder();
  const path = folder.file("h.db");
  const wrong = NOW + 14 * 365 * DAY;
  const record = (...atUnix: number[]): void => {
    using history = openAt(path);
    const [like] = daily(1);
    history.log.append(atUnix.map((at) => ({
      ...like!,
      id: `at-${at}` as EntryId,
      startedAtMs: at * 1000,
    })));
  };
  record(0, ...Array.from({ length: 9 }, (_, i) => NOW - i * DAY));
  record(wrong - 2 * DAY, wrong - 7_200);
  assert.equal(believedAt(path, wrong), NOW + 2 * DAY);
  record(wrong + 5 * DAY, wrong + 20 * DAY);
  assert.equal(
    believedAt(path, wrong + 21 * DAY),
    wrong + 21 * DAY,
    "it goes on, and nothing is kept",
  );
});
