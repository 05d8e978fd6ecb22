import assert from "node:assert/strict";
import { StatusKeeper } from "../../../../src/app/daemon/status/status_keeper.ts";
import type { DaemonConfig } from "../../../../src/app/daemon/daemon_config.ts";
import type { SyncSession } from "../../../../src/app/session/session.ts";
import { RrError } from "../../../../src/base/rr_error.ts";
import { openHistory } from "../../../../src/store/file/open_history.ts";
import type { PeerId } from "../../../../src/swarm/peer.ts";
import { noPulls } from "../../../../src/sync/report.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";

const CONFIG = {
  dbPath: "/x/history.db",
  mode: "watch",
  push: true,
  intervalMs: 60_000,
  network: { deviceId: "laptop", userId: "kim", hostname: "host" },
} as unknown as DaemonConfig;

/** A session of which only its peers are looked at. */
function sessionWith(peers: readonly PeerId[]): SyncSession {
  const status = (peer: PeerId): object => ({ peer, failures: 0, retryInMs: 0 });
  return { engine: { peers: () => peers.map(status) }, trackers: [] } as unknown as SyncSession;
}

Deno.test("StatusKeeper tells of each peer when it was synced and what went wrong last", () => {
  using world = new FakeWorld();
  using history = openHistory(":memory:", world);
  const keeper = new StatusKeeper(world.clock);
  const [a, b] = ["a" as PeerId, "b" as PeerId];
  const totals = { ...noPulls(), inserted: 2 };
  keeper.observe({ type: "pulled", peer: a, route: "direct", totals });
  keeper.observe({ type: "pull-failed", peer: b, totals: noPulls(), error: new Error("refused") });
  const [first, second] = keeper.view(CONFIG, history, sessionWith([a, b])).peers;
  const now = Math.floor(world.clock.now() / 1000);
  assert.deepEqual([first!.last_sync_unix, first!.last_error], [now, null]);
  assert.deepEqual([second!.last_sync_unix, second!.last_error], [null, "refused"]);
  assert.equal(keeper.received, 2);
});

Deno.test("StatusKeeper forgets the oldest of the peers that a directory invents", () => {
  using world = new FakeWorld();
  using history = openHistory(":memory:", world);
  const keeper = new StatusKeeper(world.clock);
  const error = new Error("nobody there");
  for (let i = 0; i < 1_500; i++) {
    keeper.observe({ type: "pull-failed", peer: `p${i}` as PeerId, totals: noPulls(), error });
  }
  const peers = ["p0", "p499", "p500", "p1499"].map((peer) => peer as PeerId);
  const errors = keeper.view(CONFIG, history, sessionWith(peers)).peers.map((one) =>
    one.last_error
  );
  assert.deepEqual(errors, [null, null, "nobody there", "nobody there"]);
});

Deno.test("StatusKeeper tells of a tracker whether it has answered, and what it said last", () => {
  using world = new FakeWorld();
  using history = openHistory(":memory:", world);
  const keeper = new StatusKeeper(world.clock);
  const name = "http://hub:8850";
  const session = { engine: { peers: () => [] }, trackers: [{ name, others: 0 }] };
  const tracker = (): unknown =>
    keeper.view(CONFIG, history, session as unknown as SyncSession).trackers[0];
  assert.deepEqual(tracker(), { url: name, error: null, answered: false, others: 0 });
  keeper.observe({ type: "directory-failed", name, error: new Error("refused") });
  assert.deepEqual(tracker(), { url: name, error: "refused", answered: false, others: 0 });
  keeper.observe({ type: "directory-recovered", name });
  keeper.observe({ type: "directory-answered", name });
  assert.deepEqual(tracker(), { url: name, error: null, answered: true, others: 0 });
});

Deno.test("StatusKeeper tells first that nothing can be stored", () => {
  using world = new FakeWorld();
  using history = openHistory(":memory:", world);
  const keeper = new StatusKeeper(world.clock);
  keeper.settingsProblem("config", "The config cannot be read");
  history.trouble.failed("process", new RrError("io", "The disk is full"));
  const problems = (): readonly string[] => keeper.view(CONFIG, history, sessionWith([])).problems;
  assert.deepEqual(problems(), [
    "The disk is full; nothing new is stored until that is put right",
    "The config cannot be read",
  ]);
  history.trouble.worked("process");
  assert.deepEqual(problems(), ["The config cannot be read"]);
});
