/** Devices that speak protocol 2, for its tests. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../scripts/lab/patience.ts";
import { openSession, type SyncSession } from "../../../src/app/session/session.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import type { Entry } from "../../../src/history/entry.ts";
import { createIdentity, type Identity } from "../../../src/net/keys/identity.ts";
import { type History, openHistory } from "../../../src/store/file/open_history.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { RecordingLogger } from "../../fakes/recording_logger.ts";

export const WORLD = { clock: systemClock(), random: systemRandom() };

export const SWARM_KEY = WORLD.random.bytes(32);

/** One device of the test. */
export class TestDevice implements AsyncDisposable {
  readonly logger = new RecordingLogger();
  readonly folder: string;
  history: History;
  session: SyncSession | undefined;
  erased = 0;
  /** Exchanges that it began and that are over. */
  exchanges = 0;
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
      onNote: ({ type }) => {
        if (type === "exchanged") this.exchanges++;
      },
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

export async function until(what: string, isDone: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isDone()) {
    if (Date.now() > end) assert.fail(`It took too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function equal(devices: readonly TestDevice[], count: number): () => boolean {
  return () => devices.every((device) => device.history.log.count() === count);
}

export function realTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

export function pulls(device: TestDevice): number {
  return device.history.peers.states("x" as Entry["deviceId"]).filter((state) =>
    state.pullCursor > 0
  )
    .length;
}
