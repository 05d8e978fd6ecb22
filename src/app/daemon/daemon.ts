/** Performs what `step.ts` decides, one act after the other, while the parts of the daemon run. */
import { linkedController } from "../../base/async/linked_signal.ts";
import { pause } from "../../base/async/timer.ts";
import { backoffMs } from "../../base/async/retry.ts";
import { RESTARTS, supervise, type SuperviseDeps } from "../../base/async/supervise.ts";
import { together } from "../../base/async/together.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { History } from "../../store/file/open_history.ts";
import type { SyncEvent } from "../../sync/events.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import { countDaemon } from "./status/daemon_metrics.ts";
import type { DaemonStatus } from "./status/daemon_status.ts";
import { StatusKeeper } from "./status/status_keeper.ts";
import { ServingRole } from "./serving_role.ts";
import type { SyncSession } from "../session/session.ts";
import type { DaemonContext, HistoryContext, RunDaemonDeps } from "./context.ts";
import { HISTORY_PARTS, partsOf, PROCESS_PARTS } from "./parts.ts";
import { canPass, hintOf, watchTerminal } from "./endings.ts";
import { openAgain, type OpenHistory } from "./history/open_history.ts";
import { HistoryLostError } from "./watch/file_guard.ts";
import { Looks } from "./watch/looks.ts";
import { ConfigReader, OLD_SETTINGS } from "./config_reader.ts";
import { Readiness } from "./readiness.ts";
import { runSession } from "./run_session.ts";
import {
  type Act,
  begin,
  type DaemonState,
  type Outcome,
  type Reason,
  sessionAct,
  step,
} from "./step.ts";

/** What a daemon is made of. */
export interface DaemonWays {
  readonly load: () => DaemonConfig;
  /** @throws {RrError} why the history cannot be opened, or that somebody else is its daemon */
  readonly open: () => OpenHistory;
  readonly deps: RunDaemonDeps;
}

type SessionOf<C> = Extract<Act<C>, { do: "session" }>;
type PauseOf<C> = Extract<Act<C>, { do: "pause" }>;

/** One daemon, from start to stop. */
export class Daemon {
  readonly #ways: DaemonWays;
  readonly #deps: RunDaemonDeps;
  readonly #status: StatusKeeper;
  readonly #readiness: Readiness;
  readonly #count: (event: SyncEvent) => void;
  readonly #stop = new AbortController();
  readonly #followers = new Set<() => void>();
  readonly #supervision: SuperviseDeps;
  readonly #context: DaemonContext;
  readonly #reader: ConfigReader;
  #state: DaemonState<DaemonConfig>;
  #opened: OpenHistory | undefined;
  #session: SyncSession | undefined;
  /** What has happened besides while an act was performed; it ends the act. */
  #interrupt: Reason<DaemonConfig> | undefined;
  #act: Pick<AbortController, "signal" | "abort"> = new AbortController();

  /** Nothing runs yet. */
  constructor(config: DaemonConfig, ways: DaemonWays) {
    const { world, logger, notifier, metrics, health } = ways.deps;
    this.#ways = ways;
    this.#deps = ways.deps;
    this.#state = begin(config);
    this.#status = new StatusKeeper(world.clock, health);
    const { files } = world;
    this.#reader = new ConfigReader(config, { ...ways, files, logger, status: this.#status });
    this.#readiness = new Readiness(notifier, world.clock);
    const onState = health.partChanged;
    this.#supervision = { clock: world.clock, random: world.random, logger, onState };
    const session = (): SyncSession | undefined => this.#session;
    const spoolFiles = (): number => files.list(this.#state.config.intake.folder).length;
    this.#count = countDaemon(metrics, { session, spoolFiles });
    this.#context = {
      deps: ways.deps,
      config: () => this.#state.config,
      session,
      status: () => this.#statusNow(),
      changed: () => this.#followers.forEach((look) => look()),
      reload: () => this.#reload(),
      configStamp: () => this.#reader.stamp,
      keysProblem: (problem) => this.#status.settingsProblem("keys", problem),
      stop: () => this.#stop.abort(new Error("Asked to stop")),
    };
  }

  /** Runs until the signal is aborted. @throws what ends the daemon */
  async run(opened: OpenHistory, signal: AbortSignal): Promise<void> {
    using stop = linkedController(signal, this.#stop.signal);
    const hangup = watchTerminal(this.#deps.world);
    using _reload = this.#deps.world.onSignal("SIGHUP", () => {
      if (hangup()) this.#stop.abort(new Error("The terminal was closed"));
      else this.#reloadBySignal();
    });
    await together(
      stop.signal,
      (inner) => supervise(partsOf(PROCESS_PARTS, this.#context), this.#supervision, inner),
      (inner) => this.#workOn(opened, inner),
    );
  }

  /** Works on the history, and on the one that takes its place if it is lost. */
  async #workOn(first: OpenHistory, signal: AbortSignal): Promise<void> {
    for (let opened = first;;) {
      try {
        return await this.#work(opened, signal);
      } catch (error) {
        if (!(error instanceof HistoryLostError)) throw error;
        const again = await openAgain(error, {
          ...this.#deps,
          spoolFolder: this.#state.config.intake.folder,
          open: this.#ways.open,
          onProblem: (problem) => this.#status.historyProblem(problem),
        }, signal);
        if (again === undefined) return;
        opened = again;
      }
    }
  }

  /** Works on one history. */
  async #work(opened: OpenHistory, signal: AbortSignal): Promise<void> {
    using _opened = opened;
    const { history, guard } = opened;
    this.#opened = opened;
    using looks = new Looks(this.#deps.world, this.#pathsOf(history));
    const context: HistoryContext = {
      ...this.#context,
      history,
      guard,
      looks,
      onChange: (look) => {
        this.#followers.add(look);
        return { [Symbol.dispose]: () => void this.#followers.delete(look) };
      },
    };
    try {
      await together(
        signal,
        (inner) => supervise(partsOf(HISTORY_PARTS, context), this.#supervision, inner),
        (inner) => this.#oneAfterTheOther(context, inner),
      );
    } finally {
      this.#opened = undefined;
    }
  }

  // Whoever asks how it is may count on it that what was recorded until now has been seen.
  #statusNow(): DaemonStatus {
    this.#opened?.guard.note();
    return this.#status.view(this.#state.config, this.#opened?.history, this.#session);
  }

  /** Where it shows that something was recorded, or that the history is another one. */
  #pathsOf({ path, realPath = path }: History): readonly string[] {
    return [path, `${realPath}-wal`, `${realPath}-shm`, this.#state.config.intake.folder];
  }

  async #oneAfterTheOther(context: HistoryContext, signal: AbortSignal): Promise<void> {
    for (let act = sessionAct(this.#state); !signal.aborted;) {
      if (act.do === "end") throw act.error;
      const outcome = await this.#perform(act, context, signal);
      ({ state: this.#state, act } = step(this.#state, outcome));
    }
  }

  /** Performs one act; what has happened besides counts more than how the act itself ended. */
  async #perform(
    act: Exclude<Act<DaemonConfig>, { do: "end" }>,
    context: HistoryContext,
    signal: AbortSignal,
  ): Promise<Outcome<DaemonConfig>> {
    using running = linkedController(signal);
    this.#act = running;
    if (this.#interrupt !== undefined) running.abort();
    try {
      const outcome = act.do === "session"
        ? await this.#openSession(act, context)
        : await this.#pauseOrGoBack(act);
      const why = this.#interrupt ?? outcome.why;
      return { upMs: outcome.upMs, why };
    } finally {
      this.#interrupt = undefined;
    }
  }

  #interruptBy(why: Reason<DaemonConfig>): void {
    // A new configuration must not get lost behind something else.
    if (this.#interrupt?.kind !== "configured" || why.kind === "configured") this.#interrupt = why;
    this.#act.abort(new Error("Something else is to be done"));
  }

  async #openSession(
    { config, isFirst }: SessionOf<DaemonConfig>,
    context: HistoryContext,
  ): Promise<Outcome<DaemonConfig>> {
    const { signal } = this.#act;
    const { clock } = this.#deps.world;
    const up = { since: undefined as number | undefined };
    try {
      const role = new ServingRole(config.dbPath, this.#deps.world, this.#deps.logger);
      using serving = config.noServe ? undefined : role.take();
      const serves = serving !== undefined;
      if (config.mode === "serve" && !serves) return await this.#waitToServe(role, signal);
      await runSession({ config, isFirst, serves }, {
        context,
        supervision: this.#supervision,
        interrupt: (why) => this.#interruptBy(why),
        onEvent: (event) => this.#onEvent(event),
        onUp: (session) => {
          up.since = clock.monotonic();
          this.#isUp(session, config);
        },
      }, signal);
      return { upMs: upFor(), why: { kind: "waited" } };
    } catch (error) {
      return { upMs: upFor(), why: { kind: "failed", error, canPass: canPass(error) } };
    } finally {
      this.#session = undefined;
    }

    function upFor(): number | undefined {
      return up.since === undefined ? undefined : clock.monotonic() - up.since;
    }
  }

  /** Nothing to do but to wait: what answers is the other process. */
  async #waitToServe(role: ServingRole, signal: AbortSignal): Promise<Outcome<DaemonConfig>> {
    this.#readiness.tell("Another process of this device takes the connections");
    await role.untilFree(signal);
    return { upMs: undefined, why: { kind: "role-changed" } };
  }

  async #pauseOrGoBack(
    act: PauseOf<DaemonConfig> | Extract<Act<DaemonConfig>, { do: "go-back" }>,
  ): Promise<Outcome<DaemonConfig>> {
    const { logger, world } = this.#deps;
    const fields = { error: causeChain(act.error), ...hintOf(act.error) };
    if (act.do === "go-back") {
      logger.error("Cannot work with the new configuration, going on with the one before", fields);
      this.#status.settingsProblem("config", `${OLD_SETTINGS}: ${fields.error}`);
    } else {
      if (act.what === "broke") logger.error("The session broke and is opened again", fields);
      else if (act.failures === 1) logger.error("Cannot go on, trying again and again", fields);
      this.#readiness.tell("Cannot go on, see the log");
      const pauseMs = backoffMs(act.failures, RESTARTS, world.random);
      await pause(world.clock, pauseMs, this.#act.signal);
    }
    return { upMs: undefined, why: { kind: "waited" } };
  }

  #isUp(session: SyncSession, config: DaemonConfig): void {
    this.#session = session;
    // One that only answers is up now; one that syncs is up when it has tried once.
    if (config.mode === "serve") this.#readiness.tell(this.#peersText());
    else this.#readiness.tellLater(() => this.#peersText(), session.node.stopped);
  }

  #onEvent(event: SyncEvent): void {
    this.#status.observe(event);
    this.#count(event);
    if (event.type === "round-done") this.#readiness.tell(this.#peersText());
    if (event.type === "pull-progress") this.#context.changed();
  }

  #peersText(): string {
    const peers = this.#session?.engine.peers() ?? [];
    const connected = peers.filter((peer) => peer.route !== undefined).length;
    const at = new Date(this.#deps.world.clock.now()).toISOString().slice(0, 19);
    return `${connected} of ${peers.length} peers connected, last round ${at}Z`;
  }

  #reloadBySignal(): void {
    try {
      this.#reload();
    } catch {
      // It is in the log, and nobody else asked.
    }
  }

  /** @throws {RrError} what is wrong with the configuration; it is then as if nothing had been read */
  #reload(): readonly string[] {
    const why = this.#interrupt;
    const change = this.#reader.read(why?.kind === "configured" ? why.config : this.#state.config);
    if (change.applies) {
      this.#readiness.reloading();
      this.#interruptBy({ kind: "configured", config: change.config });
    }
    return change.needsRestart;
  }
}
