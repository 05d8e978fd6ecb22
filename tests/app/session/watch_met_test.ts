import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../scripts/lab/patience.ts";
import {
  openSession,
  type SessionOptions,
  type SyncSession,
} from "../../../src/app/session/session.ts";
import { watchMet } from "../../../src/app/session/watch_met.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createIdentity } from "../../../src/net/keys/identity.ts";
import { openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const DEPS = { clock: systemClock(), random: systemRandom(), logger: new RecordingLogger() };
const SWARM_KEY = DEPS.random.bytes(32);

for (const [protocols, isOlder] of [[["2"], false], [[], true]] as const) {
  Deno.test({
    name: `watchMet() takes a peer with${isOlder ? "out" : ""} protocol 2 for ${
      isOlder ? "one that looks in the open only" : "one of ours"
    }`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      using histories = new DisposableStack();
      const open = async (options: Partial<SessionOptions>): Promise<SyncSession> => {
        const history = histories.use(openHistory(":memory:", { ...DEPS, files: denoFiles() }));
        const names = { deviceId: "laptop", userId: "kim", hostname: "host" };
        const identity = await createIdentity();
        const all = { ...names, identity, swarmKey: SWARM_KEY, ...options };
        return await openSession(all, { ...DEPS, history });
      };
      await using server = await open({ listen: ["/ip4/127.0.0.1/tcp/0"], protocols: ["2"] });
      using met = watchMet({ protocols: ["2"] }, server.node);
      assert.equal(met.hasOlder(), false);
      await using client = await open({ peers: server.node.listening(), protocols });
      const report = await client.engine.runRound();
      assert.equal(report.error, undefined);
      const deadline = DEPS.clock.monotonic() + PATIENCE_MS;
      while (!met.has(client.node.peer)) {
        assert.ok(DEPS.clock.monotonic() < deadline, "the peer was never met");
        await DEPS.clock.sleep(10);
      }
      assert.equal(met.hasOlder(), isOlder);
    },
  });
}

Deno.test("watchMet() knows of older devices at once where it is told to, or speaks nothing else", () => {
  const node = {
    onEvent: () => ({ [Symbol.dispose]: () => {} }),
  } as unknown as SyncSession["node"];
  using told = watchMet({ inTheOpen: true, protocols: ["2"] }, node);
  using alone = watchMet({ protocols: [] }, node);
  using ours = watchMet({ protocols: ["2"] }, node);
  assert.deepEqual([told, alone, ours].map((one) => one.hasOlder()), [true, true, false]);
});
