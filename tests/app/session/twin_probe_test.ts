/** Machines with a copied identity that no directory knows of: real nodes on loopback, real histories. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../scripts/lab/patience.ts";
import {
  openSession,
  type SessionOptions,
  type SyncSession,
} from "../../../src/app/session/session.ts";
import { TwinProbe, type TwinProbeDeps } from "../../../src/app/session/twin_probe.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createIdentity, type Identity } from "../../../src/net/keys/identity.ts";
import { type History, openHistory } from "../../../src/store/file/open_history.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { makeEntries } from "../../fakes/entries.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

const WORLD = { clock: systemClock(), random: systemRandom() };
const SWARM_KEY = WORLD.random.bytes(32);

type Twin = Extract<SyncEvent, { type: "twin" }>;

/** A machine, or a process of one. */
class Machine implements AsyncDisposable {
  readonly twins: Twin[] = [];
  readonly history: History;
  session: SyncSession | undefined;
  readonly #identity: Identity;

  constructor(identity: Identity, folder: string) {
    this.#identity = identity;
    this.history = openHistory(`${folder}/history.db`, { ...WORLD, files: denoFiles() });
  }

  async start(more: Partial<SessionOptions> = {}): Promise<void> {
    this.session = await openSession({
      deviceId: "laptop",
      userId: "kim",
      hostname: "host",
      identity: this.#identity,
      swarmKey: SWARM_KEY,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      ...more,
    }, {
      ...WORLD,
      logger: new RecordingLogger(),
      history: this.history,
      onEvent: (event) => void (event.type === "twin" && this.twins.push(event)),
    });
  }

  /** Where it listens. */
  get addr(): string {
    return this.session!.node.listening()[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session?.[Symbol.asyncDispose]();
    this.history[Symbol.dispose]();
  }
}

function realTest(name: string, fn: (folder: () => string) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const folders: string[] = [];
      try {
        await fn(() => {
          folders.push(Deno.makeTempDirSync({ prefix: "rr-twin-" }));
          return folders.at(-1)!;
        });
      } finally {
        for (const folder of folders) Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

async function until(what: string, isDone: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isDone()) {
    if (Date.now() > end) assert.fail(`It took too long until ${what}`);
    await WORLD.clock.sleep(20);
  }
}

const copied = makeEntries(20);

realTest(
  "a machine with a copy of our identity is seen where a user names it by address",
  async (folder) => {
    const identity = await createIdentity();
    await using here = new Machine(identity, folder());
    await using there = new Machine(identity, folder());
    for (const { history } of [here, there]) history.log.append(copied);
    there.history.log.append(makeEntries(1));
    await there.start();
    await here.start({ peers: [there.addr] });
    await until("it is seen", () => here.twins.length > 0);
    const [{ addrs, isNew } = assert.fail()] = here.twins;
    assert.equal(isNew, true);
    assert.deepEqual(addrs, [there.addr.replace(/\/p2p\/.*/, "")]);
  },
);

realTest(
  "a machine with a copy of our identity is seen where another device was",
  async (folder) => {
    const identity = await createIdentity();
    await using here = new Machine(identity, folder());
    await using there = new Machine(identity, folder());
    for (const { history } of [here, there]) history.log.append(copied);
    here.history.log.append(makeEntries(1));
    await there.start();
    const another = (await createIdentity()).peer;
    await here.start({ peers: [there.addr.replace(/\/p2p\/.*/, `/p2p/${another}`)] });
    const { peers: [report] } = await here.session!.engine.runRound();
    assert.match(String(report?.pullError), /our own id answers there/);
    await until("it is seen", () => here.twins.length > 0);
  },
);

realTest(
  "another process of this machine is no other machine, whatever it records meanwhile",
  async (folder) => {
    const identity = await createIdentity();
    const own = folder();
    await using serving = new Machine(identity, own);
    await using watching = new Machine(identity, own);
    serving.history.log.append(copied);
    await serving.start();
    serving.history.log.append(makeEntries(1));
    await watching.start({ listen: [], peers: [serving.addr] });
    for (let n = 0; n < 20; n++) {
      serving.history.log.append(makeEntries(1));
      await WORLD.clock.sleep(20);
    }
    await watching.session!.twins.settled();
    assert.deepEqual(watching.twins, []);
  },
);

/** A probe of a machine, and the looks at which it saw another one. */
function probing(
  { history }: Machine,
  peer: PeerId,
  log: TwinProbeDeps["log"] = history.log,
): { readonly probe: TwinProbe; readonly seen: boolean[] } {
  const seen: boolean[] = [];
  const probe = new TwinProbe({
    ...WORLD,
    ...{ peer, log, swarmKey: SWARM_KEY, logger: new RecordingLogger() },
    isConnected: () => undefined,
    onTwin: (_, isNew) => void seen.push(isNew),
  });
  return { probe, seen };
}

const placeOf = (machine: Machine): string => machine.addr.replace(/\/p2p\/.*/, "");

realTest("an address is not looked at again at once, whoever suspects it", async (folder) => {
  const identity = await createIdentity();
  await using here = new Machine(identity, folder());
  await using there = new Machine(identity, folder());
  here.history.log.append(copied);
  await there.start();
  const { probe, seen } = probing(here, identity.peer);
  await using _probe = probe;
  for (let n = 0; n < 3; n++) {
    probe.suspect(placeOf(there));
    await probe.settled();
  }
  assert.deepEqual(seen, [true]);
});

realTest(
  "who differs at one look and not at the next has recorded something between",
  async (folder) => {
    const identity = await createIdentity();
    await using here = new Machine(identity, folder());
    await using there = new Machine(identity, folder());
    for (const { history } of [here, there]) history.log.append(copied);
    await there.start();
    let looks = 0;
    const { log } = here.history;
    const { probe, seen } = probing(here, identity.peer, {
      headSeq: () => log.headSeq(),
      entriesAfter: (...asked) => log.entriesAfter(...asked),
      has: (id) => looks++ > 0 && log.has(id),
    });
    await using _probe = probe;
    probe.suspect(placeOf(there));
    await probe.settled();
    assert.ok(looks > 1, `${looks} looks`);
    assert.deepEqual(seen, []);
  },
);

realTest(
  "a fresh copy of this machine is seen though its history is the same, and goes on being it",
  async (folder) => {
    const identity = await createIdentity();
    await using here = new Machine(identity, folder());
    await using there = new Machine(identity, folder());
    for (const { history } of [here, there]) history.log.append(copied);
    await there.start();
    await here.start({ peers: [there.addr] });
    await until("it is seen", () => here.twins.length > 0);
  },
);

realTest(
  "this process is no other machine, at whatever address it meets itself",
  async (folder) => {
    const identity = await createIdentity();
    await using here = new Machine(identity, folder());
    here.history.log.append(copied);
    await here.start();
    here.session!.twins.suspect(placeOf(here));
    await here.session!.twins.settled();
    assert.deepEqual(here.twins, []);
  },
);
