import assert from "node:assert/strict";
import { factsOf } from "../../../../src/named/item.ts";
import { IncidentWatch } from "../../../../src/app/daemon/watch/incident_watch.ts";
import type { Namesake } from "../../../../src/app/session/namesakes.ts";
import type { Entry } from "../../../../src/history/entry.ts";
import { type History, openHistory } from "../../../../src/store/file/open_history.ts";
import { INCIDENT_DAYS } from "../../../../src/store/log/incidents.ts";
import type { PeerId } from "../../../../src/swarm/peer.ts";
import { noPulls } from "../../../../src/sync/report.ts";
import { makeEntries } from "../../../fakes/entries.ts";
import { FakeWorld } from "../../../fakes/fake_world.ts";
import { RecordingLogger } from "../../../fakes/recording_logger.ts";

const PEER = "peer" as PeerId;

interface Watching extends Disposable {
  readonly history: History;
  readonly watch: IncidentWatch;
  readonly told: () => unknown[];
  readonly logger: RecordingLogger;
}

/** A watch over the history of `laptop`, and what it has written down. */
function watching(
  world: FakeWorld,
  compares = true,
  namesakes: readonly Namesake[] = [],
  deviceId = "laptop",
): Watching {
  const logger = new RecordingLogger();
  const history = openHistory(`${world.home}/history.db`, world);
  const { incidents } = history;
  const watch = new IncidentWatch({
    incidents,
    logger,
    self: "self",
    swarmKey: "key",
    deviceId,
    hostname: "laptop.lan",
    namesakes: () => namesakes,
    nameOf: () => "desktop",
    compares: () => compares,
  });
  const told = (): unknown[] =>
    incidents.recent().map((
      { kind, count, name, healedUnix },
    ) => [kind, count, name, healedUnix !== undefined]);
  return { history, watch, told, logger, [Symbol.dispose]: () => history[Symbol.dispose]() };
}

function received(entries: readonly Entry[]): Parameters<IncidentWatch["note"]>[0] {
  const gained = entries.map((entry) => factsOf({ entry }));
  return { type: "received", peer: PEER, received: gained.length, gained, live: false };
}

function own(count: number): Entry[] {
  return makeEntries(count).map((entry) => ({ ...entry, deviceId: "laptop" }) as Entry);
}

Deno.test("IncidentWatch counts up own commands that come back, and heals once a peer is equal", () => {
  using world = new FakeWorld();
  using at = watching(world);
  const others = own(5).map((entry) => ({ ...entry, deviceId: "desktop" }) as Entry);
  at.watch.note(received(others));
  assert.deepEqual(at.told(), [], "commands of others are what syncing is for");
  at.watch.note(received(own(3)));
  at.watch.note(received(own(2)));
  assert.deepEqual(at.told(), [["returned", 5, "", false]]);
  at.watch.note({ type: "equal", peer: PEER, name: "" });
  assert.deepEqual(at.told(), [["returned", 5, "", true]]);
  assert.equal(at.history.incidents.syncedKey(), "key");
  world.clock.jumpTo(world.clock.now() + (INCIDENT_DAYS + 1) * 86_400_000);
  assert.deepEqual(at.told(), [], "told of for some days only");
});

Deno.test("IncidentWatch takes what a prune had removed for no loss", () => {
  using world = new FakeWorld();
  using at = watching(world);
  const [newest] = own(1);
  at.history.log.append([newest!]);
  world.clock.jumpTo(newest!.startedAtMs + 86_400_000);
  const beforeUnix = Math.floor(newest!.startedAtMs / 1000) + 1;
  at.history.removal.prune({ beforeUnix, deviceId: "laptop" as Entry["deviceId"] });
  at.watch.note(received([newest!]));
  assert.deepEqual(at.told(), []);
  at.watch.note(received([{ ...newest!, startedAtMs: (beforeUnix + 1) * 1000 } as Entry]));
  assert.deepEqual(at.told(), [["returned", 1, "", false]]);
});

Deno.test("IncidentWatch tells of histories of others, of contradictions and of copied identities", () => {
  using world = new FakeWorld();
  using at = watching(world, false);
  at.watch.observe({ type: "log-replaced", peer: PEER, cursor: 7 });
  at.watch.note({ type: "contradiction", peer: PEER, level: 1 });
  const twin = { type: "twin", directory: "d", deviceId: "clone", addrs: ["a"] } as const;
  at.watch.observe({ ...twin, hostname: "clone-host", isNew: true });
  at.watch.observe({ ...twin, hostname: "clone-host", isNew: false });
  assert.deepEqual(at.told(), [
    ["cloned", 0, "clone-host", false],
    ["contradiction", 0, "desktop", false],
    ["peer-replaced", 0, "desktop", false],
  ]);
  // Version 1 cannot tell that two are equal: following a log to its end is as much as can be known.
  const pulled = { type: "pulled", route: "direct", totals: noPulls() } as const;
  at.watch.observe({ ...pulled, peer: "other" as PeerId });
  assert.deepEqual(
    at.told().at(-1),
    ["peer-replaced", 0, "desktop", false],
    "that was another one",
  );
  at.watch.observe({ ...pulled, peer: PEER });
  assert.deepEqual(at.told().map((one) => (one as unknown[])[3]), [false, true, true]);
});

Deno.test("IncidentWatch takes commands of a namesake for no loss, also where its name is learnt later", () => {
  using world = new FakeWorld();
  const namesakes: Namesake[] = [];
  using at = watching(world, true, namesakes);
  at.watch.note(received(own(3)));
  assert.deepEqual(at.told(), [["returned", 3, "", false]]);
  namesakes.push({ peer: PEER, hostname: "laptop.lan" });
  at.watch.note(received(own(2)));
  assert.deepEqual(at.told(), [["namesake", 5, "laptop", false]]);
  at.watch.note({ type: "equal", peer: PEER, name: "" });
  assert.deepEqual(at.told(), [["namesake", 5, "laptop", false]], "being equal does not part them");
  const said = at.logger.events;
  assert.equal(said.length, 1, "said once");
  assert.match(JSON.stringify(said), /rr config set device_id <name>.*"other":"peer"/);
  const { incidents } = at.history;
  const logger = new RecordingLogger();
  const rest = { self: "self", swarmKey: "key", nameOf: String, compares: () => true };
  const now = { namesakes: () => [], hostname: "", deviceId: "notebook" };
  new IncidentWatch({ incidents, logger, ...rest, ...now });
  assert.deepEqual(at.told(), [["namesake", 5, "laptop", true]], "it has a name of its own now");
});
