import type { Stream } from "@libp2p/interface";
import assert from "node:assert/strict";
import { yieldToLoop } from "../../../src/base/async/yield_to_loop.ts";
import type { Batch } from "../../../src/named/frames.ts";
import { Libp2pFrameStream } from "../../../src/net/exchange/frame_stream.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { decodeExchange, encodeFrames } from "../../../src/wire/v2/codec.ts";
import { makeEntry } from "../../fakes/entries.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";

const PEER = "12D3KooWtest" as PeerId;
const CODEC = { encode: encodeFrames, decode: decodeExchange };
Deno.test("a frame stream hands nothing over while it is paused, and all of it in order afterwards", () => {
  const { own, frames, send, stream } = begin();
  own.pause();
  assert.equal(stream.readStatus, "paused");
  for (let i = 0; i < 3; i++) send(small(i));
  assert.deepEqual(frames, []);
  stream.held.push(...encodeFrames(small(3)));
  own.resume();
  assert.deepEqual(frames, ["small 0", "small 1", "small 2", "small 3"]);
  assert.equal(stream.readStatus, "readable");
});

Deno.test("a frame stream decodes large frames one in a turn of the event loop", async () => {
  const { frames, send, stream, inOneTurn } = begin();
  send(large(0), large(1), large(2));
  assert.deepEqual(frames, ["large 0"]);
  assert.equal(stream.readStatus, "paused", "what has come is held, and no more");
  await until(() => stream.readStatus === "readable");
  assert.deepEqual(frames, ["large 0", "large 1", "large 2"]);
  assert.equal(inOneTurn(), 1);
});

Deno.test("a frame stream that has enough to go through when it reads on gives the sender no room", async () => {
  const { own, frames, stream } = begin();
  own.pause();
  stream.held.push(...encodeFrames(large(0)), ...encodeFrames(large(1)));
  own.resume();
  assert.deepEqual(frames, ["large 0"]);
  assert.deepEqual([stream.readStatus, stream.hasRoom], ["paused", false]);
  await until(() => stream.hasRoom);
  assert.deepEqual(frames, ["large 0", "large 1"]);
  assert.equal(stream.readStatus, "readable");
});

Deno.test("a frame stream tells its end after the last frame, however long that waits", async () => {
  const { own, frames, send, stream } = begin();
  own.pause();
  send(large(0), large(1), small(2));
  stream.dispatchEvent(new Event("close"));
  await yieldToLoop();
  assert.equal(frames.length, 0);
  own.resume();
  await until(() => frames.includes("closed"));
  assert.deepEqual(frames, ["large 0", "large 1", "small 2", "closed"]);
});

Deno.test("a frame stream tells its end where the connection is gone before it reads on", async () => {
  const { frames, send, stream } = begin();
  stream.isCut = true;
  send(large(0), large(1));
  stream.held.push(...encodeFrames(small(2)));
  stream.dispatchEvent(new Event("close"));
  await until(() => frames.includes("closed"));
  assert.deepEqual(frames, ["large 0", "large 1", "small 2", "closed"]);
});

/** What a frame stream uses of a stream. */
class FakeStream extends EventTarget {
  readonly held: Uint8Array[] = [];
  readStatus = "readable";
  isCut = false;
  /** Whether the sender is given room for more. */
  hasRoom = true;
  pause(): void {
    if (this.readStatus === "readable") this.sendPause();
    this.readStatus = "paused";
  }
  sendPause(): void {
    this.hasRoom = false;
  }
  /** What waits comes at once, and the sender is given room after that, as by a real one. */
  resume(): void {
    this.readStatus = "readable";
    const data = this.held.splice(0);
    if (data.length > 0) this.dispatchEvent(Object.assign(new Event("message"), { data }));
    if (this.isCut) throw new Error("Cannot write to a stream that is closed");
    this.hasRoom = true;
  }
}

function begin(): {
  own: Libp2pFrameStream<Batch>;
  stream: FakeStream;
  frames: string[];
  send: (...frames: Batch[]) => void;
  /** The most frames that came in one turn of the event loop. */
  inOneTurn: () => number;
} {
  const stream = new FakeStream();
  const frames: string[] = [];
  let most = 0;
  let now = 0;
  const count = async (): Promise<void> => {
    most = Math.max(most, ++now);
    // All of these are over before the turn is.
    for (let i = 0; i < 100; i++) await Promise.resolve();
    now = 0;
  };
  const own = new Libp2pFrameStream<Batch>(PEER, stream as unknown as Stream, {
    ...CODEC,
    decode: (raw) => CODEC.decode(raw) as Batch | undefined,
  });
  own.listen({
    onFrame: ({ items }) => {
      frames.push(items[0]!.entry!.command.slice(0, 7).trimEnd());
      void count();
    },
    onRoom: () => {},
    onClose: () => frames.push("closed"),
  });
  const send = (...all: Batch[]): void => own.take(all.flatMap((one) => [...encodeFrames(one)]));
  return { own, stream, frames, send, inOneTurn: () => most };
}

/** As many turns as it takes: how long one is depends on the machine. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await yieldToLoop();
}

function small(i: number): Batch {
  return { type: "batch", items: [{ entry: makeEntry({ command: `small ${i}` }) }] };
}

/** What does not get smaller by being compressed. */
function large(i: number): Batch {
  const random = seededRandom(i + 1);
  const noise = Array.from(random.bytes(30_000), (byte) => byte.toString(16)).join("");
  return { type: "batch", items: [{ entry: makeEntry({ command: `large ${i} ${noise}` }) }] };
}
