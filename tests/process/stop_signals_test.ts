import assert from "node:assert/strict";
import { stopOnSignals, StopRequest } from "../../src/process/stop_signals.ts";
import { FakeExit, FakeWorld } from "../fakes/fake_world.ts";

for (
  const [first, second, code] of [["SIGTERM", "SIGINT", 130], ["SIGINT", "SIGTERM", 143]] as const
) {
  Deno.test(`stopOnSignals() stops at ${first} and ends the process at a following ${second}`, () => {
    using world = new FakeWorld();
    using stop = stopOnSignals(world);
    world.raise(first);
    assert.ok(stop.signal.aborted);
    assert.ok(stop.signal.reason instanceof StopRequest);
    assert.equal(stop.signal.reason.signalName, first);
    assert.throws(
      () => world.raise(second),
      (error) => error instanceof FakeExit && error.exitCode === code,
    );
  });
}

Deno.test("stopOnSignals() listens no longer once it is disposed", () => {
  using world = new FakeWorld();
  const stop = stopOnSignals(world);
  stop[Symbol.dispose]();
  world.raise("SIGTERM");
  assert.ok(!stop.signal.aborted);
});
