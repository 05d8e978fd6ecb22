import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import type { MemoryLink } from "../fakes/memory_link.ts";
import { Device } from "./_device.ts";
import { MINUTE, step, Watching } from "./_watching.ts";

Deno.test("localChange() pushes to connected peers within a moment, coalesced", async () => {
  const set = new Watching({ sync: { push: true } });
  const [a, b] = [set.peer("a"), set.peer("b")];
  const dead = new Device("dead", { clock: set.clock });
  set.near.manual.push(dead.record);
  await set.start();
  const dials = set.dials(dead);
  for (let i = 0; i < 5; i++) {
    set.near.recordCommands(1);
    set.near.engine.localChange();
  }
  await set.pass(50);
  assert.equal(a.history.entries.length, 5);
  assert.equal(b.history.entries.length, 5);
  assert.equal(set.near.seen("push-ack").length, 2);
  assert.equal(set.dials(dead), dials);
  assert.equal(set.rounds, 1);
  await set.end();
});

Deno.test("localChange() during a push is not left for the next round", async () => {
  const set = new Watching({ sync: { push: true } });
  const far = set.peer("far");
  await set.start();
  set.near.recordCommands(1);
  set.near.engine.localChange();
  let again = true;
  far.fault = (kind) => {
    if (kind === "push" && again) {
      again = false;
      set.near.recordCommands(1);
      set.near.engine.localChange();
    }
    return undefined;
  };
  await set.pass(50);
  await set.pass(50);
  assert.equal(far.history.entries.length, 2);
  await set.end();
});

Deno.test("localChange() does nothing without a watch that pushes", async () => {
  const set = new Watching();
  const far = set.peer("far");
  set.near.engine.localChange();
  await set.start();
  set.near.recordCommands(1);
  set.near.engine.localChange();
  await set.pass(100);
  assert.equal(far.history.entries.length, 0);
  await set.end();
  set.near.engine.localChange();
  assert.equal(set.clock.sleeping, 0);
});

Deno.test("a push goes out while a long pull is under way", async () => {
  const set = new Watching({ sync: { push: true } });
  const far = set.peer("far");
  await set.start();
  far.recordCommands(1);
  far.fault = (kind) => kind === "pull" ? "silent" : undefined;
  await set.pass(MINUTE);
  set.near.recordCommands(1);
  set.near.engine.localChange();
  await set.pass(50);
  assert.equal(far.history.entries.length, 1 + 1);
  await set.end();
});

Deno.test("watch() ends at once in every phase, and nothing goes on", async () => {
  const phases: Record<string, (set: Watching, far: Device) => Promise<void>> = {
    "jitter": async (set) => await set.start({ startJitterMs: 30_000 }),
    "interval": async (set) => await set.start(),
    "dialling": async (set, far) => {
      set.near.dialer.reach(far.peer, () => new Promise<MemoryLink>(() => {}));
      await set.start();
    },
    "pulling": async (set, far) => {
      far.fault = () => "silent";
      await set.start();
    },
    "pausing between tries": async (set, far) => {
      far.fault = () => "lost";
      await set.start();
    },
    "pushing": async (set, far) => {
      far.fault = (kind) => kind === "push" ? "silent" : undefined;
      set.near.recordCommands(1);
      await set.start();
    },
    "a push of a local change": async (set, far) => {
      await set.start();
      far.fault = (kind) => kind === "push" ? "silent" : undefined;
      set.near.recordCommands(1);
      set.near.engine.localChange();
      await set.pass(50);
    },
    "coalescing": async (set) => {
      await set.start();
      set.near.engine.localChange();
    },
    "a busy database": async (set, far) => {
      far.recordCommands(1);
      set.near.history.failures.push(...new Array<Error>(50).fill(new RrError("busy", "locked")));
      await set.start();
    },
  };
  for (const [phase, reach] of Object.entries(phases)) {
    const set = new Watching({ seed: 1, sync: { push: true } });
    await reach(set, set.peer("far"));
    assert.ok(set.clock.sleeping > 0 || phase === "dialling", phase);
    const before = set.clock.monotonic();
    await set.end();
    assert.equal(set.clock.monotonic(), before, phase);
    assert.equal(
      set.near.seen("pull-failed").length + set.near.seen("push-failed").length,
      0,
      phase,
    );
  }
});

Deno.test("localChange() dials a peer that has closed its idle connection, and no dead one", async () => {
  const near = new Device("near");
  const far = new Device("far", { clock: near.clock });
  const dead = new Device("dead", { clock: near.clock });
  near.knows(far);
  near.manual.push(dead.record);
  const stop = new AbortController();
  const watching = near.engine.watch({ intervalMs: 600_000, push: true }, stop.signal);
  for (let i = 0; i < 50; i++) await step(near.clock);
  const dials = (device: Device): number => near.dialer.dials.get(device.peer) ?? 0;
  const before = [dials(far), dials(dead)];
  near.dialer.links.get(far.peer)?.break();
  near.recordCommands(1);
  near.engine.localChange();
  for (let i = 0; i < 50 && far.history.entries.length === 0; i++) await step(near.clock);
  assert.equal(far.history.entries.length, 1);
  assert.deepEqual([dials(far), dials(dead)], [before[0]! + 1, before[1]]);
  stop.abort();
  await watching;
});
