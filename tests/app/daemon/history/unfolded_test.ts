import assert from "node:assert/strict";
import { Unfolded } from "../../../../src/app/daemon/history/unfolded.ts";
import type { DeviceId } from "../../../../src/history/entry.ts";
import { openHistory } from "../../../../src/store/file/open_history.ts";
import { makeEntries } from "../../../fakes/entries.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";

const DEVICE = "laptop" as DeviceId;

Deno.test("Unfolded knows what this device recorded since the log was folded in, each once", () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  const { log } = history;
  log.append(makeEntries(2, { deviceId: DEVICE }));
  const unfolded = new Unfolded(history, DEVICE);
  unfolded.look();
  assert.deepEqual(unfolded.entries, []);
  const own = makeEntries(3, { deviceId: DEVICE });
  for (const entry of own) {
    log.append([entry, ...makeEntries(1, { deviceId: "other" as DeviceId })]);
    unfolded.look();
  }
  assert.deepEqual(unfolded.entries, own);
  unfolded.folded();
  assert.deepEqual(unfolded.entries, []);
  unfolded.look();
  assert.deepEqual(unfolded.entries, [], "it is in the file");
});

Deno.test("Unfolded keeps the last five hundred, whether they come at once or one by one", () => {
  using world = new FakeWorld();
  using history = openHistory(`${world.home}/history.db`, world);
  const unfolded = new Unfolded(history, DEVICE);
  const all = makeEntries(700, { deviceId: DEVICE });
  history.log.append(all.slice(0, 600));
  unfolded.look();
  assert.deepEqual(unfolded.entries, all.slice(100, 600));
  history.log.append(all.slice(600));
  unfolded.look();
  assert.deepEqual(unfolded.entries, all.slice(200));
});
