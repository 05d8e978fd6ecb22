import assert from "node:assert/strict";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { nodeTest, recordOf } from "../_lab.ts";

nodeTest(
  "servePeers() makes a few answers in a turn of the loop, however many wait",
  async (lab) => {
    const service = new ScriptedService();
    let [now, most] = [0, 0];
    service.pull = () => {
      most = Math.max(most, ++now);
      return Promise.resolve({ entries: [], nextCursor: null });
    };
    const server = await lab.server(service);
    const client = await lab.node({ listen: [] });
    const link = await lab.dialer(client).connect(recordOf(server, server.addresses()));
    let over = false;
    const turns = (): void => {
      now = 0;
      if (!over) setImmediate(turns);
    };
    turns();
    await Promise.all(Array.from({ length: 24 }, () => link.pull({ cursor: 0, limit: 1 })));
    over = true;
    assert.ok(most <= 4, `${most} in one turn`);
  },
);
