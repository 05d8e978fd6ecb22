/** First syncs between real processes: one `rr p2p-serve` and a new device for every one of them. */
import { Device } from "../../scripts/lab/device.ts";
import { memoryEnvironment, SPARING_MALLOC } from "../../src/service/unit.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { fillHistory } from "./_history_files.ts";
import { bundledRr } from "./_bundle.ts";
import { type FinalUsage, finalUsage, measuredRr, type Usage, usageOf } from "./_usage.ts";

/** Protocol 2 is spoken among devices of one user. */
const USER = "bench";
const LISTEN = "p2p listen: ";
const LOOPBACK = "/ip4/127.0.0.1/tcp/0";

/** One pull and what it took. */
export interface Pulled {
  /** From the start of the client's process to its end. */
  readonly ms: number;
  readonly client: FinalUsage;
  /** The same client again, with nothing new: what starting, connecting and ending cost. */
  readonly again: FinalUsage;
  /** The server as it was before and after the pull. */
  readonly before: Usage;
  readonly after: Usage;
}

/** A first sync by protocol 2, to a daemon that stays. */
export interface Replicated {
  /** From the start of the daemon's process until it has everything. */
  readonly ms: number;
  /** Both ends when it has everything, and after a minute's rest. */
  readonly done: readonly [client: Usage, server: Usage];
  readonly rested: readonly [client: Usage, server: Usage];
  readonly client: FinalUsage;
}

/** What the unit of `rr service install` has a daemon run with. */
const INSTALLED = { ...memoryEnvironment("deno"), ...SPARING_MALLOC };
/** How long both sides are left alone before their memory is looked at again. */
const REST_MS = 60_000;
const LOOK_MS = 100;
const DEADLINE_MS = 600_000;

/** A device that serves entries, whose ids are random as those of imported ones. */
export class Server implements AsyncDisposable {
  readonly #root: string;
  readonly #program: readonly string[];
  readonly #rows: number;
  readonly #device: Device;
  readonly #serving: Child;
  /** The multiaddr it listens on, on loopback. */
  readonly addr: string;
  #pulls = 0;

  private constructor(
    root: string,
    program: readonly string[],
    rows: number,
    ...[device, serving, addr]: readonly [Device, Child, string]
  ) {
    this.#root = root;
    this.#program = program;
    this.#rows = rows;
    this.#device = device;
    this.#serving = serving;
    this.addr = addr;
  }

  /** Fills a database below `root` with generated entries and serves it. */
  static async start(root: string, rows: number): Promise<Server> {
    const program = measuredRr(await bundledRr(`${root}/dist`));
    const device = new Device("server", root, { program, env: INSTALLED });
    await device.rr("init", "--user-id", USER, "--device-id", "server");
    fillHistory(device.database, rows, { idVersion: 4 });
    const serving = await device.start("p2p-serve", "--listen", "/ip4/127.0.0.1/tcp/0");
    const line = await serving.line((text) => text.startsWith(LISTEN));
    return new Server(root, program, rows, device, serving, line.slice(LISTEN.length));
  }

  /** The port it listens on. */
  get port(): number {
    return Number(/\/tcp\/(\d+)/.exec(this.addr)?.[1]);
  }

  /** Pulls everything as a new device, from `port` instead of the server's own if given. */
  async pull(port: number = this.port): Promise<Pulled> {
    await using client = await this.#newClient();
    const addr = this.addr.replace(/\/tcp\/\d+/, `/tcp/${port}`);
    const before = await usageOf(this.#serving.pid);
    const start = performance.now();
    const first = await sync(client, addr);
    const ms = performance.now() - start;
    const after = await usageOf(this.#serving.pid);
    const again = await sync(client, addr);
    await this.#compare(client);
    await Deno.remove(client.home, { recursive: true });
    return { ms, client: first, again, before, after };
  }

  /** Has a new daemon take everything in by protocol 2; `rest` says whether to look after a minute again. */
  async replicate(rest: boolean): Promise<Replicated> {
    await using client = await this.#newClient();
    const start = performance.now();
    const daemon = await client.startDaemon("--listen", LOOPBACK, "--peers", this.addr);
    await this.#untilEqual(client);
    const ms = performance.now() - start;
    const look = async (): Promise<[Usage, Usage]> => {
      return [await usageOf(daemon.pid), await usageOf(this.#serving.pid)];
    };
    const done = await look();
    if (rest) await sleep(REST_MS);
    const rested = await look();
    await client.stopDaemon();
    await this.#compare(client);
    await Deno.remove(client.home, { recursive: true });
    return { ms, done, rested, client: finalUsage(daemon) };
  }

  /** Stops serving; what it took in all. */
  async stop(): Promise<FinalUsage> {
    this.#serving.kill("SIGTERM");
    await this.#serving.exited;
    return finalUsage(this.#serving);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#device[Symbol.asyncDispose]();
  }

  async #newClient(): Promise<Device> {
    const name = `client-${this.#pulls++}`;
    const client = new Device(name, this.#root, { program: this.#program, env: INSTALLED });
    await client.rr("init", "--user-id", USER, "--device-id", name);
    client.copySwarmKeyFrom(this.#device);
    return client;
  }

  async #untilEqual(client: Device): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const at = await client.look((history) => history.log.headSeq()).catch(() => 0);
      if (at >= this.#rows) return;
      if (performance.now() > deadline) throw new Error(`${client.name} has ${at} entries only`);
      await sleep(LOOK_MS);
    }
  }

  async #compare(client: Device): Promise<void> {
    const served = await this.#device.look((history) => history.log.count());
    const got = await client.look((history) => history.log.count());
    if (got !== served) throw new Error(`${client.name} has ${got} of ${served} entries`);
  }
}

async function sync(client: Device, addr: string): Promise<FinalUsage> {
  const child = await client.start("p2p-sync", "--peers", addr);
  if (await child.exited !== 0) throw new Error(`${client.name} failed:\n${child.output()}`);
  return finalUsage(child);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
