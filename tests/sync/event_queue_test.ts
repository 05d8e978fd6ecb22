import assert from "node:assert/strict";
import { EventQueue, type Happened } from "../../src/sync/replica/event_queue.ts";

Deno.test("EventQueue is full with a few large batches, or with many small events", () => {
  const queue = new EventQueue();
  const frame = {
    type: "packed",
    bytes: new Uint8Array(100_000),
    unpack: () => ({ type: "batch" as const, items: [] }),
  } as const;
  const batch: Happened = { type: "packed", x: 1, frame };
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

Deno.test("EventQueue gives what happened before all others first, in its order", () => {
  const queue = new EventQueue();
  queue.push({ type: "time" });
  queue.pushBefore({ type: "closed", x: 1 });
  queue.pushBefore({ type: "closed", x: 2 });
  const given: (Happened | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    given.push(queue.first);
    queue.shift();
  }
  assert.deepEqual(given, [
    { type: "closed", x: 1 },
    { type: "closed", x: 2 },
    { type: "time" },
    undefined,
  ]);
});
