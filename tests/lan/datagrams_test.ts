import assert from "node:assert/strict";
import { BEACON_BYTES } from "../../src/lan/beacon.ts";
import { bindDatagrams, createDatagramSocket } from "../../src/lan/datagrams.ts";

Deno.test("createDatagramSocket() takes a beacon whole, and of what is larger no more than it needs to refuse it", async () => {
  const receiver = createDatagramSocket(4);
  const sender = createDatagramSocket(4);
  try {
    const sizes: number[] = [];
    const { promise: both, resolve } = Promise.withResolvers<void>();
    receiver.on("message", (datagram) => {
      if (sizes.push(datagram.length) === 2) resolve();
    });
    await bindDatagrams(receiver, 0);
    const { port } = receiver.address();
    for (const size of [BEACON_BYTES, 10_000]) {
      await new Promise((sent) => sender.send(new Uint8Array(size), port, "127.0.0.1", sent));
    }
    await both;
    assert.equal(sizes[0], BEACON_BYTES);
    assert.ok(sizes[1]! > BEACON_BYTES, "a part of a large one must not look like a beacon");
    assert.ok(sizes[1]! < 1_000, `memory for each datagram: ${sizes[1]}`);
  } finally {
    receiver.close();
    sender.close();
  }
});
