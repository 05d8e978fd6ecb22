import assert from "node:assert/strict";
import type { Event } from "../../src/named/effects.ts";
import { EventQueue } from "../../src/sync/replica/event_queue.ts";
import { makeEntry } from "../fakes/entries.ts";

Deno.test("EventQueue is full with a few large batches, or with many small events", () => {
  const queue = new EventQueue();
  const items = Array.from({ length: 2_000 }, () => ({ entry: makeEntry() }));
  const batch: Event = { type: "exchange", x: 1, frame: { type: "batch", items } };
  const looks = [1, 2, 3].map(() => {
    queue.push(batch);
    return queue.isFull;
  });
  assert.deepEqual(looks, [false, false, true]);
  queue.shift();
  assert.equal(queue.isFull, false);
  for (let i = 0; i < 63; i++) queue.push({ type: "time" });
  assert.equal(queue.isFull, true);
});
