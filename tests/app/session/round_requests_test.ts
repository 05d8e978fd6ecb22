import assert from "node:assert/strict";
import { RoundRequests } from "../../../src/app/session/round_requests.ts";
import {
  noPulls,
  type PeerReport,
  type PeerStatus,
  type SyncReport,
} from "../../../src/sync/report.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const NEAR = "near" as PeerId;
const FAR = "far" as PeerId;

Deno.test("RoundRequests: a round that began before it was asked for does not count", async () => {
  const lab = new Lab();
  await lab.clock.advance(1000);
  const next = lab.next();
  lab.round({ durationMs: 500, peers: [done(FAR)] });
  assert.equal(lab.wakes, 2);
  await lab.clock.advance(100);
  lab.round({ durationMs: 50, peers: [done(NEAR)] });
  assert.deepEqual((await next).peers, [done(NEAR)]);
});

Deno.test("RoundRequests: a peer that is still busy when the round ends is waited for", async () => {
  const lab = new Lab();
  const next = lab.next();
  lab.busy.add(FAR);
  lab.round({ peers: [done(NEAR)], waiting: [FAR, "left alone" as PeerId] });
  let isOver = false;
  void next.then(() => isOver = true);
  await lab.clock.advance(2500);
  assert.equal(isOver, false);
  lab.round({ waiting: [FAR] });
  lab.rounds.peerDone(done(FAR));
  const report = await next;
  assert.deepEqual(report.peers, [done(NEAR), done(FAR)]);
  assert.deepEqual(report.waiting, ["left alone"]);
  assert.equal(report.durationMs, 2500);
});

Deno.test("RoundRequests: what the late ones came to decides whether the round was a success", async () => {
  const failed = { ...done(FAR), pullError: new Error("reset") };
  for (const [late, expected] of [[done(FAR), undefined], [failed, failed.pullError]] as const) {
    const lab = new Lab();
    const next = lab.next();
    lab.busy.add(FAR);
    lab.round({ waiting: [FAR] });
    lab.rounds.peerDone(late);
    assert.equal((await next).error, expected);
  }
});

Deno.test("RoundRequests: nobody waits any more once the signal is aborted", async () => {
  const lab = new Lab();
  const stop = new AbortController();
  const next = lab.next(stop.signal);
  stop.abort(new Error("Ctrl-C"));
  await assert.rejects(next, /Ctrl-C/);
  await assert.rejects(lab.next(stop.signal), /Ctrl-C/);
  assert.equal(lab.wakes, 1);
});

class Lab {
  readonly clock = new FakeClock();
  readonly rounds = new RoundRequests(this.clock);
  readonly busy = new Set<PeerId>();
  wakes = 0;

  next(signal: AbortSignal = new AbortController().signal): Promise<SyncReport> {
    const peers = (): PeerStatus[] =>
      [...this.busy].map((peer) => ({ peer, busy: true }) as PeerStatus);
    return this.rounds.next({ wake: () => void this.wakes++, peers }, signal);
  }

  round(fields: Partial<SyncReport>): void {
    this.rounds.done({
      peers: [],
      waiting: [],
      startedAtMs: 0,
      durationMs: 0,
      error: undefined,
      ...fields,
    });
  }
}

function done(peer: PeerId): PeerReport {
  return {
    peer,
    deviceId: undefined,
    hostname: undefined,
    route: "direct",
    pull: noPulls(),
    pullError: undefined,
    push: undefined,
    pushError: undefined,
  };
}
