import assert from "node:assert/strict";
import { watchSignsOfLife } from "../../../src/app/daemon/signs_of_life.ts";
import type { SessionContext } from "../../../src/app/daemon/context.ts";
import { NodeEvents } from "../../../src/net/node/node_events.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const GONE = { type: "disconnected", peer: "one" as PeerId } as const;

/** The part at work, and how often it has had all peers tried. */
async function watching(
  act: (clock: FakeClock, events: NodeEvents, tried: () => number) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const events = new NodeEvents();
  let wakes = 0;
  const context = {
    own: {
      node: { addresses: () => [], onEvent: events.subscribe.bind(events) },
      engine: { wake: () => wakes++ },
    },
    deps: { world: { clock }, logger: new RecordingLogger() },
  } as unknown as SessionContext;
  const stop = new AbortController();
  const running = watchSignsOfLife(context, stop.signal);
  await clock.untilSleeping();
  await act(clock, events, () => wakes);
  stop.abort(new Error("enough"));
  await running;
}

async function beat(clock: FakeClock): Promise<void> {
  await clock.advanceToNext();
  await clock.untilSleeping();
}

Deno.test("watchSignsOfLife() has all peers tried after a waking, and once more when one is lost soon after", () =>
  watching(async (clock, events, tried) => {
    events.emit(GONE);
    await beat(clock);
    assert.equal(tried(), 0, "a peer that leaves is no sign of life");
    clock.jumpTo(clock.now() + 3_600_000);
    await beat(clock);
    assert.equal(tried(), 1);
    // The other side gave the connection up while we slept, which a round just after shows only now.
    events.emit(GONE);
    assert.equal(tried(), 2);
    for (let i = 0; i < 5; i++) await beat(clock);
    events.emit(GONE);
    assert.equal(tried(), 3, "it is the silence that shows it in the end");
    await beat(clock);
    events.emit(GONE);
    assert.equal(tried(), 3, "all connections are sure again");
  }));
