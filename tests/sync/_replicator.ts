/** A replicator over streams that the test holds the other end of. */
import { yieldToLoop } from "../../src/base/async/yield_to_loop.ts";
import type { Note } from "../../src/named/effects.ts";
import type { ControlFrame, ExchangeFrame, Frame } from "../../src/named/frames.ts";
import { HASH_NAME } from "../../src/named/hash.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import type {
  BatchWriter,
  FrameAcceptor,
  FrameNet,
  FrameStream,
  FrameStreamEvents,
  ReceivedFrame,
} from "../../src/sync/ports.ts";
import type { PinBook } from "../../src/sync/replica/deps.ts";
import { Replicator } from "../../src/sync/replica/replicator.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryItems } from "../fakes/memory_items.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

export const SELF = "self" as PeerId;
export const PEER = "peer" as PeerId;
export const HELLO: ControlFrame = {
  type: "hello",
  store: "t",
  floor: 0,
  bases: [],
  hash: HASH_NAME,
  user: "kim",
  app: "rr",
};

/** Lets what is under way go on. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await yieldToLoop();
}

/** A replicator that runs. */
export async function started(
  store = new MemoryItems(),
  notes: Note[] = [],
  openWriter?: () => Promise<BatchWriter>,
  pins?: PinBook,
): Promise<Started> {
  const [net, clock] = [new OtherEnd(), new FakeClock()];
  const replicator = new Replicator({
    self: SELF,
    userId: "kim",
    deviceId: "laptop",
    app: "rr",
    store,
    pins,
    openWriter,
    net,
    clock,
    random: seededRandom(1),
    logger: new RecordingLogger(),
    onNote: (note) => notes.push(note),
  });
  await replicator.start();
  const dispose = (): Promise<void> => replicator[Symbol.asyncDispose]();
  return { store, net, clock, replicator, [Symbol.asyncDispose]: dispose };
}

export interface Started extends AsyncDisposable {
  readonly store: MemoryItems;
  readonly net: OtherEnd;
  readonly clock: FakeClock;
  readonly replicator: Replicator;
}

type Closing = Pick<FrameStreamEvents<never>, "onClose">;

export class FakeStream<F extends Frame> implements FrameStream<F> {
  readonly peer: PeerId;
  queued = 0;
  isClosed = false;
  readonly sent: F[] = [];
  readonly #events: Closing | undefined;

  constructor(events?: Closing, peer: PeerId = PEER) {
    this.#events = events;
    this.peer = peer;
  }

  send(frame: F): boolean {
    this.sent.push(frame);
    return true;
  }
  close(): void {
    this.isClosed = true;
  }
  abort(reason: Error): void {
    this.#events?.onClose(reason);
  }
  pause(): void {}
  resume(): void {}
}

class OtherEnd implements FrameNet {
  acceptor: FrameAcceptor | undefined;
  exchange: FrameStreamEvents<ReceivedFrame> | undefined;
  opened: FakeStream<ControlFrame> | undefined;

  identified(): Promise<void> {
    return Promise.resolve();
  }
  speaks(): boolean {
    return true;
  }
  openControl(): Promise<FrameStream<ControlFrame>> {
    this.opened = new FakeStream<ControlFrame>();
    return Promise.resolve(this.opened);
  }
  openExchange(
    _beside: FrameStream<ControlFrame>,
    events: FrameStreamEvents<ReceivedFrame>,
  ): Promise<FrameStream<ExchangeFrame>> {
    this.exchange = events;
    return Promise.resolve(new FakeStream(events));
  }
  accept(acceptor: FrameAcceptor): Promise<AsyncDisposable> {
    this.acceptor = acceptor;
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
  }
}
