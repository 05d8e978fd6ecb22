/** First syncs between real processes: one `rr p2p-serve` and a new device for every pull. */
import { Device } from "../../scripts/lab/device.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { fillHistory } from "./_history_files.ts";
import { type FinalUsage, finalUsage, MEASURED_RR, type Usage, usageOf } from "./_usage.ts";

const LISTEN = "p2p listen: ";

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

/** A device that serves entries. */
export class Server implements AsyncDisposable {
  readonly #root: string;
  readonly #device: Device;
  readonly #serving: Child;
  /** The multiaddr it listens on, on loopback. */
  readonly addr: string;
  #pulls = 0;

  constructor(root: string, device: Device, serving: Child, addr: string) {
    this.#root = root;
    this.#device = device;
    this.#serving = serving;
    this.addr = addr;
  }

  /** Fills a database below `root` with generated entries and serves it. */
  static async start(root: string, rows: number): Promise<Server> {
    const device = new Device("server", root, { program: MEASURED_RR });
    await device.rr("init", "--user-id", "bench", "--device-id", "server");
    fillHistory(device.database, rows);
    const serving = await device.start("p2p-serve", "--listen", "/ip4/127.0.0.1/tcp/0");
    const line = await serving.line((text) => text.startsWith(LISTEN));
    return new Server(root, device, serving, line.slice(LISTEN.length));
  }

  /** The port it listens on. */
  get port(): number {
    return Number(/\/tcp\/(\d+)/.exec(this.addr)?.[1]);
  }

  /** Pulls everything as a new device, from `port` instead of the server's own if given. */
  async pull(port: number = this.port): Promise<Pulled> {
    await using client = new Device(`client-${this.#pulls++}`, this.#root, {
      program: MEASURED_RR,
    });
    client.copySwarmKeyFrom(this.#device);
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

  /** Stops serving; what it took in all. */
  async stop(): Promise<FinalUsage> {
    this.#serving.kill("SIGTERM");
    await this.#serving.exited;
    return finalUsage(this.#serving);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#device[Symbol.asyncDispose]();
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
