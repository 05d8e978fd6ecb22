/** What is done once an existing history has been absorbed: a real history, no network. */
import assert from "node:assert/strict";
import { SessionReplication } from "../../../src/app/session/replication.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import type { FrameNet } from "../../../src/sync/ports.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";
import { WORLD } from "./_replication.ts";

Deno.test("protocol 2 begins with the peers that are connected by then, not with the next round", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "rr-absorbing-" });
  const history = openHistory(`${folder}/history.db`, { ...WORLD, files: denoFiles() });
  history.log.append(makeEntries(100));
  const asked = Promise.withResolvers<PeerId>();
  const net: FrameNet = {
    identified: () => Promise.resolve(),
    speaks: () => true,
    openControl: (peer, _events, signal) => {
      asked.resolve(peer);
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
    openExchange: () => assert.fail("there is nobody"),
    accept: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
  const peer = "12D3KooWPeer" as PeerId;
  const names = { self: "12D3KooWSelf" as PeerId, userId: "kim", deviceId: "a" };
  {
    await using _replication = new SessionReplication({
      ...{ ...WORLD, ...names, history, net, logger: new RecordingLogger() },
      dialled: () => [peer],
    });
    assert.equal(await asked.promise, peer);
  }
  history[Symbol.dispose]();
  Deno.removeSync(folder, { recursive: true });
});
