/** The daemon from start to stop: its lock, its database, its socket, and one session after the other. */
import { backoffMs, type RetryPolicy } from "../base/async/retry.ts";
import { causeChain, RrError } from "../base/rr_error.ts";
import { type History, openHistory } from "../store/file/open_history.ts";
import { captureIntake } from "./capture_intake.ts";
import { serveControl } from "../control/server.ts";
import { controlSocketPath } from "../control/socket_path.ts";
import { controlHandlers } from "./daemon_control.ts";
import { countDaemon } from "./daemon_metrics.ts";
import type { ProcessParts } from "../process/process_parts.ts";
import { compareConfigs, type DaemonConfig } from "./daemon_config.ts";
import { StatusKeeper } from "./daemon_status.ts";
import { hangOnDemand } from "./hang_on_demand.ts";
import { IndexKeeper, keepPruned } from "./housekeeping.ts";
import { lockDaemon } from "../process/lock.ts";
import { ServingRole } from "./serving_role.ts";
import type { SyncEvent } from "../sync/events.ts";
import { checkSession, type SyncSession } from "./session.ts";
import { type Recurring, runSession } from "./daemon.ts";

/** What a daemon needs. */
export type RunDaemonDeps = Omit<ProcessParts, keyof AsyncDisposable>;

/** How long a call waits, blocking the event loop, while another process writes the database. */
const BUSY_TIMEOUT_MS = 25;
/** Latest time to tell the service manager that we are up; it gives up after 90 s. */
const READY_MS = 15_000;
/** Between two tries to begin again with what has worked before. */
const AGAIN: RetryPolicy = { attempts: Infinity, baseMs: 1_000, capMs: 60_000 };

/**
 * Works until `signal` is aborted. `load` reads the configuration, again at every SIGHUP. Once it has
 * begun, nothing that a new configuration says ends it: it goes on with the last one that worked.
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
  readonly #role: ServingRole;
  #config: DaemonConfig;
  /** The last configuration that a session was opened with. */
  #proven: DaemonConfig | undefined;
  /** Whether the session that runs, or ran last, was opened. */
  #isUp = false;
  /** Sessions in a row that could not be opened. */
  #failures = 0;
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
    this.#role = new ServingRole(config.dbPath, deps.world, deps.logger);
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
    using _reload = world.onSignal("SIGHUP", () => this.#reloadBySignal());
    await using _control = this.#config.mode === "watch"
      ? await this.#serveControl(stop)
      : undefined;
    const index = this.#index.run(stop);
    hangOnDemand(world, stop);
    try {
      while (!stop.aborted) await this.#runOnce(stop);
    } finally {
      this.#stop.abort(new Error("The daemon ends"));
      await index;
    }
  }

  #reloadBySignal(): void {
    try {
      this.reload();
    } catch {
      // It is in the log, and nobody else asked.
    }
  }

  /**
   * Reads the configuration again; what was wrong with it, or what now needs a restart, is logged.
   *
   * @throws {RrError} what is wrong with it; it is then as if nothing had been read
   */
  reload(): readonly string[] {
    const { logger } = this.#deps;
    let change;
    try {
      change = compareConfigs(this.#config, this.#load());
      checkSession(change.config.network);
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
    const again = this.#again = new AbortController();
    const signal = AbortSignal.any([stop, again.signal]);
    this.#isUp = false;
    try {
      using serving = config.noServe ? undefined : this.#role.take();
      if (config.mode === "serve" && serving === undefined) return await this.#waitToServe(signal);
      await this.#runSession(config, serving !== undefined, { again, signal });
    } catch (error) {
      await this.#afterFailure(config, error, stop);
    }
  }

  /** Nothing to do but to wait: what answers is the other process. */
  async #waitToServe(signal: AbortSignal): Promise<void> {
    this.#tellManager("Another process of this device takes the connections");
    await this.#role.untilFree(signal);
  }

  async #runSession(
    config: DaemonConfig,
    serves: boolean,
    { again, signal }: { readonly again: AbortController; readonly signal: AbortSignal },
  ): Promise<void> {
    const sideTasks = [
      keepPruned(config.prune, { ...this.#deps, history: this.#history }, signal),
    ];
    if (!serves && !config.noServe) {
      const free = this.#role.untilFree(signal);
      sideTasks.push(free.then(() => again.abort(new Error("We may serve now"))));
    }
    try {
      await runSession(this.#recurring(config, serves), this.#sessionDeps(config), signal);
    } finally {
      this.#session = undefined;
      again.abort(new Error("The session has ended"));
      await Promise.all(sideTasks);
    }
  }

  /**
   * What keeps the first session from beginning ends the daemon, and so does what ends a session that
   * runs: whoever started it shall know. A later one that does not begin is tried again.
   */
  async #afterFailure(config: DaemonConfig, error: unknown, stop: AbortSignal): Promise<void> {
    const { logger, world } = this.#deps;
    const proven = this.#proven;
    if (proven === undefined || this.#isUp) throw error;
    if (stop.aborted || this.#config !== config) return;
    const fields = { error: causeChain(error), ...hintOf(error) };
    if (config !== proven) {
      logger.error("Cannot work with the new configuration, going on with the one before", fields);
      this.#config = proven;
      return;
    }
    if (++this.#failures === 1) logger.error("Cannot go on, trying again and again", fields);
    this.#tellManager("Cannot go on, see the log");
    const again = this.#again = new AbortController();
    const pause = backoffMs(this.#failures, AGAIN, world.random);
    await world.clock.sleep(pause, AbortSignal.any([stop, again.signal])).catch(() => {});
  }

  #recurring(config: DaemonConfig, serves: boolean): Recurring {
    const network = serves ? config.network : { ...config.network, listen: [], announce: false };
    // The jitter keeps devices that start together apart; those that go on are apart already.
    const isFirst = this.#proven === undefined;
    return { ...config, network, startJitterMs: isFirst ? config.startJitterMs : 0, isFirst };
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
        this.#proven = config;
        this.#isUp = true;
        this.#failures = 0;
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

  #tellManager(text = this.#peersText()): void {
    const { notifier } = this.#deps;
    if (this.#isReady) notifier.status(text);
    else notifier.ready(text);
    this.#isReady = true;
  }

  #peersText(): string {
    const { world } = this.#deps;
    const peers = this.#session?.engine.peers() ?? [];
    const connected = peers.filter((peer) => peer.route !== undefined).length;
    const at = new Date(world.clock.now()).toISOString().slice(0, 19);
    return `${connected} of ${peers.length} peers connected, last round ${at}Z`;
  }
}

function hintOf(error: unknown): { readonly hint?: string } {
  return error instanceof RrError && error.hint !== undefined ? { hint: error.hint } : {};
}

/** Whether an error means that somebody else is the daemon. */
export function isDaemonBusy(error: unknown): boolean {
  return error instanceof RrError && error.code === "busy";
}
