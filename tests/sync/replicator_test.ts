/** The replicator over streams that the test holds the other end of. */
import assert from "node:assert/strict";
import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import { RrError } from "../../src/base/rr_error.ts";
import type { Note } from "../../src/named/effects.ts";
import type { ControlFrame, ExchangeFrame, Frame } from "../../src/named/frames.ts";
import { HASH_NAME } from "../../src/named/hash.ts";
import type { Item } from "../../src/named/item.ts";
import type { Applied } from "../../src/named/store.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import type {
  FrameAcceptor,
  FrameNet,
  FrameStream,
  FrameStreamEvents,
} from "../../src/sync/ports.ts";
import { Replicator } from "../../src/sync/replica/replicator.ts";
import { makeEntries } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryItems } from "../fakes/memory_items.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

const SELF = "self" as PeerId;
const PEER = "peer" as PeerId;

Deno.test("Replicator takes nothing of an exchange for complete of which a batch could not be stored", async () => {
  const items = makeEntries(4).map((entry) => ({ entry }));
  const theirs = new MemoryItems();
  theirs.apply(items);
  const name = theirs.name(0);
  const store = new FullOnce();
  const notes: Note[] = [];
  const net = new OtherEnd();
  const clock = new FakeClock();
  await using replicator = new Replicator({
    self: SELF,
    userId: "kim",
    deviceId: "laptop",
    app: "rr",
    store,
    net,
    clock,
    random: seededRandom(1),
    logger: new RecordingLogger(),
    onNote: (note) => notes.push(note),
  });
  await replicator.start();
  const control = net.acceptor!.control(new FakeStream<ControlFrame>());
  const hello = { type: "hello", store: "t", floor: 0, bases: [], hash: HASH_NAME } as const;
  control.onFrame({ ...hello, user: "kim", app: "rr" });
  control.onFrame({ type: "tick", floor: 0, name, cost: 4 });
  while (net.exchange === undefined) await clock.advance(100);

  // All of it has arrived before a part of it cannot be stored.
  for (const item of items) net.exchange.onFrame({ type: "batch", items: [item] });
  net.exchange.onFrame({ type: "end", name, sent: 4 });
  for (let turn = 0; turn < 20; turn++) await yieldToLoop();
  assert.ok(store.parts >= 2);
  // The peer has all that is here, and what it has is not: that is a need, and nobody has lied.
  control.onFrame({ type: "tick", floor: 0, name, ack: store.name(0), cost: 4 });
  for (let turn = 0; turn < 20; turn++) await yieldToLoop();
  assert.deepEqual(notes.filter(({ type }) => type === "contradiction"), []);
});

/** Has no room for the second part that is to be taken in. */
class FullOnce extends MemoryItems {
  parts = 0;

  override apply(items: readonly Item[]): Applied {
    if (++this.parts === 2) throw new RrError("database", "the disk is full");
    return super.apply(items);
  }
}

class FakeStream<F extends Frame> implements FrameStream<F> {
  readonly peer = PEER;
  readonly queued = 0;
  readonly #events: FrameStreamEvents<F> | undefined;

  constructor(events?: FrameStreamEvents<F>) {
    this.#events = events;
  }

  send(): boolean {
    return true;
  }
  close(): void {}
  abort(reason: Error): void {
    this.#events?.onClose(reason);
  }
  pause(): void {}
  resume(): void {}
}

class OtherEnd implements FrameNet {
  acceptor: FrameAcceptor | undefined;
  exchange: FrameStreamEvents<ExchangeFrame> | undefined;

  identified(): Promise<void> {
    return Promise.resolve();
  }
  speaks(): boolean {
    return true;
  }
  openControl(): Promise<FrameStream<ControlFrame>> {
    return Promise.resolve(new FakeStream<ControlFrame>());
  }
  openExchange(
    _beside: FrameStream<ControlFrame>,
    events: FrameStreamEvents<ExchangeFrame>,
  ): Promise<FrameStream<ExchangeFrame>> {
    this.exchange = events;
    return Promise.resolve(new FakeStream(events));
  }
  accept(acceptor: FrameAcceptor): Promise<AsyncDisposable> {
    this.acceptor = acceptor;
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
  }
}
