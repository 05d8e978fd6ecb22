/** What becomes of a peer that connects while a sync with it is under way. */
import assert from "node:assert/strict";
import { yieldToLoop } from "../../../src/base/async/yield_to_loop.ts";
import type { PeerSession } from "../../../src/sync/peers/peer_session.ts";
import type { PeerSessions } from "../../../src/sync/peers/peer_sessions.ts";
import { RunningSyncs, type SyncRun } from "../../../src/sync/peers/running_syncs.ts";
import type { PeerReport } from "../../../src/sync/report.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

/** A peer whose syncs end when the test says so, all of them badly. */
class Session {
  busy = false;
  readonly failing = true;
  readonly idleMs = 60_000;
  syncs = 0;
  end: () => void = () => {};

  reserve(): () => void {
    this.busy = true;
    return () => void (this.busy = false);
  }

  async sync(): Promise<PeerReport> {
    this.syncs++;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.end = resolve;
    await promise;
    return {} as PeerReport;
  }

  takeCallback(): boolean {
    return true;
  }
}

async function calledBack(act: (running: RunningSyncs) => void): Promise<number> {
  const running = new RunningSyncs({} as PeerSessions, new FakeClock(), 4);
  const session = new Session();
  const peer = session as unknown as PeerSession;
  const signal = new AbortController().signal;
  const run: SyncRun = { signal, push: true, retryMs: 0, isLast: false };
  const first = running.start(peer, run);
  await yieldToLoop();
  running.callBack(peer, run);
  act(running);
  session.end();
  await first;
  await yieldToLoop();
  const { syncs } = session;
  session.end();
  await running.settled();
  return syncs;
}

Deno.test("a peer that connects while a sync with it fails is synced with at once after that", async () => {
  assert.equal(await calledBack(() => {}), 2);
});

Deno.test("once callbacks are forgotten no sync begins for a peer that had connected", async () => {
  assert.equal(await calledBack((running) => running.forgetCallbacks()), 1);
});
