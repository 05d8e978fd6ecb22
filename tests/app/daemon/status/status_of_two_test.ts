/** What two daemons say of each other: real nodes on loopback, real files, asked through their sockets. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../../scripts/lab/patience.ts";
import { systemClock } from "../../../../src/base/clock.ts";
import type { DaemonConfig } from "../../../../src/app/daemon/daemon_config.ts";
import type { DaemonStatus } from "../../../../src/app/daemon/status/daemon_status.ts";
import { sentenceOf } from "../../../../src/cli/commands/status/sentence.ts";
import { callControl } from "../../../../src/control/client.ts";
import { controlSocketPath } from "../../../../src/control/socket_path.ts";
import type { DeviceId, Entry } from "../../../../src/history/entry.ts";
import { incidentSentence } from "../../../../src/cli/print/incident_text.ts";
import type { PeerId } from "../../../../src/swarm/peer.ts";
import { openHistory } from "../../../../src/store/file/open_history.ts";
import { openSet } from "../../../../src/store/set/open_set.ts";
import { makeEntries } from "../../../fakes/entries.ts";
import { DaemonLab } from "../../_daemon_lab.ts";
import { lineTo } from "../../../e2e/_lab.ts";

const MANY = 2_000;

function pairTest(name: string, fn: (a: DaemonLab, b: DaemonLab) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using a = new DaemonLab();
      await using b = new DaemonLab();
      await fn(a, b);
    },
  });
}

function ofDevice(deviceId: string, count: number): Entry[] {
  return makeEntries(count).map((entry) => ({ ...entry, deviceId }) as Entry);
}

function fill(lab: DaemonLab, entries: readonly Entry[]): void {
  using history = openHistory(lab.config().dbPath, lab.fake);
  history.log.append(entries);
}

/** Settings of one of two devices of one swarm; `peers` are those that it is told of. */
function settings(
  deviceId: string,
  peers: readonly string[] = [],
): Parameters<DaemonLab["config"]>[0] {
  return { deviceId, userId: "kim", peers, p2pProtocols: ["1", "2"], lanDiscovery: false };
}

async function statusOf(lab: DaemonLab): Promise<DaemonStatus> {
  return await callControl(controlSocketPath(lab.config().dbPath), {
    verb: "status",
  }) as DaemonStatus;
}

async function untilStatus(
  lab: DaemonLab,
  what: string,
  holds: (status: DaemonStatus) => boolean,
): Promise<DaemonStatus> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const status = await statusOf(lab).catch(() => undefined);
    if (status !== undefined && holds(status)) return status;
    if (Date.now() > end) assert.fail(`Cannot see that ${what}: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function start(lab: DaemonLab, config: DaemonConfig, signal?: AbortSignal): Promise<void> {
  return lab.start(() => config, signal);
}

/** Copies the swarm key and tells `b` where `a` listens. */
async function meet(a: DaemonLab, b: DaemonLab): Promise<string[]> {
  const { listening } = await untilStatus(a, "a listens", ({ listening }) => listening.length > 0);
  const { swarmKeyPath } = b.config().keys;
  Deno.mkdirSync(swarmKeyPath.slice(0, swarmKeyPath.lastIndexOf("/")), { recursive: true });
  Deno.copyFileSync(a.config().keys.swarmKeyPath, swarmKeyPath);
  return [...listening];
}

const isEqual = ({ peers }: DaemonStatus): boolean => peers.some(({ equal }) => equal);
/** They may be equal a moment before the round is over in which they became so. */
const isOver = (status: DaemonStatus): boolean =>
  isEqual(status) && status.last_round_unix !== null;

pairTest("a device that is behind says by how much before it gets anything", async (a, b) => {
  fill(a, ofDevice("desktop", MANY));
  start(a, a.config(settings("desktop")));
  const peers = await meet(a, b);
  // Before that it offers version 1 only, which does not tell how much there is.
  await untilStatus(a, "a is absorbed", ({ left_to_absorb }) => left_to_absorb === 0);
  // However fast the machine is, it is not there before it was looked at.
  await using line = lineTo(peers[0]!, { bytesPerSec: 16 * 1024 });
  start(b, b.config({ ...settings("laptop", [line.addr]), p2pProtocols: ["2"] }));
  const behind = await untilStatus(
    b,
    "b knows what is to come",
    (status) => (status.peers[0]?.behind ?? 0) > 0,
  );
  assert.equal(behind.peers[0]!.behind! + behind.peers[0]!.arrived, MANY);
  assert.equal(behind.peers[0]!.ahead, 0, "what comes from there is nothing to send");
  line.setBytesPerSec(Infinity);
  const whole = await untilStatus(b, "b has all", isOver);
  assert.equal(sentenceOf(whole), "In sync with 1 of 1");
  // Nobody has told it of the other one, which has dialled it.
  const other = await untilStatus(a, "a knows it too", isOver);
  assert.deepEqual([other.peers[0]!.ahead, other.peers[0]!.behind], [0, 0]);
  assert.equal(sentenceOf(other), "In sync with 1 of 1");
});

pairTest(
  "a history that was lost, then one that was restored, is told of and heals",
  async (a, b) => {
    fill(a, ofDevice("desktop", 300));
    fill(b, ofDevice("laptop", 200).map((entry) => ({ ...entry, id: `${entry.id}b` }) as Entry));
    start(a, a.config(settings("desktop")));
    const peers = await meet(a, b);
    const stop = new AbortController();
    const running = start(b, b.config(settings("laptop", peers)), stop.signal);
    const whole = await untilStatus(b, "they are equal", isEqual);
    assert.deepEqual(whole.incidents, [], "what never was here does not come back");
    stop.abort(new Error("Stopped by the test"));
    await running;
    const { dbPath } = b.config();
    for (const end of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(`${dbPath}${end}`);
      } catch {
        // There is none.
      }
    }
    start(b, b.config(settings("laptop", peers)));
    const healed = await untilStatus(
      b,
      "it is whole again",
      (status) => status.incidents.some((one) => one.healed_unix !== null),
    );
    const [returned] = healed.incidents;
    assert.deepEqual([returned!.kind, returned!.count], ["returned", 200]);
    // Another program puts an old, empty copy in the place of the file while the daemon runs.
    Deno.removeSync(dbPath);
    const again = await untilStatus(
      b,
      "the loss is told of",
      ({ incidents }) =>
        incidents.some(({ kind, healed_unix }) => kind === "file-lost" && healed_unix !== null),
    );
    assert.ok(again.incidents.some(({ name }) => name === "has been removed"));
    assert.ok(again.incidents.some(({ kind }) => kind === "returned"), "told by the new file");
  },
);

pairTest("two machines with one device_id are told what it is, and not of a loss", async (a, b) => {
  fill(a, ofDevice("laptop", 30));
  fill(b, ofDevice("laptop", 20).map((entry) => ({ ...entry, id: `${entry.id}b` }) as Entry));
  start(a, a.config(settings("laptop")));
  const addrs = await meet(a, b);
  // What comes by version 1, which is spoken until then, is no sign of a loss.
  await untilStatus(a, "a is absorbed", ({ left_to_absorb }) => left_to_absorb === 0);
  // Its name is known from a pairing or a directory.
  const peer = addrs[0]!.split("/p2p/")[1] as PeerId;
  {
    const clock = systemClock();
    using history = openHistory(b.config().dbPath, { files: b.fake.files, clock });
    const lastSeenUnix = Math.floor(clock.now() / 1000);
    const names = { userId: "kim", deviceId: "laptop" as DeviceId, hostname: undefined };
    history.peers.remember([{ peer, addrs, ...names, lastSeenUnix }]);
    const set = openSet(history);
    while (set.left() > 0) set.absorbSlice();
  }
  start(b, b.config(settings("laptop", addrs)));
  const told = await untilStatus(
    b,
    "they are equal and it is told",
    (status) => isEqual(status) && status.incidents.length > 0 && status.problems.length > 0,
  );
  assert.match(sentenceOf(told), /^Another machine .*"laptop" too.*rr config set device_id <name>/);
  const [incident] = told.incidents;
  assert.deepEqual([incident!.kind, incident!.count, incident!.peer_id], ["namesake", 30, peer]);
  assert.match(
    incidentSentence(incident!, String),
    /another machine.*30 commands.*device_id <name>/,
  );
});

pairTest("a device that is renamed has its new name before the next round", async (a, b) => {
  fill(a, ofDevice("desktop", 3));
  start(a, a.config(settings("desktop"))); // the next round is an hour away
  const peers = await meet(a, b);
  const stop = new AbortController();
  const running = start(b, b.config(settings("ubuntu", peers)), stop.signal);
  const nameOfB = ({ peers: [peer] }: DaemonStatus): string | null | undefined => peer?.device_id;
  await untilStatus(
    a,
    "b has its name",
    (status) => isEqual(status) && nameOfB(status) === "ubuntu",
  );
  stop.abort(new Error("Stopped by the test"));
  await running;
  start(b, b.config(settings("laptop", peers)));
  await untilStatus(a, "b has its new name", (status) => nameOfB(status) === "laptop");
});
