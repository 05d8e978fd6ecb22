/** A daemon in the test's own process, whose configuration, signals and service manager the test holds. */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { systemClock } from "../../src/base/clock.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Files, World } from "../../src/base/world.ts";
import {
  type DaemonConfig,
  daemonConfigOf,
  type DaemonFlags,
} from "../../src/app/daemon/daemon_config.ts";
import { runDaemon } from "../../src/app/daemon/run_daemon.ts";
import { Health } from "../../src/process/health.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { SettingFlags } from "../../src/config/settings.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

const FLAGS: DaemonFlags = {
  mode: "watch",
  limit: 1000,
  push: true,
  noServe: false,
  intervalSec: 3600,
};

/** One machine with one database. Disposing stops its daemons. */
export class DaemonLab implements AsyncDisposable {
  readonly fake = new FakeWorld();
  readonly logger = new RecordingLogger();
  /** What the daemons printed, one line each. */
  readonly said: string[] = [];
  /** What the service manager was told, the kind only. */
  readonly told: string[] = [];
  /** Called before a file is read. */
  onRead: (path: string) => void = () => {};
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  /** The configuration that the settings make; listens on a free port of loopback unless told. */
  config(settings: SettingFlags = {}, flags: Partial<DaemonFlags> = {}): DaemonConfig {
    const listen = ["/ip4/127.0.0.1/tcp/0"];
    const all = loadSettings(this.fake, { p2pListen: listen, ...settings });
    return daemonConfigOf(all, { ...FLAGS, ...flags });
  }

  /** Starts a daemon; `load` gives the configuration, again at every reload. */
  start(load: () => DaemonConfig, stop: AbortSignal = this.#stop.signal): Promise<void> {
    const told = (what: string) => (): void => void this.told.push(what);
    const running = runDaemon(load, {
      world: this.#world(),
      logger: this.logger,
      say: (line) => void this.said.push(line),
      metrics: createMetrics(),
      health: new Health(systemClock()),
      notifier: {
        way: "none",
        ready: told("ready"),
        status: () => {},
        reloading: told("reloading"),
        stopping: told("stopping"),
        flush: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
    }, AbortSignal.any([stop, this.#stop.signal]));
    running.catch(() => {}); // whoever started it looks
    this.#running.push(running);
    return running;
  }

  /** Resolves once the condition holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const clock = systemClock();
    const started = clock.monotonic();
    while (!holds()) {
      if (clock.monotonic() - started > PATIENCE_MS) {
        const log = this.logger.events.map((event) => JSON.stringify(event)).join("\n");
        throw new Error(`Cannot see in time that ${what}:\n${log}`);
      }
      await clock.sleep(5);
    }
  }

  /** Resolves once so many sessions were opened, by the line that each says at its start. */
  untilSessions(count: number): Promise<void> {
    return this.until(`${count} sessions were opened`, () => this.said.length >= count);
  }

  /** Resolves once so many events with that message were logged. */
  untilLogged(part: string, count = 1): Promise<void> {
    return this.until(`"${part}" is logged`, () => this.logger.matching(part).length >= count);
  }

  /** Asks all daemons to stop and waits for them, however they end. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("The test stops it"));
    await Promise.allSettled(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.fake[Symbol.dispose]();
  }

  #world(): World {
    const { fake } = this;
    const files: Files = {
      ...fake.files,
      readBytes: (path) => {
        this.onRead(path);
        return fake.files.readBytes(path);
      },
    };
    return {
      runtime: fake.runtime,
      os: fake.os,
      args: fake.args,
      pid: Deno.pid,
      parentPid: 1,
      execPath: fake.execPath,
      clock: systemClock(),
      random: systemRandom(),
      files,
      stdin: fake.stdin,
      stdout: fake.stdout,
      stderr: fake.stderr,
      env: (name) => fake.env(name),
      cwd: () => fake.cwd(),
      hostname: () => fake.hostname(),
      onSignal: (signal, handler) => fake.onSignal(signal, handler),
      program: () => fake.program(),
      startDetached: () => {},
      exit: (code) => fake.exit(code),
    };
  }
}
