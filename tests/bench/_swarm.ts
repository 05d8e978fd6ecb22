/** Real daemons that are in sync with each other. */
import { callControl } from "../../src/control/client.ts";
import { controlSocketPath } from "../../src/control/socket_path.ts";
import type { SyncSummary } from "../../src/app/daemon/status/daemon_control.ts";
import { Device } from "../../scripts/lab/device.ts";
import { createLine, type Line } from "../../scripts/lab/proxy.ts";
import { fillHistory } from "./_history_files.ts";

const LISTEN = "p2p listen: ";
const LOOPBACK = "/ip4/127.0.0.1/tcp/0";
const ENTRIES = 1_000;

/** Devices that serve, each behind a line of its own that counts its bytes. */
export class Swarm implements AsyncDisposable {
  readonly #root: string;
  readonly #devices: Device[] = [];
  readonly #lines: Line[] = [];
  readonly #addrs: string[] = [];

  readonly #program: readonly string[] | undefined;

  private constructor(root: string, program: readonly string[] | undefined) {
    this.#root = root;
    this.#program = program;
  }

  /**
   * Starts `count` serving devices below `root`, all with the same entries.
   *
   * @param program what runs `rr` @default {`deno run` from the source}
   */
  static async start(
    root: string,
    count: number,
    program?: readonly string[],
  ): Promise<Swarm> {
    const swarm = new Swarm(root, program);
    for (let i = 0; i < count; i++) await swarm.#add(`peer-${i}`);
    return swarm;
  }

  /** Bytes on all lines so far, both ways. */
  bytes(): number {
    return this.#lines.reduce((sum, line) => sum + line.bytes(), 0);
  }

  /** Starts a daemon that has the entries and is connected to the first `count` devices. */
  async daemon(name: string, count: number, ...flags: string[]): Promise<Daemon> {
    const device = await this.#device(name);
    const peers = this.#addrs.slice(0, count).join(",");
    const named = count === 0 ? [] : ["--peers", peers];
    await device.startDaemon("--listen", LOOPBACK, ...named, ...flags);
    const daemon = new Daemon(device);
    if (count === 0) return daemon;
    const { peers: reached } = await daemon.round();
    const failed = reached.find((peer) => peer.error !== null);
    if (reached.length !== count || failed !== undefined) {
      throw new Error(`${reached.length} of ${count} peers: ${failed?.error}`);
    }
    return daemon;
  }

  /** Kills everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) await line[Symbol.asyncDispose]();
    for (const device of this.#devices) await device[Symbol.asyncDispose]();
  }

  async #add(name: string): Promise<void> {
    const device = await this.#device(name);
    const child = await device.startServe("--listen", LOOPBACK);
    const said = await child.line((text) => text.startsWith(LISTEN));
    const addr = said.slice(LISTEN.length);
    const line = createLine(Number(/\/tcp\/(\d+)/.exec(addr)?.[1]));
    this.#lines.push(line);
    this.#addrs.push(addr.replace(/\/tcp\/\d+/, `/tcp/${line.port}`));
  }

  async #device(name: string): Promise<Device> {
    const device = new Device(
      name,
      this.#root,
      this.#program === undefined ? {} : { program: this.#program },
    );
    await device.rr("init", "--user-id", "bench", "--device-id", name);
    const first = this.#devices[0];
    if (first !== undefined) device.copySwarmKeyFrom(first);
    this.#devices.push(device);
    fillHistory(device.database, ENTRIES);
    return device;
  }
}

/** A running `p2p-sync --watch --push`. */
export class Daemon {
  readonly #device: Device;
  readonly #socket: string;

  /** Of a device whose daemon was started. */
  constructor(device: Device) {
    this.#device = device;
    this.#socket = controlSocketPath(device.database);
  }

  /** Its process. */
  get pid(): number {
    return this.#device.daemon.pid;
  }

  /** Has it sync with everybody, and waits for the end of the round. */
  async round(): Promise<SyncSummary> {
    return await callControl(this.#socket, { verb: "sync" }, {
      idleTimeoutMs: Infinity,
    }) as SyncSummary;
  }

  /** Ends it as a service manager does. */
  stop(): Promise<number> {
    return this.#device.stopDaemon();
  }
}
