import assert from "node:assert/strict";
import { NoProgressError, ProgressTimer } from "../../../src/base/async/progress_timer.ts";
import { linkedController } from "../../../src/base/async/linked_signal.ts";
import { SharedTasks } from "../../../src/base/async/shared_tasks.ts";
import { raceAbort } from "../../../src/base/async/race_abort.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

Deno.test("ProgressTimer ends what does not move, and only that", async () => {
  const clock = new FakeClock();
  using timer = new ProgressTimer({ clock, idleMs: 100 });
  for (let i = 0; i < 10; i++) {
    await clock.advance(90);
    timer.progress();
  }
  assert.equal(timer.signal.aborted, false);
  await clock.advance(99);
  assert.equal(timer.signal.aborted, false);
  await clock.advance(1);
  assert.ok(timer.signal.reason instanceof NoProgressError);
  assert.match(timer.signal.reason.message, /100 ms/);
});

Deno.test("ProgressTimer ends what takes too long in all", async () => {
  const clock = new FakeClock();
  using timer = new ProgressTimer({ clock, idleMs: 100, totalMs: 250 });
  for (let i = 0; i < 3; i++) {
    timer.progress();
    await clock.advance(80);
  }
  assert.equal(timer.signal.aborted, false);
  timer.progress();
  await clock.advance(10);
  assert.equal(timer.signal.aborted, true);
});

Deno.test("ProgressTimer.progress() grants extra time once", async () => {
  const clock = new FakeClock();
  using timer = new ProgressTimer({ clock, idleMs: 100 });
  timer.progress(1_000);
  await clock.advance(1_050);
  assert.equal(timer.signal.aborted, false);
  await clock.advance(50);
  assert.equal(timer.signal.aborted, true);
});

Deno.test("ProgressTimer passes the outer signal on, and nothing once disposed of", async () => {
  const clock = new FakeClock();
  const outer = new AbortController();
  const open = new ProgressTimer({ clock, idleMs: 100, signal: outer.signal });
  const disposed = new ProgressTimer({ clock, idleMs: 100, signal: outer.signal });
  disposed[Symbol.dispose]();
  outer.abort("over");
  await clock.advance(1_000);
  assert.equal(open.signal.reason, "over");
  assert.equal(disposed.signal.aborted, false);
  open[Symbol.dispose]();
  assert.equal(
    new ProgressTimer({ clock, idleMs: 100, signal: AbortSignal.abort("early") }).signal.reason,
    "early",
  );
});

Deno.test("linkedController() follows the first signal until disposed of", () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const linked = linkedController(a.signal, undefined, b.signal);
  const loose = linkedController(a.signal);
  loose[Symbol.dispose]();
  b.abort("b");
  a.abort("a");
  assert.equal(linked.signal.reason, "b");
  assert.equal(loose.signal.aborted, false);
  assert.equal(linkedController(a.signal).signal.reason, "a");
});

Deno.test("raceAbort() rejects with the reason and swallows the late failure", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  await assert.rejects(raceAbort(promise, AbortSignal.abort(new Error("bye"))), /bye/);
  const stop = new AbortController();
  const waiting = assert.rejects(raceAbort(promise, stop.signal), /later/);
  stop.abort(new Error("later"));
  await waiting;
  reject(new Error("nobody waits"));
  assert.equal(await raceAbort(Promise.resolve(7), new AbortController().signal), 7);
});

Deno.test("SharedTasks runs one task per key and ends it with the last that waits", async () => {
  const tasks = new SharedTasks<string, string>();
  const begun: AbortSignal[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const task = (signal: AbortSignal): Promise<string> => {
    begun.push(signal);
    return promise;
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [tasks.run("a", task, first.signal), tasks.run("a", task, second.signal)];
  const other = tasks.run("b", task);
  assert.equal(begun.length, 2);
  first.abort(new Error("bye"));
  await assert.rejects(waiting[0]!, /bye/);
  assert.equal(begun[0]!.aborted, false);
  second.abort(new Error("bye too"));
  await assert.rejects(waiting[1]!, /bye too/);
  assert.equal(begun[0]!.aborted, true);
  resolve("done");
  assert.equal(await other, "done");
  assert.equal(await tasks.run("a", () => Promise.resolve("again")), "again");
});
