import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { PeerLine } from "../../../src/sync/peers/peer_line.ts";
import type { PeerRecord } from "../../../src/swarm/peer.ts";
import { Device } from "../_device.ts";

Deno.test("PeerLine tells an address that it never had, and does not remember them without end", () => {
  const { book, dialer, clock } = new Device("near");
  const { record } = new Device("far");
  const at = (...addrs: string[]): PeerRecord => ({ ...record, addrs });
  const line = new PeerLine(at("/first"), { book, dialer, clock, logger: silentLogger() });
  assert.equal(line.update(at("/first")), false);
  assert.equal(line.update(at("/first", "/second")), true);
  assert.equal(line.update(at("/second")), false);
  for (let i = 0; i < 300; i++) line.update(at(`/other/${i}`));
  assert.equal(line.update(at("/first")), true, "it was forgotten");
  assert.deepEqual(line.record.addrs, ["/first"]);
});
