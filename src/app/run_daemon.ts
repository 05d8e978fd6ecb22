/** The daemon from start to stop: its lock, its database, its socket, and one session after the other. */
import { causeChain, RrError } from "../base/rr_error.ts";
import { type History, openHistory } from "../store/open_history.ts";
import { captureIntake } from "./capture_intake.ts";
import { serveControl } from "./control/server.ts";
import { controlSocketPath } from "./control/socket_path.ts";
import { controlHandlers } from "./daemon_control.ts";
import { countDaemon } from "./daemon_metrics.ts";
import type { ProcessParts } from "./process_parts.ts";
import { compareConfigs, type DaemonConfig } from "./daemon_config.ts";
import { StatusKeeper } from "./daemon_status.ts";
import { hangOnDemand } from "./hang_on_demand.ts";
import { IndexKeeper, keepPruned } from "./housekeeping.ts";
import { lockDaemon, tryRole } from "./lock.ts";
import type { SyncEvent } from "../sync/events.ts";
import type { SyncSession } from "./session.ts";
import { type Recurring, runSession } from "./daemon.ts";

/** What a daemon needs. */
export type RunDaemonDeps = Omit<ProcessParts, keyof AsyncDisposable>;

/** How long a call waits, blocking the event loop, while another process writes the database. */
const BUSY_TIMEOUT_MS = 25;
/** Latest time to tell the service manager that we are up; it gives up after 90 s. */
const READY_MS = 15_000;
/** How often to look whether the other process of this device has ended. */
const ROLE_CHECK_MS = 2_000;

/**
 * Works until `signal` is aborted. `load` reads the configuration, again at every SIGHUP.
 *
 * @throws {RrError} `busy` if another daemon works on the database; what keeps it from beginning
 */
export async function runDaemon(
  load: () => DaemonConfig,
  deps: RunDaemonDeps,
  signal: AbortSignal,
): Promise<void> {
  const config = load();
  const { world, logger } = deps;
  using history = openHistory(config.dbPath, { ...world, busyTimeoutMs: BUSY_TIMEOUT_MS });
  for (const notice of history.notices) logger.warn(notice);
  using _lock = config.mode === "watch" ? lockDaemon(config.dbPath, world) : undefined;
  const daemon = new Daemon(config, load, history, deps);
  await daemon.run(signal);
}

class Daemon {
  readonly #load: () => DaemonConfig;
  readonly #history: History;
  readonly #deps: RunDaemonDeps;
  readonly #status: StatusKeeper;
  readonly #index: IndexKeeper;
  readonly #stop = new AbortController();
  readonly #count: (event: SyncEvent) => void;
  #config: DaemonConfig;
  #session: SyncSession | undefined;
  #isReady = false;
  /** Ends the running session; another one follows. */
  #again = new AbortController();

  constructor(
    config: DaemonConfig,
    load: () => DaemonConfig,
    history: History,
    deps: RunDaemonDeps,
  ) {
    this.#config = config;
    this.#load = load;
    this.#history = history;
    this.#deps = deps;
    this.#status = new StatusKeeper(deps.world.clock);
    const { clock, files } = deps.world;
    this.#count = countDaemon(deps.metrics, {
      session: () => this.#session,
      spoolFiles: () => files.list(this.#config.capture.folder).length,
    });
    this.#index = new IndexKeeper({
      clock,
      logger: deps.logger,
      catchUp: () => history.index.catchUp(),
    });
  }

  /** Runs sessions until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { world } = this.#deps;
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    using _reload = world.onSignal("SIGHUP", () => this.reload());
    await using _control = this.#config.mode === "watch"
      ? await this.#serveControl(stop)
      : undefined;
    const index = this.#index.run(stop);
    hangOnDemand(world, stop);
    while (!stop.aborted) await this.#runOnce(stop);
    await index;
  }

  /** Reads the configuration again; what was wrong with it, or what now needs a restart, is logged. */
  reload(): readonly string[] {
    const { logger } = this.#deps;
    let change;
    try {
      change = compareConfigs(this.#config, this.#load());
    } catch (error) {
      logger.error("The configuration was not read again", { error: causeChain(error) });
      throw error;
    }
    for (const key of change.needsRestart) {
      logger.warn("This takes effect only after a restart", { key });
    }
    logger.info(change.applies ? "Configuration read again" : "Configuration is unchanged");
    if (change.applies) {
      this.#deps.notifier.reloading();
      this.#isReady = false;
      this.#config = change.config;
      this.#again.abort(new Error("The configuration has changed"));
    }
    return change.needsRestart;
  }

  #serveControl(stop: AbortSignal): ReturnType<typeof serveControl> {
    const handlers = controlHandlers({
      clock: this.#deps.world.clock,
      status: () => this.#status.view(this.#config, this.#history, this.#session),
      session: () => this.#session,
      reload: () => this.reload(),
      stop: () => this.#stop.abort(new Error("Asked to stop")),
    });
    return serveControl(controlSocketPath(this.#config.dbPath), handlers, this.#deps, stop);
  }

  /** One session: until the stop, a new configuration, or a change of who takes connections. */
  async #runOnce(stop: AbortSignal): Promise<void> {
    const config = this.#config;
    this.#again = new AbortController();
    const signal = AbortSignal.any([stop, this.#again.signal]);
    using serving = config.noServe ? undefined : this.#takeServing();
    if (config.mode === "serve" && serving === undefined) {
      return await this.#waitForServing(signal);
    }
    const waiting = serving === undefined && !config.noServe
      ? this.#waitForServing(signal).then(() => this.#again.abort(new Error("We may serve now")))
      : Promise.resolve();
    const pruned = keepPruned(config.prune, { ...this.#deps, history: this.#history }, signal);
    try {
      await runSession(
        this.#recurring(config, serving !== undefined),
        this.#sessionDeps(config),
        signal,
      );
    } finally {
      this.#session = undefined;
      this.#again.abort(new Error("The session has ended"));
      await Promise.all([waiting, pruned]);
    }
  }

  #recurring(config: DaemonConfig, serves: boolean): Recurring {
    const network = serves ? config.network : { ...config.network, listen: [], announce: false };
    return { ...config, network };
  }

  #sessionDeps(config: DaemonConfig): Parameters<typeof runSession>[1] {
    const { world, logger, say } = this.#deps;
    return {
      world,
      logger,
      say,
      history: this.#history,
      ingest: captureIntake(config, world, this.#history, logger),
      onChange: () => this.#index.changed(),
      onEvent: (event) => {
        this.#status.see(event);
        this.#count(event);
        if (event.type === "round-done") this.#tellManager();
        if (event.type === "pull-progress") this.#index.changed();
      },
      onSession: (session) => {
        this.#session = session;
        // One that only answers is up now; one that syncs is up when it has tried once.
        if (config.mode === "serve") this.#tellManager();
        else this.#tellManagerLater(session.node.stopped);
      },
    };
  }

  // A round may take as long as its slowest peer, and a start jitter as long as somebody wishes.
  #tellManagerLater(stopped: AbortSignal): void {
    this.#deps.world.clock.sleep(READY_MS, stopped).then(() => {
      if (!this.#isReady) this.#tellManager();
    }, () => {});
  }

  #tellManager(): void {
    const { notifier, world } = this.#deps;
    const peers = this.#session?.engine.peers() ?? [];
    const connected = peers.filter((peer) => peer.route !== undefined).length;
    const at = new Date(world.clock.now()).toISOString().slice(0, 19);
    const text = `${connected} of ${peers.length} peers connected, last round ${at}Z`;
    if (this.#isReady) notifier.status(text);
    else notifier.ready(text);
    this.#isReady = true;
  }

  #takeServing(): Disposable | undefined {
    const attempt = tryRole(this.#config.dbPath, "serve", this.#deps.world);
    if ("lock" in attempt) return attempt.lock;
    this.#deps.logger.info("Another process of this device takes the connections", {
      pid: attempt.heldBy?.pid,
    });
  }

  /** Resolves when no other process takes connections, or the signal is aborted. */
  async #waitForServing(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps.world;
    while (!signal.aborted) {
      await clock.sleep(ROLE_CHECK_MS, signal).catch(() => {});
      if (signal.aborted) return;
      const attempt = tryRole(this.#config.dbPath, "serve", this.#deps.world);
      if (!("lock" in attempt)) continue;
      attempt.lock[Symbol.dispose]();
      return;
    }
  }
}

/** Whether an error means that somebody else is the daemon. */
export function isDaemonBusy(error: unknown): boolean {
  return error instanceof RrError && error.code === "busy";
}
