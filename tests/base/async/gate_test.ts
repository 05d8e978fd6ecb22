import assert from "node:assert/strict";
import { createGate } from "../../../src/base/async/gate.ts";
import { yieldToLoop } from "../../../src/base/async/yield_to_loop.ts";

Deno.test("a gate lets so many tasks run at once and the others in, in order", async () => {
  const gate = createGate(2);
  const [started, ends] = [[] as number[], [] as (() => void)[]];
  const tasks = [0, 1, 2, 3].map((n) =>
    gate.run(() => {
      started.push(n);
      return new Promise<number>((resolve) => ends[n] = () => resolve(n));
    })
  );
  await yieldToLoop();
  assert.deepEqual(started, [0, 1]);
  ends[1]!();
  await yieldToLoop();
  assert.deepEqual(started, [0, 1, 2]);
  ends[0]!();
  ends[2]!();
  await yieldToLoop();
  ends[3]!();
  assert.deepEqual(await Promise.all(tasks), [0, 1, 2, 3]);
});

Deno.test("a task that throws makes room too", async () => {
  const gate = createGate(1);
  await assert.rejects(gate.run(() => Promise.reject(new Error("broken"))), /broken/);
  const thrown = gate.run(() => {
    throw new Error("at once");
  });
  await assert.rejects(thrown, /at once/);
  assert.equal(await gate.run(() => Promise.resolve(1)), 1);
});

Deno.test("whoever is aborted in line leaves it and takes no room", async () => {
  const gate = createGate(1);
  const first = Promise.withResolvers<void>();
  const running = gate.run(() => first.promise);
  const stop = new AbortController();
  const task = (): Promise<never> => assert.fail("must not run");
  const waiting = gate.run(task, stop.signal);
  const behind = gate.run(() => Promise.resolve("ran"));
  stop.abort(new Error("bye"));
  await assert.rejects(waiting, /bye/);
  await assert.rejects(gate.run(task, stop.signal), /bye/);
  first.resolve();
  await running;
  assert.equal(await behind, "ran");
});

Deno.test("createGate() refuses sizes that are none", () => {
  for (const size of [0, -1, 1.5, NaN]) assert.throws(() => createGate(size), RangeError);
});
