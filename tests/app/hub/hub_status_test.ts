import assert from "node:assert/strict";
import { HubNotes } from "../../../src/app/hub/hub_status.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("HubNotes tells whom the relay has a place for, each once and since when it came last", async () => {
  const clock = new FakeClock(1_000_000);
  const notes = new HubNotes(clock);
  notes.connected("first");
  await clock.advance(5_000);
  notes.connected("second");
  notes.connected("first");
  assert.deepEqual(notes.status().connected, [
    { peer_id: "first", since_unix: 1_005 },
    { peer_id: "second", since_unix: 1_005 },
  ]);
  notes.disconnected("first");
  assert.deepEqual(notes.status().connected.map((one) => one.peer_id), ["second"]);
  notes.forgetConnected();
  assert.deepEqual(notes.status().connected, []);
});

Deno.test("HubNotes remembers 1,000 devices and no more, which go on being told anew", async () => {
  const clock = new FakeClock(1_000_000);
  const notes = new HubNotes(clock);
  for (let i = 0; i < 1_100; i++) notes.connected(`peer ${i}`);
  assert.equal(notes.status().connected.length, 1_000);
  await clock.advance(1_000);
  notes.connected("peer 0");
  assert.equal(notes.status().connected[0]?.since_unix, 1_001);
});

Deno.test("HubNotes remembers the last 20 failures, oldest first", () => {
  const notes = new HubNotes(new FakeClock(1_000_000));
  for (let i = 0; i < 25; i++) notes.failed(`failure ${i}`);
  const { failures } = notes.status();
  assert.equal(failures.length, 20);
  assert.deepEqual(failures[0], { at_unix: 1_000, what: "failure 5" });
  assert.equal(failures.at(-1)?.what, "failure 24");
});
