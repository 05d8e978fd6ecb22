/** Who takes part in the soak: a tracker and a relay behind proxies, and devices that have it hard. */
import { Device } from "../lab/device.ts";
import type { Child } from "../lab/process.ts";
import { Proxy } from "./proxy.ts";

/** Ten devices that start on a busy machine. */
const START_MS = 180_000;
const FAKETIME = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/** Exit code of what was ended by SIGKILL. */
const KILLED = 137;

/** A tracker or a relay: a fixed port, so that it can be killed and come back. */
export class Server implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly proxy: Proxy;
  readonly #host: Device;
  readonly #args: readonly string[];
  #child: Child | undefined;
  #isOver = false;
  readonly #outputs: (() => string)[] = [];
  #crashing: Promise<void> = Promise.resolve();

  constructor(host: Device, args: readonly string[], port: number) {
    this.name = host.name;
    this.port = port;
    this.#host = host;
    this.#args = args;
    this.proxy = new Proxy(port);
  }

  /** Starts it and waits for the line that tells its address. */
  async start(): Promise<string> {
    const child = await this.#host.start(...this.#args);
    this.#child = child;
    this.#outputs.push(() => child.output());
    child.exited.then((code) => {
      if (code !== KILLED && !this.#isOver) this.#outputs.push(() => `ended with ${code}`);
    });
    const words = / listen: (\S+)/;
    const line = await this.#child.line((text) => words.test(text), START_MS);
    return words.exec(line)![1]!;
  }

  /** Kills it without a word and starts it again; one crash after the other, whoever asks. */
  crash(): Promise<void> {
    return this.#crashing = this.#crashing.then(async () => {
      this.#child?.kill("SIGKILL");
      await this.#child?.exited;
      if (!this.#isOver) await this.start();
    });
  }

  /** All that it has logged. */
  get log(): string {
    return this.#outputs.map((output) => output()).join("\n--- started anew\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.proxy[Symbol.dispose]();
    await this.#host[Symbol.asyncDispose]();
  }
}

/** Enough for a daemon of this size, and few enough to be used up. */
const DESCRIPTORS = 256;

/** A device whose daemon is killed, stopped and confused about the time. */
export class Victim implements AsyncDisposable {
  readonly device: Device;
  readonly clockFile: string;
  /** Where its daemon listens on 127.0.0.1; `undefined` for one that is reached over the relay only. */
  readonly port: number | undefined;
  readonly #flags: readonly string[];
  readonly #outputs: (() => string)[] = [];
  #daemon: Child | undefined;
  #starting: Promise<void> | undefined;
  #isOver = false;
  restarts = 0;

  constructor(
    name: string,
    root: string,
    env: Readonly<Record<string, string>>,
    flags: readonly string[],
    port: number | undefined,
  ) {
    this.port = port;
    this.clockFile = `${root}/${name}.clock`;
    Deno.writeTextFileSync(this.clockFile, "+0\n");
    const preload = faketime();
    this.device = new Device(name, root, {
      wrap: (argv) => ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh", ...argv],
      env: {
        ...env,
        RUSTORY_DEVICE_ID: name,
        ...(preload === undefined ? {} : {
          LD_PRELOAD: preload,
          FAKETIME_TIMESTAMP_FILE: this.clockFile,
          FAKETIME_CACHE_DURATION: "1",
          // What a killed process leaves there, the next one of its number falls over.
          FAKETIME_DISABLE_SHM: "1",
          FAKETIME_DONT_FAKE_MONOTONIC: "1",
        }),
      },
    });
    this.#flags = flags;
  }

  get name(): string {
    return this.device.name;
  }

  /** Process of the daemon; `undefined` while there is none. */
  get pid(): number | undefined {
    return this.#daemon?.pid;
  }

  /** Starts the daemon unless it runs; several troubles may ask for it at the same time. */
  async start(): Promise<void> {
    if (this.#daemon !== undefined || this.#isOver) return;
    this.#starting ??= this.#startDaemon().finally(() => this.#starting = undefined);
    await this.#starting;
  }

  // Not for its address: one that is reached over a relay only has none while the relay is cut off.
  async #startDaemon(): Promise<void> {
    const daemon = await this.device.start("p2p-sync", "--watch", "--push", ...this.#flags);
    this.#daemon = daemon;
    this.#outputs.push(() => daemon.output());
    await daemon.line((line) => line.includes("p2p-sync watch: interval"), START_MS);
  }

  /** Bytes that its daemons have logged so far. */
  get logged(): number {
    return this.#outputs.reduce((sum, output) => sum + output().length, 0);
  }

  /** All that they have logged. */
  get log(): string {
    return this.#outputs.map((output) => output()).join("\n--- started anew\n");
  }

  /**
   * Ends the daemon by `signal`.
   *
   * @throws with what it printed, if it does not end with 0 although it was asked kindly
   */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.#starting;
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined) return;
    this.restarts++;
    daemon.kill(signal);
    // It may be frozen at this moment, and then hears nothing.
    daemon.kill("SIGCONT");
    const code = await daemon.exited;
    if (signal === "SIGKILL" || code === 0) return;
    throw new Error(`${this.device.name} ended with ${code} on SIGTERM:\n${daemon.output()}`);
  }

  /** Sends a signal to the daemon, if there is one. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#daemon?.kill(signal);
  }

  /** Puts the clock of all its processes off by so many seconds. */
  async setClock(offsetSec: number): Promise<void> {
    const sign = offsetSec < 0 ? "-" : "+";
    await Deno.writeTextFile(this.clockFile, `${sign}${Math.abs(offsetSec)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.signal("SIGCONT");
    await this.device[Symbol.asyncDispose]();
  }
}

/** The library that makes clocks jump; `undefined` if it is not installed. */
export function faketime(): string | undefined {
  return FAKETIME.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** A port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
