import type { ConnectionEncrypter } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import assert from "node:assert/strict";
import { hardenedPsk } from "../../../src/net/node/psk.ts";
import { type Lab, nodeTest } from "../_lab.ts";

/** Dials by itself, and names so many encrypters or multiplexers before those that are known. */
async function dial(lab: Lab, unknownEncrypters: number, unknownMuxers: number): Promise<void> {
  const to = await lab.node();
  const makeNoise = noise();
  const node = await createLibp2p({
    transports: [tcp()],
    connectionProtector: hardenedPsk(lab.swarmKey, new WeakMap(), () => Date.now()),
    connectionEncrypters: [...named(unknownEncrypters, "/encrypter"), (components) => {
      const encrypter = makeNoise(components);
      const secure = encrypter.secureOutbound.bind(encrypter);
      // Without it the multiplexer would be agreed on within the handshake.
      encrypter.secureOutbound = (connection, options) =>
        secure(connection, { ...options, skipStreamMuxerNegotiation: true });
      return encrypter;
    }],
    streamMuxers: [...named(unknownMuxers, "/muxer"), yamux()],
  });
  try {
    const connection = await node.dial(multiaddr(to.addresses()[0]!));
    await connection.newStream("/ipfs/ping/1.0.0");
  } finally {
    await node.stop();
  }
}

// deno-lint-ignore no-explicit-any -- never called: their names are all that counts
function named(count: number, prefix: string): (() => any)[] {
  return Array.from(
    { length: count },
    (_, i) => () => ({ protocol: `${prefix}/${i}` }) as unknown as ConnectionEncrypter,
  );
}

nodeTest("a peer may name some encrypters and multiplexers that are unknown", async (lab) => {
  await dial(lab, 20, 20);
});

nodeTest("a peer that names one unknown encrypter after the other is cut off", async (lab) => {
  await assert.rejects(dial(lab, 40, 0));
});

nodeTest("a peer that names one unknown multiplexer after the other is cut off", async (lab) => {
  await assert.rejects(dial(lab, 0, 40));
});
