/** A folder that plays the part of one person's machine: the real `cli.ts` with a HOME of its own. */
import { folderOf } from "../../src/base/folder_of.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { RR_PERMISSIONS } from "../permissions.ts";
import { PATIENCE_MS } from "./patience.ts";
import { type Child, type CommandLine, type Outcome, run, start } from "./process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** How a device differs from the ordinary one. */
export interface DeviceOptions {
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts something in front of every command line, such as a network namespace. */
  readonly wrap?: (argv: readonly string[]) => string[];
  /** Another program than `deno run cli.ts`, such as an installed `rr`. */
  readonly program?: readonly string[];
}

/** One device. Disposing kills what it still runs; its folder stays. */
export class Device implements AsyncDisposable {
  readonly name: string;
  readonly home: string;
  readonly #options: DeviceOptions;
  readonly #children: Child[] = [];
  #daemon: Child | undefined;

  /** Creates the HOME below `root`. */
  constructor(name: string, root: string, options: DeviceOptions = {}) {
    this.name = name;
    this.home = `${root}/${name}`;
    this.#options = options;
    Deno.mkdirSync(this.home, { mode: 0o700, recursive: true });
  }

  /** The database, where the original places it. */
  get database(): string {
    return `${this.home}/.rustory/history.db`;
  }

  /** The swarm key, where the original places it. */
  get swarmKey(): string {
    return `${this.home}/.config/rustory/swarm.key`;
  }

  /** Runs one command to its end, whatever its exit code. */
  async try(...args: string[]): Promise<Outcome> {
    return await run(await this.#command(args));
  }

  /** Runs one command and returns its stdout; throws with its stderr if it fails. */
  async rr(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(...args);
    if (code === 0) return stdout;
    throw new Error(
      `${this.name}: \`rr ${args.join(" ")}\` ended with exit code ${code}: ${stderr}`,
    );
  }

  /** Starts a long-running command. */
  async start(...args: string[]): Promise<Child> {
    const child = start(this.name, await this.#command(args));
    this.#children.push(child);
    return child;
  }

  /** Starts `p2p-sync --watch --push` and waits until it takes connections. */
  async startDaemon(...more: string[]): Promise<Child> {
    this.#daemon = await this.start("p2p-sync", "--watch", "--push", ...more);
    await this.#daemon.line((line) => line.includes("p2p listen: "));
    return this.#daemon;
  }

  /** Starts `p2p-serve` and waits until it takes connections. */
  async startServe(...more: string[]): Promise<Child> {
    this.#daemon = await this.start("p2p-serve", ...more);
    await this.#daemon.line((line) => line.includes("p2p listen: "));
    return this.#daemon;
  }

  /** The daemon that was started last. */
  get daemon(): Child {
    if (this.#daemon === undefined) throw new Error(`${this.name} has no daemon`);
    return this.#daemon;
  }

  /** Stops the daemon as a service manager does and returns its exit code. */
  stopDaemon(): Promise<number> {
    this.daemon.kill("SIGTERM");
    return this.daemon.exited;
  }

  /** Records one command and returns its id. */
  async record(command: string): Promise<string> {
    const flags = ["--cwd", "/srv/demo", "--shell", "zsh", "--print-id"];
    return (await this.rr("record", `--cmd=${command}`, ...flags)).trim();
  }

  /** Looks into the database with the store's own reader. */
  async look<T>(see: (history: History) => T): Promise<T> {
    const { files, clock } = await systemWorld();
    using history = openHistory(this.database, { files, clock, mode: "readonly" });
    return see(history);
  }

  /** Resolves once `condition` holds for the database; rejects with what the daemon printed. */
  async until(
    what: string,
    condition: (history: History) => boolean,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    const { files, clock } = await systemWorld();
    using history = openHistory(this.database, { files, clock, mode: "readonly" });
    const deadline = performance.now() + withinMs;
    while (!condition(history)) {
      if (performance.now() > deadline) {
        throw new Error(
          `${this.name}: ${what} did not happen in ${withinMs} ms:\n${this.#daemon?.output()}`,
        );
      }
      await clock.sleep(10);
    }
  }

  /** Resolves once the entry is in this device's database. */
  untilHas(entryId: string, withinMs?: number): Promise<void> {
    return this.until(`entry ${entryId}`, (history) => history.log.has(entryId), withinMs);
  }

  /** Joins the swarm of another device. */
  copySwarmKeyFrom(other: Device): void {
    Deno.mkdirSync(folderOf(this.swarmKey), { recursive: true, mode: 0o700 });
    Deno.copyFileSync(other.swarmKey, this.swarmKey);
    Deno.chmodSync(this.swarmKey, 0o600);
  }

  /** Kills everything this device still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map((child) => child.exited));
  }

  async #command(args: readonly string[]): Promise<CommandLine> {
    const program = this.#options.program ??
      [Deno.execPath(), "run", "--quiet", ...RR_PERMISSIONS, `${ROOT}cli.ts`];
    const argv = [...program, ...args];
    return {
      argv: this.#options.wrap?.(argv) ?? argv,
      env: {
        HOME: this.home,
        // A new HOME must not mean a new download of every dependency.
        DENO_DIR: await denoDir(),
        PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
        NO_COLOR: "1",
        ...this.#options.env,
      },
    };
  }
}

let knownDenoDir: string | undefined;

async function denoDir(): Promise<string> {
  if (knownDenoDir === undefined) {
    const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
    knownDenoDir =
      (JSON.parse(new TextDecoder().decode(info.stdout)) as { denoDir: string }).denoDir;
  }
  return knownDenoDir;
}
