/** Protocol 2 between real sessions: libp2p on loopback, SQLite in files. */
import assert from "node:assert/strict";
import { openSession, type SyncSession } from "../../../src/app/session/session.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import type { Entry } from "../../../src/history/entry.ts";
import { createIdentity, type Identity } from "../../../src/net/keys/identity.ts";
import { type History, openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const WORLD = { clock: systemClock(), random: systemRandom() };
const SWARM_KEY = WORLD.random.bytes(32);
const DEADLINE_MS = 30_000;

/** One device of the test. */
class TestDevice implements AsyncDisposable {
  readonly logger = new RecordingLogger();
  readonly folder: string;
  history: History;
  session: SyncSession | undefined;
  erased = 0;
  readonly #isOwner: boolean;
  #identity: Identity | undefined;
  #watching: Promise<void> = Promise.resolve();
  #stop = new AbortController();

  name: string;

  /** With `beside`, another process of that device: the same identity, the same file. */
  constructor(name: string, identity?: Identity, beside?: TestDevice) {
    this.name = name;
    this.#identity = identity;
    this.folder = beside?.folder ?? Deno.makeTempDirSync({ prefix: "rr-replication-" });
    this.#isOwner = beside === undefined;
    this.history = this.#open();
  }

  get path(): string {
    return `${this.folder}/history.db`;
  }

  #open(): History {
    return openHistory(this.path, { ...WORLD, files: denoFiles() });
  }

  async start(peers: readonly TestDevice[], protocols = ["1", "2"], userId = "kim"): Promise<void> {
    this.#identity ??= await createIdentity();
    this.#stop = new AbortController();
    const addrs = peers.flatMap((peer) => peer.session!.node.listening());
    this.session = await openSession({
      deviceId: this.name,
      userId,
      hostname: this.name,
      identity: this.#identity,
      swarmKey: SWARM_KEY,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      peers: addrs,
      protocols,
    }, {
      ...WORLD,
      logger: this.logger,
      history: this.history,
      onErased: () => void this.erased++,
    });
    if (protocols.includes("2")) {
      await until("the history is absorbed", () => this.session?.replication?.left === 0);
    }
    this.#watching = this.session.engine.watch(
      { intervalMs: 1_000, push: true },
      this.#stop.signal,
    );
  }

  /** What the daemon does when the shell has recorded something. */
  record(entries: readonly Entry[]): void {
    this.history.log.append(entries);
    this.session?.engine.localChange();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("over"));
    await this.#watching.catch(() => {});
    await this.session?.[Symbol.asyncDispose]();
    this.session = undefined;
  }

  /** Takes the file away, or puts another one in its place, as a disk may. */
  async replaceFile(change: (path: string) => void): Promise<void> {
    await this.stop();
    this.history[Symbol.dispose]();
    change(this.path);
    this.history = this.#open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.history[Symbol.dispose]();
    if (this.#isOwner) Deno.removeSync(this.folder, { recursive: true });
  }
}

async function until(what: string, isDone: () => boolean): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (!isDone()) {
    if (Date.now() > end) assert.fail(`It took too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function equal(devices: readonly TestDevice[], count: number): () => boolean {
  return () => devices.every((device) => device.history.log.count() === count);
}

function realTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

function pulls(device: TestDevice): number {
  return device.history.peers.states("x" as Entry["deviceId"]).filter((state) =>
    state.pullCursor > 0
  )
    .length;
}

realTest(
  "two devices become equal by protocol 2, and version 1 is not used between them",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    a.history.log.append(makeEntries(3_000));
    b.history.log.append(makeEntries(500));
    await a.start([]);
    await b.start([a]);
    await until("both have all", equal([a, b], 3_500));
    await until("both know it", () =>
      b.session!.replication!.isEqual(a.session!.node.peer) &&
      a.session!.replication!.isEqual(b.session!.node.peer));
    assert.equal(pulls(a) + pulls(b), 0);
  },
);

realTest("a command recorded here is there at once, also over a device between", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  await using c = new TestDevice("c");
  await a.start([]);
  await b.start([a]);
  await c.start([b]);
  a.record(makeEntries(1));
  await until("the first is everywhere", equal([a, b, c], 1));
  await until("they know it", () => c.session!.replication!.isEqual(b.session!.node.peer));
  const started = performance.now();
  a.record(makeEntries(1));
  await until("the second is everywhere", equal([a, b, c], 2));
  assert.ok(performance.now() - started < 1_000, "in less than a second");
  c.record(makeEntries(1));
  await until("the third is everywhere", equal([a, b, c], 3));
});

realTest(
  "a deletion reaches every device, also one that was away, and nothing brings it back",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    await using c = new TestDevice("c");
    const entries = makeEntries(200);
    a.history.log.append(entries);
    await a.start([]);
    await b.start([a]);
    await c.start([a]);
    await until("all have all", equal([a, b, c], 200));
    await c.stop();
    assert.equal(a.history.removal.delete({ ids: [entries[7]!.id] }, "everywhere"), 1);
    a.session!.engine.localChange();
    await until("it is gone from b", () => !b.history.log.has(entries[7]!.id));
    assert.equal(b.erased > 0, true);
    await c.start([a]);
    await until("it is gone from c", () => !c.history.log.has(entries[7]!.id));
    assert.deepEqual(c.history.log.append([entries[7]!]), { inserted: 0, ignored: 1 });
    assert.equal(equal([a, b, c], 199)(), true);
  },
);

realTest("what is deleted elsewhere is in no byte of the files here", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  const secret = "hunter2-correct-horse";
  const entries = makeEntries(300);
  const deleted = { ...entries[7]!, command: `login --password ${secret}` };
  a.history.log.append(entries.with(7, deleted));
  await a.start([]);
  await b.start([a]);
  await until("both have all", equal([a, b], 300));
  while (b.history.index.catchUp() > 0);
  assert.ok(bytesOf(b.folder).includes(secret));
  a.history.removal.delete({ command: deleted.command }, "everywhere");
  a.session!.engine.localChange();
  await until("it is gone from b", () => !b.history.log.has(deleted.id));
  await until("b is told to clear its file", () => b.erased > 0);
  assert.equal(b.history.removal.scrubDue(), true);
  // What the daemon has `rr delete --finish` do.
  b.history.removal.scrub();
  assert.equal(bytesOf(b.folder).includes(secret), false);
});

function bytesOf(folder: string): string {
  return Array.from(
    Deno.readDirSync(folder),
    ({ name }) => new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)),
  ).join("");
}

realTest(
  "a recreated, a restored and a cloned history become equal again, and nothing is lost",
  async () => {
    await using a = new TestDevice("a");
    await using b = new TestDevice("b");
    await using clone = new TestDevice("clone");
    a.history.log.append(makeEntries(300));
    await a.start([]);
    await b.start([a]);
    await until("both have all", equal([a, b], 300));
    await b.replaceFile(() => {});
    const backup = Deno.readFileSync(b.path);
    await clone.replaceFile((path) => Deno.writeFileSync(path, backup));
    await b.start([a]);
    b.record(makeEntries(50));
    a.record(makeEntries(10));
    await until("the new ones are on both", equal([a, b], 360));
    await b.replaceFile((path) => {
      for (const end of ["", "-wal", "-shm"]) denoFiles().remove(path + end);
      Deno.writeFileSync(path, backup);
    });
    b.record(makeEntries(5));
    await b.start([a]);
    await clone.start([a]);
    clone.record(makeEntries(3));
    await until("all are equal after a restore", equal([a, b, clone], 368));
    await b.replaceFile((path) => {
      for (const end of ["", "-wal", "-shm"]) denoFiles().remove(path + end);
    });
    await b.start([a]);
    await until("all are equal after a loss", equal([a, b, clone], 368));
  },
);

realTest(
  "a device of version 1 is served as before, and what it has reaches everybody",
  async () => {
    await using old = new TestDevice("old");
    await using b = new TestDevice("b");
    await using c = new TestDevice("c");
    const own = { deviceId: "old" as Entry["deviceId"] };
    old.history.log.append(makeEntries(100, own));
    c.history.log.append(makeEntries(50));
    await b.start([]);
    await c.start([b]);
    await old.start([b], ["1"]);
    await until("all have all", equal([old, b, c], 150));
    old.record(makeEntries(1, own));
    await until("a command of the old one is everywhere", equal([old, b, c], 151));
    c.record(makeEntries(1));
    await until("a command of the new one is everywhere", equal([old, b, c], 152));
    assert.ok(pulls(old) > 0);
  },
);

realTest("devices of different people do not compare", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  a.history.log.append(makeEntries(5));
  await a.start([], ["1", "2"], "kim");
  await b.start([a], ["1", "2"], "lee");
  const { replication } = a.session!;
  const peer = b.session!.node.peer;
  await until(
    "it is said on both",
    () => [a, b].every((one) => one.logger.matching("A device cannot be compared with").length > 0),
  );
  assert.equal(replication!.isEqual(peer), false);
  assert.equal(replication!.serves(peer), false);
  assert.equal(replication!.userOf(peer), "lee");

  // Given the same name, they do, though only the one that was changed begins anew.
  await b.stop();
  await b.start([a], ["1", "2"], "kim");
  await until("they are equal", () => replication!.isEqual(peer) && replication!.serves(peer));
  assert.equal(replication!.userOf(peer), "kim");
});

realTest("a device tells its name itself, and its new one when it has another", async () => {
  await using a = new TestDevice("a");
  await using b = new TestDevice("b");
  const nameOfB = (): string | undefined =>
    a.history.peers.recent(0, "kim").find(({ peer }) => peer === b.session?.node.peer)?.deviceId;
  await a.start([]);
  await b.start([a]);
  await until("its name is known", () => nameOfB() === "b");
  await b.stop();
  b.name = "renamed";
  await b.start([a]);
  await until("its new name is known", () => nameOfB() === "renamed");
});

for (const order of ["lower", "higher"] as const) {
  realTest(
    `two processes of one device are both heard by a peer, the device's id being the ${order} one`,
    async () => {
      const [low, high] = await twoIdentities();
      const [ofDevice, ofPeer] = order === "lower" ? [low, high] : [high, low];
      await using serving = new TestDevice("a", ofDevice);
      await using watching = new TestDevice("a", ofDevice, serving);
      await using peer = new TestDevice("b", ofPeer);
      await serving.start([]);
      await peer.start([serving]);
      peer.record(makeEntries(1));
      await until("the two are level", equal([serving, peer], 1));
      await watching.start([peer]);
      // Each process tells of a change alone, so that none can stand in for the other.
      const own = { deviceId: "a" as Entry["deviceId"] };
      for (let count = 2; count <= 5; count += 2) {
        watching.record(makeEntries(1, own));
        await until("one of the second process is there", equal([peer], count));
        serving.record(makeEntries(1, own));
        await until("one of the first process is there", equal([peer], count + 1));
      }
      peer.record(makeEntries(1));
      await until("one of the peer is there", equal([serving, watching], 6));
    },
  );
}

async function twoIdentities(): Promise<[Identity, Identity]> {
  const two = [await createIdentity(), await createIdentity()] as const;
  return two[0].peer < two[1].peer ? [two[0], two[1]] : [two[1], two[0]];
}
