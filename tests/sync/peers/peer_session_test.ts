import assert from "node:assert/strict";
import { PeerSession } from "../../../src/sync/peers/peer_session.ts";
import { resolveOptions } from "../../../src/sync/options.ts";
import type { PeerReport } from "../../../src/sync/report.ts";
import type { Replication, Settling } from "../../../src/sync/ports.ts";
import { Device } from "../_device.ts";

function sessionOf(from: Device, to: Device, replication?: Replication): PeerSession {
  const { history: log, book, dialer, clock, logger, deviceId } = from;
  const random = { bytes: (count: number) => new Uint8Array(count), unit: () => 0.5 };
  const onEvent = (): void => {};
  const deps = { deviceId, log, book, dialer, clock, random, logger, onEvent, limit: 1000 };
  const { request } = resolveOptions();
  return new PeerSession(to.record, { ...deps, replication, request });
}

/** Protocol 2 that has exchanged `sent` and `received` entries, and `serves` as often as told. */
function replicationOf(
  sent: number,
  received: number,
  serves: boolean[] = [],
  asked: Settling[] = [],
): Replication {
  return {
    serves: () => serves.shift() ?? true,
    identified: () => Promise.resolve(),
    peerConnected: () => {},
    changed: () => {},
    settle: (_peer, until) => {
      asked.push(until);
      return Promise.resolve({ received, inserted: received, sent, isComplete: received > 0 });
    },
  };
}

async function synced(
  replication: Replication,
  isLast = false,
): Promise<{ report: PeerReport; near: Device }> {
  const near = new Device("near");
  const far = new Device("far");
  far.recordCommands(3);
  near.knows(far);
  const session = sessionOf(near, far, replication);
  const report = await session.sync(
    { push: true, retryMs: 1_000, isLast },
    new AbortController().signal,
  );
  return { report, near };
}

Deno.test("a peer that calls back is synced with three times, and then waits for its turn", () => {
  const far = new Device("far");
  const session = sessionOf(far, far);
  assert.deepEqual([1, 2, 3, 4].map(() => session.takeCallback()), [true, true, true, false]);
});

Deno.test("a peer served by protocol 2 is asked nothing by version 1, and its report says what went", async () => {
  const { report, near } = await synced(replicationOf(5, 2));
  assert.equal(near.history.ids.length, 0);
  assert.equal(report.pull.received, 2);
  assert.deepEqual([report.push?.sent, report.push?.pending], [5, true]);
});

Deno.test("a round in which protocol 2 sent nothing reports no push", async () => {
  const { report } = await synced(replicationOf(0, 2));
  assert.equal(report.push, undefined);
});

Deno.test("version 1 takes over from protocol 2 that was given up meanwhile", async () => {
  const { report, near } = await synced(replicationOf(0, 0, [true, false]));
  assert.equal(near.history.ids.length, 3);
  assert.equal(report.pull.received, 3);
});

Deno.test("whoever leaves after the round has version 1 finish what stayed unfinished", async () => {
  const asked: Settling[] = [];
  const { near } = await synced(replicationOf(0, 0, [], asked), true);
  assert.equal(near.history.ids.length, 3);
  assert.deepEqual(asked, [{ given: true, last: true }]);
});

Deno.test("a daemon leaves what is unfinished to protocol 2, which goes on", async () => {
  const asked: Settling[] = [];
  const { near } = await synced(replicationOf(0, 0, [], asked));
  assert.equal(near.history.ids.length, 0);
  assert.deepEqual(asked, [{ given: false, last: false }]);
});
