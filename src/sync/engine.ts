/** Syncs with everybody there is: once, or again and again. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { backoffMs } from "../base/async/retry.ts";
import { causeChain } from "../base/rr_error.ts";
import { chooseForRound } from "./peers/choose.ts";
import { Discovery, type Self } from "./peers/discover.ts";
import type { SyncListener } from "./events.ts";
import {
  checkWatch,
  type ResolvedOptions,
  resolveOptions,
  type SyncOptions,
  type WatchOptions,
} from "./options.ts";
import { PeerSessions } from "./peers/peer_sessions.ts";
import { RunningSyncs, type SyncRun } from "./peers/running_syncs.ts";
import type { Dialer, Directory, HistoryLog, LongWriter, PeerBook, Replication } from "./ports.ts";
import type { PeerId, PeerRecord } from "../swarm/peer.ts";
import { errorOf, type PeerReport, type PeerStatus, type SyncReport } from "./report.ts";
import { Strangers } from "./peers/strangers.ts";
import { waitUntil } from "../base/async/timer.ts";
import { Wake } from "../base/async/wake.ts";

/** What the engine needs of the world. */
export interface SyncDeps {
  readonly self: Self;
  readonly log: HistoryLog;
  readonly book: PeerBook;
  readonly dialer: Dialer;
  readonly directories: readonly Directory[];
  /** Peers that are tried besides those that are found. @default {none} */
  readonly manual?: readonly PeerRecord[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Starts what stores a long pull. @default {it is stored by `log`, piece by piece} */
  readonly openWriter?: (() => Promise<LongWriter>) | undefined;
  /** Serves the peers that speak protocol 2. @default {none does} */
  readonly replication?: Replication | undefined;
  /** Told of everything that happens. */
  readonly onEvent?: SyncListener | undefined;
}

/** Entries recorded in quick succession are sent together; short enough that nobody sees the wait. */
const COALESCE_MS = 50;
/**
 * Pauses after a directory went silent, instead of the interval: often it is the network that has just come
 * or is about to, and where nobody is known yet it is the directory that everything waits for.
 */
const ASK_AGAIN = { baseMs: 2_000, capMs: 16_000 };
/** So often; what has been silent for half a minute is asked in the rounds that there are anyway. */
const ASKED_AGAIN = 4;
/**
 * The engine. It opens no socket, writes no file and prints nothing: all it does, it does to what it
 * was given.
 */
export class SyncEngine {
  readonly #deps: SyncDeps;
  readonly #options: ResolvedOptions;
  readonly #discovery: Discovery;
  readonly #wake: Wake;
  readonly #strangers: Strangers;
  readonly #onEvent: SyncListener;
  readonly #sessions: PeerSessions;
  readonly #running: RunningSyncs;
  /** What goes on while {@linkcode SyncEngine.watch} runs. */
  #watch: SyncRun | undefined;
  #changePending = false;
  #syncing = false;

  /** @throws {RangeError} naming an option that is out of bounds */
  constructor(deps: SyncDeps, options: SyncOptions = {}) {
    this.#deps = deps;
    this.#options = resolveOptions(options);
    this.#onEvent = (event) => {
      // The network is there again, for the peers too.
      if (event.type === "directory-recovered") this.#sessions.forgiveAll();
      deps.onEvent?.(event);
    };
    const { manual = [], self: { deviceId } } = deps;
    const { limit, request } = this.#options;
    this.#sessions = new PeerSessions({
      ...deps,
      deviceId,
      limit,
      request,
      onEvent: this.#onEvent,
    });
    this.#discovery = new Discovery({ ...deps, manual, onEvent: this.#onEvent });
    this.#running = new RunningSyncs(this.#sessions, deps.clock, this.#options.concurrency);
    this.#wake = new Wake(deps.clock);
    this.#strangers = new Strangers(deps.clock);
  }

  /**
   * Finds the peers and syncs with all of them, whatever failed before. Whether that was a success
   * stands in the report. Aborting ends it at once; what was stored stays stored.
   *
   * @throws `signal.reason` once the signal is aborted; an Error if a round or a watch is under way
   */
  async runRound(signal: AbortSignal = new AbortController().signal): Promise<SyncReport> {
    signal.throwIfAborted();
    if (this.#syncing) throw new Error("Cannot start a round: one is under way");
    this.#syncing = true;
    try {
      this.#sessions.forgiveAll();
      return await this.#round({ signal, push: this.#options.push, retryMs: 0, isLast: true });
    } finally {
      await this.#running.settled();
      this.#syncing = false;
    }
  }

  /**
   * Runs a round every `intervalMs` until the signal is aborted, then resolves as soon as everything
   * under way has let go. Rounds never overlap; a peer that is still busy when the next round begins
   * is left to finish and does not hold up the others; a peer that fails is tried less and less
   * often, until it connects to us, has a new address, or {@linkcode SyncEngine.wake} is called.
   *
   * @throws {RangeError} naming an option that is out of bounds; an Error if one is under way
   */
  async watch(options: WatchOptions, signal: AbortSignal): Promise<void> {
    const { intervalMs, startJitterMs } = checkWatch(options);
    if (this.#syncing) throw new Error("Cannot start a watch: one is under way");
    this.#syncing = true;
    // Half the interval, so that after one failure the next round tries again.
    const retryMs = intervalMs / 2;
    this.#watch = { signal, push: options.push ?? this.#options.push, retryMs, isLast: false };
    try {
      await this.#jitter(startJitterMs, signal);
      await this.#repeat(this.#watch, intervalMs);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#watch = undefined;
      this.#running.forgetCallbacks();
      await this.#running.settled();
      this.#syncing = false;
    }
  }

  /** Starts the next round of a watch now, and tries every peer in it. */
  wake(): void {
    this.#sessions.forgiveAll();
    this.#wake.now();
  }

  /**
   * Tells the engine that this device has recorded something. During a watch that pushes, it goes to
   * every connected peer at once, and to those that were well the last time but have closed their
   * connection since, as the original does after 10 s; the others get it in a round.
   */
  localChange(): void {
    this.#deps.replication?.changed();
    const watch = this.#watch;
    if (!watch?.push || this.#changePending || this.#options.limit === 0) return;
    this.#changePending = true;
    const { clock, logger } = this.#deps;
    this.#running.track(
      clock.sleep(COALESCE_MS, watch.signal).finally(() => {
        this.#changePending = false;
      }).then(() => {
        for (const session of this.#sessions) {
          if (session.isAsleep) this.#running.start(session, watch);
          else this.#running.track(session.pushNow(watch.signal));
        }
      }).catch((error) => {
        if (!watch.signal.aborted) logger.error("Could not push", { error: causeChain(error) });
      }),
    );
  }

  /**
   * Tells the engine that a peer is connected, whoever dialled. During a watch it is synced with now,
   * over that connection, however long it was to be left alone. Peers that nobody named are not:
   * whoever has the swarm key may ask us, but we ask only who belongs to this user. But a stranger
   * may be a new device of the user that the directories know by now, so they are asked.
   */
  peerConnected(peer: PeerId): void {
    const session = this.#sessions.get(peer);
    const watch = this.#watch;
    if (!watch || this.#options.limit === 0) return;
    if (!session) return this.#running.track(this.#lookFor(peer, watch));
    this.#running.callBack(session, watch);
  }

  /** Asks the directories about strangers out of turn, and syncs with those that they name. */
  async #lookFor(stranger: PeerId, watch: SyncRun): Promise<void> {
    const met = await this.#strangers.gather(stranger, watch.signal);
    if (met.length === 0) return;
    this.#sessions.adopt(await this.#discovery.find(this.#options.discoveryMs, watch.signal));
    for (const peer of met) {
      const session = this.#sessions.get(peer);
      if (session !== undefined && !session.busy) this.#running.start(session, watch);
    }
  }

  /** How it stands with every peer that is known. */
  peers(): readonly PeerStatus[] {
    return [...this.#sessions].map((session) => session.status);
  }

  async #jitter(most: number, signal: AbortSignal): Promise<void> {
    if (most === 0) return;
    const unit = most >= 1000 ? 1000 : 1;
    const ms = Math.floor(this.#deps.random.unit() * (Math.floor(most / unit) + 1)) * unit;
    this.#onEvent({ type: "start-jitter", ms });
    await this.#wake.wait(ms, signal);
  }

  async #repeat(watch: SyncRun, intervalMs: number): Promise<never> {
    const { clock } = this.#deps;
    for (;;) {
      const next = clock.monotonic() + intervalMs;
      await this.#round(watch, next);
      const left = Math.max(0, next - clock.monotonic());
      await this.#wake.wait(Math.min(left, this.#directoriesAgainMs()), watch.signal);
    }
  }

  #directoriesAgainMs(): number {
    const failures = this.#discovery.lastFailures;
    if (failures === 0 || failures > ASKED_AGAIN) return Infinity;
    return backoffMs(failures, ASK_AGAIN, this.#deps.random);
  }

  /** One round; peers that are still busy at `until` are left to themselves. */
  async #round(watch: SyncRun, until = Infinity): Promise<SyncReport> {
    const { clock } = this.#deps;
    const startedAtMs = clock.now();
    const started = clock.monotonic();
    if (this.#options.limit === 0) {
      return this.#finish({ peers: [], waiting: [], startedAtMs, durationMs: 0, error: undefined });
    }
    const records = await this.#discovery.find(this.#options.discoveryMs, watch.signal);
    this.#sessions.adopt(records);
    const ready = records.filter(({ peer }) => {
      const session = this.#sessions.get(peer);
      return session !== undefined && !session.busy && !session.backingOff;
    });
    const running = this.#running.startAll(chooseForRound(ready, this.#deps.random), watch);
    const done: PeerReport[] = [];
    const all = Promise.all(running.map((one) => one.then((report) => void done.push(report))));
    await waitUntil(clock, until, all, watch.signal);
    const finished = new Set(done.map((report) => report.peer));
    const waiting = records.map((record) => record.peer).filter((peer) => !finished.has(peer));
    const durationMs = Math.round(clock.monotonic() - started);
    const error = done.length === 0 && waiting.length > 0 ? undefined : errorOf(done);
    return this.#finish({ peers: done, waiting, startedAtMs, durationMs, error });
  }

  #finish(report: SyncReport): SyncReport {
    this.#onEvent({ type: "round-done", report });
    return report;
  }
}
