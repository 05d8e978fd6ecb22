import assert from "node:assert/strict";
import {
  checkSession,
  openSession,
  type SessionOptions,
} from "../../../src/app/session/session.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const NAMES = { deviceId: "laptop", userId: "kim", hostname: "host" };
const RELAY = "/ip4/192.0.2.1/tcp/4001";

Deno.test({
  name: "openSession() skips a peer that is named with a slip, says so, and syncs with the others",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const deps = { clock: systemClock(), random: systemRandom(), logger: new RecordingLogger() };
    const swarmKey = deps.random.bytes(32);
    const options = async (): Promise<SessionOptions> => ({
      ...NAMES,
      swarmKey,
      identity: await createIdentity(),
      listen: ["/ip4/127.0.0.1/tcp/0"],
    });
    using full = openHistory(":memory:", { ...deps, files: denoFiles() });
    using empty = openHistory(":memory:", { ...deps, files: denoFiles() });
    full.log.append(makeEntries(3));
    await using server = await openSession(await options(), { ...deps, history: full });
    const [addr] = server.node.listening();
    const peers = ["/ip4/127.0.0.1/tcp/1", `${addr} `, "12D3KooWx", addr!.slice(0, -1)];
    await using client = await openSession({ ...await options(), peers }, {
      ...deps,
      history: empty,
    });
    const report = await client.engine.runRound();
    assert.equal(report.error, undefined);
    assert.equal(report.peers.length, 1);
    assert.equal(empty.log.count(), 3);
    const skipped = deps.logger.matching("Skipping a peer").map(({ fields }) => fields.addr);
    assert.deepEqual(skipped, [peers[0], peers[2], peers[3]]);
  },
});

Deno.test("checkSession() refuses what no session can be opened with, without repeating secrets", () => {
  checkSession({ ...NAMES, trackers: ["http://192.0.2.1:1"], peers: ["nonsense"] });
  const wrong = [
    { relays: [RELAY] },
    { relays: [`${RELAY}/p2p/12D3KooWx`] },
    { trackers: ["user:secret@192.0.2.1"] },
    { trackers: ["ftp://user:secret@192.0.2.1"] },
    { trackers: ["http://192.0.2.1:1"], trackerToken: "secret\n" + "secret" },
  ];
  for (const options of wrong) {
    assert.throws(() => checkSession({ ...NAMES, ...options }), (error: RrError) => {
      assert.ok(error instanceof RrError && error.code === "config" && error.hint !== undefined);
      assert.doesNotMatch(error.message + error.hint, /secret/);
      return true;
    });
  }
});
