import type { Stream } from "@libp2p/interface";
import assert from "node:assert/strict";
import { MessageReader } from "../../../src/net/exchange/stream_message.ts";
import { encodePullRequest } from "../../../src/wire/codec.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { nodeTest, recordOf, until } from "../_lab.ts";

const NEVER = new AbortController().signal;
const ASKED = 8;

nodeTest(
  "servePeers() makes two answers ahead for a peer that asks for many and reads none",
  async (lab) => {
    const entries = makeEntries(8, { command: "x".repeat(256 * 1_024) });
    const service = new ScriptedService();
    let [made, read, mostAhead] = [0, 0, 0];
    service.pull = () => {
      mostAhead = Math.max(mostAhead, ++made - read);
      return Promise.resolve({ entries, nextCursor: 1 });
    };
    const server = await lab.server(service);
    const client = await lab.node({ listen: [] });
    await lab.dialer(client).connect(recordOf(server, server.addresses()));
    const [connection] = client.libp2p.getConnections();
    const ask = async (): Promise<{ stream: Stream; reader: MessageReader }> => {
      const stream = await connection!.newStream("/rustory/sync-pull/1.0.0");
      const reader = new MessageReader(stream, { mostBytes: 4 << 20 });
      stream.pause();
      stream.send(encodePullRequest({ cursor: 0, limit: 8 }, false));
      await stream.close();
      return { stream, reader };
    };
    const answers = [];
    while (answers.length < ASKED) answers.push(await ask()); // in the order in which they are answered
    for (const { stream, reader } of answers) {
      await until(() => made >= Math.min(read + 2, ASKED), "the next answers are made");
      stream.resume();
      assert.ok((await reader.read(NEVER)).length > 2 << 20);
      read++;
    }
    assert.equal(made, ASKED);
    // The one that is being read has left already.
    assert.ok(mostAhead <= 3, `${mostAhead} ahead`);
  },
);
