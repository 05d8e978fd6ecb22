import type { MessageStream } from "@libp2p/interface";
import assert from "node:assert/strict";
import type { Node } from "../../../src/net/node/node.ts";
import { type Lab, nodeTest, recordOf, until } from "../_lab.ts";
import { frame, frames, SYN, TYPE } from "./_frames.ts";

/** A peer that speaks below the library, to one that does not. */
class Rude {
  readonly #line: MessageStream;
  readonly #to: Node;

  constructor(from: Node, to: Node) {
    const [connection] = from.libp2p.getConnections();
    this.#line = (connection as unknown as { muxer: { maConn: MessageStream } }).muxer.maConn;
    this.#to = to;
  }

  get isConnected(): boolean {
    return this.#to.libp2p.getConnections().length > 0;
  }

  /** Sends in one piece, for the library sends frames of its own in between; resolves when there is room. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#line.status !== "open" || this.#line.send(bytes)) return;
    await until(() => !this.#line.writableNeedsDrain || this.#line.status !== "open", "it drains");
  }
}

async function connected(lab: Lab): Promise<Rude> {
  const to = await lab.server();
  const from = await lab.node({ listen: [] });
  let isKnown = false;
  to.libp2p.addEventListener("peer:identify", () => void (isKnown = true));
  await lab.dialer(from).connect(recordOf(to, to.addresses()));
  await until(() => isKnown, "the peer is known");
  return new Rude(from, to);
}

async function untilEnded(lab: Lab, rude: Rude, why: RegExp): Promise<void> {
  await until(() => !rude.isConnected, "the connection ends");
  const [told, ...more] = lab.logger.matching("asked too much");
  assert.match(String(told?.fields["error"]), why);
  assert.ok(told?.fields["peer"], "it is said which peer it was");
  assert.deepEqual(more, []);
}

nodeTest("a peer that opens one stream after the other loses its connection", async (lab) => {
  const rude = await connected(lab);
  await rude.send(frames(2_000, (i) => frame(TYPE.window, SYN, 1_001 + 2 * i)));
  await untilEnded(lab, rude, /new streams/);
});

nodeTest("a frame that is said to be huge is not waited for", async (lab) => {
  const rude = await connected(lab);
  const header = frame(TYPE.window, SYN, 1_001, 0xffff_ffff);
  header[1] = TYPE.data;
  await rude.send(header);
  await untilEnded(lab, rude, /4294967295 bytes/);
});

nodeTest("a stream on which one unknown protocol after the other is named ends", async (lab) => {
  const to = await lab.server();
  const from = await lab.node({ listen: [] });
  await lab.dialer(from).connect(recordOf(to, to.addresses()));
  const names = Array.from({ length: 33 }, (_, i) => `/unknown/${i}`);
  const [connection] = from.libp2p.getConnections();
  await assert.rejects(connection!.newStream(names), { name: "StreamResetError" });
  const some = [...names.slice(0, 20), "/ipfs/ping/1.0.0"];
  assert.equal((await connection!.newStream(some)).protocol, "/ipfs/ping/1.0.0");
});
