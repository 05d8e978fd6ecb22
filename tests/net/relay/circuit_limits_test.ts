/** What passes through a relay that limits its circuits. */
import assert from "node:assert/strict";
import type { Relay } from "../../../src/net/relay/relay.ts";
import type { LinkError, PeerLink } from "../../../src/sync/ports.ts";
import type { PullReply, PullRequest } from "../../../src/swarm/messages.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { makeEntries, makeEntry } from "../../fakes/entries.ts";
import { type Lab, nodeTest, recordOf } from "../_lab.ts";
import { pairOn, REQUEST } from "./_relay.ts";

nodeTest("startRelay() carries far more than 128 KiB by default", async (lab) => {
  const { link, entries } = await relayedLink(lab, await lab.relay());
  const reply = await link.pull(REQUEST);
  assert.deepEqual(reply.entries, entries);
});

// Text that hardly gets smaller.
function noise(chars: number): string {
  const uuids = Array.from({ length: Math.ceil(chars / 36) }, () => crypto.randomUUID());
  return uuids.join("").slice(0, chars);
}

nodeTest(
  "a push that no limited circuit carries is refused here, and leaves the circuit alone",
  async (lab) => {
    const { server, client } = await pairOn(lab, await lab.relay({ circuitBytes: 128 * 1024 }));
    const link = await lab.dialer(client).connect(recordOf(server, []));
    const large = makeEntries(1, { command: noise(300_000) });
    await assert.rejects(link.push(large), (error: LinkError) => error.code === "too-large-here");
    assert.equal((await link.push(makeEntries(2))).inserted, 2);
    assert.equal(link.closed.aborted, false);
  },
);

nodeTest("a push that what is left of a circuit cannot carry gets a new circuit", async (lab) => {
  const { server, client } = await pairOn(lab, await lab.relay({ circuitBytes: 128 * 1024 }));
  const dialer = lab.dialer(client);
  const entries = makeEntries(4, { command: noise(100_000) });
  let circuits = 0;
  for (const [i, entry] of entries.entries()) {
    for (;;) {
      const link = await dialer.connect(recordOf(server, []));
      try {
        await link.push([{ ...entry, command: noise(100_000) }]);
        break;
      } catch (error) {
        assert.equal((error as LinkError).code, "closed", `entry ${i}`);
        assert.ok(++circuits < 10);
      }
    }
  }
  assert.ok(circuits <= 4, `${circuits} new circuits for four pushes of 50 KiB`);
});

nodeTest("answers over a limited circuit fit into it, all of a log comes through", async (lab) => {
  const service = new LogService(
    Array.from({ length: 600 }, (_, i) => i === 300 ? noise(400_000) : noise(600)),
  );
  const relay = await lab.relay({ circuitBytes: 128 * 1024 });
  const { server, client } = await pairOn(lab, relay, service);
  const dialer = lab.dialer(client);
  const got: string[] = [];
  let circuits = 1;
  for (let cursor = 0;;) {
    const link = await dialer.connect(recordOf(server, []));
    try {
      // As the original asks, whatever the connection is.
      const { entries, nextCursor } = await link.pull({ cursor, limit: 1000 });
      if (nextCursor === null) break;
      got.push(...entries.map((entry) => entry.command));
      cursor = nextCursor;
    } catch (error) {
      assert.equal((error as LinkError).code, "closed");
      assert.ok(++circuits < 12, `${got.length} after ${circuits} circuits`);
    }
  }
  const fitting = service.commands.filter((command) => command.length < 1000);
  assert.deepEqual(got, fitting);
});

nodeTest("a small request passes a relay with limits", async (lab) => {
  const relay = await lab.relay({ circuitBytes: 128 * 1024, circuitSeconds: 120 });
  const { server, client } = await pairOn(lab, relay);
  const link = await lab.dialer(client).connect(recordOf(server, []));
  assert.equal((await link.pull(REQUEST)).nextCursor, null);
  assert.equal((await link.push(makeEntries(2))).inserted, 2);
});

nodeTest("a circuit that reaches its time limit is closed", async (lab) => {
  const { server, client } = await pairOn(lab, await lab.relay({ circuitSeconds: 1 }));
  const link = await lab.dialer(client).connect(recordOf(server, []));
  await new Promise((resolve) => link.closed.addEventListener("abort", resolve));
});

async function relayedLink(
  lab: Lab,
  relay: Relay,
): Promise<{ link: PeerLink; entries: ReturnType<typeof makeEntries> }> {
  // Does not compress to nothing.
  const entries = makeEntries(200).map((entry) => ({
    ...entry,
    command: Array.from({ length: 40 }, () => crypto.randomUUID()).join(" "),
  }));
  const service = new ScriptedService({ entries, nextCursor: 200 });
  const { server, client } = await pairOn(lab, relay, service);
  return { link: await lab.dialer(client).connect(recordOf(server, [])), entries };
}

/** Answers with commands, numbered from 1. */
class LogService extends ScriptedService {
  readonly commands: readonly string[];

  constructor(commands: readonly string[]) {
    super();
    this.commands = commands;
    this.pull = ({ cursor, limit }: PullRequest): Promise<PullReply> => {
      const found = this.commands.slice(cursor, cursor + limit);
      const entries = found.map((command) => makeEntry({ command }));
      const nextCursor = found.length > 0 ? cursor + found.length : null;
      return Promise.resolve({ entries, nextCursor });
    };
  }
}
