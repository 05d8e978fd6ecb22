import type { MessageStream } from "@libp2p/interface";
import { multiaddrConnectionPair } from "@libp2p/utils";
import assert from "node:assert/strict";
import { hardenedPsk, type Heard, type HeardOf } from "../../../src/net/node/psk.ts";
import { MessageReader, writeMessage } from "../../../src/net/exchange/stream_message.ts";
import { nodeTest } from "../_lab.ts";

const KEY = new Uint8Array(32).fill(7);
const FIRST_MEMORY_BYTES = 640 * 1024;
const SLOT_BYTES = 64;
/** A ping of yamux under noise. */
const PING_BYTES = 30;

/** The cipher inside of a protected connection. */
interface Box extends MessageStream {
  readonly inboundXor: {
    readonly _xor: { readonly _pointer: number; readonly _memory: Uint8Array };
  };
  readonly maxMessageSize: number;
}

Deno.test({
  name: "hardenedPsk() hands the ciphers of closed connections back",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const [first] = await protectedPair();
    const start = first.inboundXor._xor._pointer;
    let highest = 0;
    for (let i = 0; i < 400; i++) {
      const [near, far] = await protectedPair();
      const { _pointer, _memory } = near.inboundXor._xor;
      highest = Math.max(highest, _pointer);
      assert.equal(_memory.length, FIRST_MEMORY_BYTES);
      near.abort(new Error("over"));
      far.abort(new Error("over"));
    }
    assert.ok(highest <= start + 8 * SLOT_BYTES, `slot ${highest} after ${start}`);
  },
});

Deno.test({
  name: "hardenedPsk() bounds what is enciphered at once and survives data after the end",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const heardOf: HeardOf = new WeakMap();
    const [near, far] = await protectedPair(heardOf);
    const got = Promise.withResolvers<number>();
    let bytes = 0;
    far.addEventListener("message", (event) => {
      bytes += event.data.byteLength;
      if (bytes === 3_000_000) got.resolve(bytes);
    });
    near.send(new Uint8Array(3_000_000));
    assert.equal(await got.promise, 3_000_000);
    assert.equal(near.inboundXor._xor._memory.length, FIRST_MEMORY_BYTES);
    const late = near.inboundXor;
    near.abort(new Error("over"));
    assert.notEqual(near.inboundXor, late);
    assert.equal(
      (near.inboundXor as unknown as { update(data: Uint8Array): Uint8Array })
        .update(new Uint8Array(10)).length,
      0,
    );
  },
});

Deno.test({
  name: "hardenedPsk() tells what was said and not answered, pings and their answers apart",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const all: Heard[] = [];
    const heardOf: HeardOf = new WeakMap();
    const keep: HeardOf = {
      get: (key) => heardOf.get(key),
      set: (_, heard) => (all.push(heard), keep),
    } as HeardOf;
    const [near, far] = await protectedPair(keep);
    const heardBy = (box: Box) =>
      new Promise((done) => box.addEventListener("message", done, { once: true }));
    const unanswered = () => all.flatMap(({ said }) => said === undefined ? [] : [said.bytes]);
    const send = async (from: Box, to: Box, bytes: number): Promise<void> => {
      const heard = heardBy(to);
      from.send(new Uint8Array(bytes));
      await heard;
    };
    // The handshake was said, and nothing heard since it.
    await send(near, far, PING_BYTES);
    await send(far, near, PING_BYTES);
    assert.deepEqual(unanswered(), []);
    await send(near, far, 200);
    await send(near, far, 100);
    assert.deepEqual(unanswered(), [300]);
    await send(far, near, PING_BYTES);
    assert.deepEqual(unanswered(), []);
    near.abort(new Error("over"));
    far.abort(new Error("over"));
  },
});

nodeTest("a stream carries more than 64 MiB under the swarm key", async (lab) => {
  const size = 70 << 20;
  const server = await lab.node();
  const received = Promise.withResolvers<Uint8Array>();
  const never = new AbortController().signal;
  await server.libp2p.handle("/test/bulk", (stream) => {
    received.resolve(new MessageReader(stream, { mostBytes: size }).read(never));
  });
  const client = await lab.node({ listen: [] });
  const connection = await client.libp2p.dial(server.libp2p.getMultiaddrs());
  const stream = await connection.newStream("/test/bulk");
  const message = new Uint8Array(size);
  for (let i = 0; i < size; i += 4096) message[i] = i >> 12;
  await writeMessage(stream, message, never, () => {});
  const copy = await received.promise;
  assert.equal(copy.length, size);
  for (let i = 0; i < size; i += 4096) {
    if (copy[i] !== message[i]) assert.fail(`byte ${i} differs`);
  }
});

async function protectedPair(heardOf: HeardOf = new WeakMap()): Promise<[Box, Box]> {
  const protector = hardenedPsk(KEY, heardOf, () => 0)();
  const ends = multiaddrConnectionPair();
  const boxes = await Promise.all(ends.map((end) => protector.protect(end)));
  return boxes as unknown as [Box, Box];
}
