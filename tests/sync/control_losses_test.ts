import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { ControlLosses } from "../../src/sync/replica/control_losses.ts";
import { isOfStore } from "../../src/sync/own_store.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("a control stream is opened anew later and later, but not for what our own store did", () => {
  const losses = new ControlLosses(new FakeClock());
  for (const peer of ["peer", "desk"]) losses.opened(peer);
  const pauses = Array.from({ length: 9 }, () => losses.lost("peer"));
  assert.deepEqual(pauses.slice(0, 3), [500, 1_000, 2_000]);
  assert.equal(pauses.at(-1), 60_000);
  const excused = Array.from({ length: 9 }, () => {
    losses.excuse("desk");
    return losses.lost("desk");
  });
  assert.deepEqual(new Set(excused), new Set([5_000]));
  assert.ok(losses.isTooSoon("desk"));
  assert.equal(losses.lost("desk"), 500, "an excuse is for one loss");
});

Deno.test("isOfStore() blames this device for a full disk, and a peer for what breaks the protocol", () => {
  assert.equal(isOfStore(new RrError("io", "the disk is full")), true);
  assert.equal(isOfStore(new RrError("database", "the file is damaged")), true);
  assert.equal(isOfStore(new RrError("invalid", "no batch")), false);
  assert.equal(isOfStore(new WireError("invalid", "no batch")), false);
  assert.equal(isOfStore(new Error("reset")), false);
});
