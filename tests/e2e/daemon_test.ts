/** Daemons in sync: real processes, real sockets, faults that happen. */
import assert from "node:assert/strict";
import type { Device } from "../../scripts/lab/device.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { fillHistory } from "../bench/_history_files.ts";
import { spoolBytes } from "../spool/_spool_bytes.ts";
import { Lab, lineTo, LOOPBACK, peerIdOf, said } from "./_lab.ts";

/** Far above any interval used here, so that what arrives was pushed, not pulled. */
const NEVER = ["--interval-sec", "3600"];
const OFTEN = ["--interval-sec", "1"];
/** A line over which a large history takes so long that it is not there before it is interrupted. */
const SLOW = { bytesPerSec: 64 * 1024 };

Deno.test("p2p-sync --watch --push gives a new command to a connected peer without waiting for a round", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const env = { RUSTORY_TRACKERS: tracker.url };
  const [a, b] = [await lab.device("a", { env }), await lab.device("b", { env })];
  await a.startDaemon("--listen", LOOPBACK, ...NEVER);
  await tracker.child.line(() => true);
  await b.startDaemon("--listen", LOOPBACK, ...OFTEN);
  await a.daemon.line((line) => line.includes("Connected: "));

  const id = await b.record("echo from b");
  await a.untilHas(id);
});

Deno.test("p2p-sync --watch continues after kill -9 in the middle of a pull, losing and doubling nothing", async () => {
  const entries = 40_000;
  await using lab = new Lab();
  const [full, empty] = [await lab.device("full"), await lab.device("empty")];
  fillHistory(full.database, entries);
  const addr = await said(await full.startDaemon("--listen", LOOPBACK), "p2p listen: ");
  await using line = lineTo(addr, SLOW);

  let seq = 0;
  for (let i = 0; i < 3; i++) {
    const child = await empty.startDaemon("--listen", LOOPBACK, "--peers", line.addr);
    await empty.until("some more entries", (history) => history.log.headSeq() > seq);
    child.kill("SIGKILL");
    await child.exited;
    seq = await empty.look((history) => history.log.headSeq());
  }
  assert.ok(seq < entries, "the pull was over before it was killed");
  await empty.startDaemon("--listen", LOOPBACK, "--peers", addr);
  await empty.until("all entries", (history) => history.log.headSeq() >= entries);
  assert.deepEqual(await idsOf(empty), await idsOf(full));
});

Deno.test("p2p-sync --watch finds everything again when a peer's database was made anew", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  for (let i = 0; i < 3; i++) await a.record(`echo old ${i}`);
  const first = await a.startDaemon("--listen", LOOPBACK);
  const peer = peerIdOf(await said(first, "p2p listen: "));
  await b.rr("p2p-sync", "--peers", await said(first, "p2p listen: "));
  await a.stopDaemon();

  for (const end of ["", "-wal", "-shm"]) await Deno.remove(a.database + end).catch(() => {});
  const id = await a.record("echo the first of a new database");
  const second = await a.startDaemon("--listen", LOOPBACK);
  const addr = await said(second, "p2p listen: ");
  assert.equal(peerIdOf(addr), peer, "the peer is the same, only its log is not");
  await b.rr("p2p-sync", "--peers", addr);
  assert.ok(await b.look((history) => history.log.has(id)));
});

Deno.test("p2p-serve and p2p-sync --watch share one device", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const serving = await a.startServe("--listen", LOOPBACK);
  const addr = await said(serving, "p2p listen: ");
  const ofB = await b.record("echo b");
  const b1 = await b.startDaemon("--listen", LOOPBACK, ...OFTEN, "--peers", addr);
  await a.untilHas(ofB);
  const watching = await a.start(
    "p2p-sync",
    "--watch",
    "--push",
    "--peers",
    await said(b1, "p2p listen: "),
    ...NEVER,
  );
  await watching.line((line) => line.includes("Connected: "));
  const ofA = await a.record("echo a");
  await b.untilHas(ofA);
  assert.ok(!watching.output().includes("p2p listen: "), "only one process of a device listens");
});

Deno.test("p2p-serve alone tells a connected peer of a command at once", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const first = await a.record("echo before");
  const serving = await a.startServe("--listen", LOOPBACK);
  const addr = await said(serving, "p2p listen: ");
  await b.startDaemon("--listen", LOOPBACK, ...NEVER, "--peers", addr);
  await b.untilHas(first);
  const second = await a.record("echo after");
  await b.untilHas(second);
});

Deno.test("p2p-sync says so when the swarm key is another one", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const addr = await said(await a.startDaemon("--listen", LOOPBACK), "p2p listen: ");
  await Deno.remove(b.swarmKey);
  const { code, stderr } = await b.try("p2p-sync", "--peers", addr);
  assert.equal(code, 1);
  assert.match(stderr, /swarm key/);
});

Deno.test("p2p-sync names two devices that record under one device id, and syncs them all the same", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const env = { RUSTORY_TRACKERS: tracker.url, RUSTORY_DEVICE_ID: "laptop" };
  const [a, b] = [await lab.device("a", { env }), await lab.device("b", { env })];
  const id = await a.record("echo a");
  await a.startDaemon("--listen", LOOPBACK, ...OFTEN);
  await b.startDaemon("--listen", LOOPBACK, ...OFTEN);
  await b.daemon.line((line) => /one device id.*laptop/.test(line));
  await b.untilHas(id);
});

Deno.test("p2p-sync finds peers in its book when the tracker is gone", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const env = { RUSTORY_TRACKERS: tracker.url };
  const [a, b] = [await lab.device("a", { env }), await lab.device("b", { env })];
  await a.startDaemon("--listen", LOOPBACK, ...OFTEN);
  await b.startDaemon("--listen", LOOPBACK, ...OFTEN);
  const first = await a.record("echo with a tracker");
  await b.untilHas(first);
  // The other one may have called first and brought the entry; the book is of what we reached ourselves.
  await b.until(
    "an entry in the book",
    ({ peers }) =>
      peers.states("b" as DeviceId).some(({ lastSeenUnix }) => lastSeenUnix !== undefined),
  );
  tracker.child.kill("SIGKILL");
  await b.stopDaemon();

  const second = await a.record("echo without a tracker");
  const { stderr } = await b.try("p2p-sync", "--push");
  assert.ok(await b.look((history) => history.log.has(second)), stderr);
  assert.match(stderr, /warn: tracker list failed: /);
});

async function idsOf(device: Device): Promise<string[]> {
  return await device.look((history) => {
    const ids: string[] = [];
    for (let seq = 0;;) {
      const { entries, lastSeq } = history.log.entriesAfter(seq, { entries: 10_000, bytes: 1e9 });
      if (lastSeq === undefined) return ids.sort();
      ids.push(...entries.map((entry) => entry.id));
      seq = lastSeq;
    }
  });
}

Deno.test("a push does not bring back what was pruned here", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const old =
    (await b.rr("record", "--cmd=echo old", "--started-at-ms", "1600000000000", "--print-id"))
      .trim();
  const fresh = await b.record("echo fresh");
  await a.record("echo mine");
  await a.rr("prune", "--older-than-days", "30");
  const addr = await said(await a.startServe("--listen", LOOPBACK), "p2p listen: ");
  await b.rr("p2p-sync", "--push", "--peers", addr);
  assert.ok(await a.look((history) => history.log.has(fresh)));
  assert.ok(!await a.look((history) => history.log.has(old)));
});

Deno.test("p2p-sync without a daemon gives away what the hooks have just written", async () => {
  await using lab = new Lab();
  const [a, b] = [await lab.device("a"), await lab.device("b")];
  const addr = await said(await a.startServe("--listen", LOOPBACK), "p2p listen: ");
  const spool = `${b.home}/.rustory/spool`;
  Deno.mkdirSync(spool, { recursive: true, mode: 0o700 });
  const record = {
    key: "1",
    startedAtMs: 1_700_000_000_000,
    sinceBoot: false,
    durationMs: 1,
    exitCode: 0,
    shell: "zsh",
    hostname: "b",
    cwd: "/srv",
    command: "echo typed",
  };
  Deno.writeFileSync(`${spool}/1-2-3.spool`, spoolBytes([record]), { mode: 0o600 });
  await b.rr("p2p-sync", "--push", "--peers", addr);
  const found = await a.look((history) => history.search.find({ limit: 1 }));
  assert.deepEqual(found.map((entry) => entry.command), ["echo typed"]);
});
