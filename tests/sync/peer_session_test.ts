import assert from "node:assert/strict";
import { PeerSession } from "../../src/sync/peer_session.ts";
import { resolveOptions } from "../../src/sync/options.ts";
import { Device } from "./_device.ts";

Deno.test("a peer that calls back is synced with three times, and then waits for its turn", () => {
  const { record, history: log, book, dialer, clock, logger, deviceId } = new Device("far");
  const random = { bytes: (count: number) => new Uint8Array(count), unit: () => 0.5 };
  const onEvent = (): void => {};
  const deps = { deviceId, log, book, dialer, clock, random, logger, onEvent, limit: 1000 };
  const session = new PeerSession(record, { ...deps, request: resolveOptions().request });
  assert.deepEqual([1, 2, 3, 4].map(() => session.takeCallback()), [true, true, true, false]);
});
