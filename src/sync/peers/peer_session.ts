/** One peer, from round to round: its batch sizes, and whether it is worth a try. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { Backoff } from "../../base/async/backoff.ts";
import { toError } from "../../base/rr_error.ts";
import type { DeviceId } from "../../history/entry.ts";
import type { SyncListener } from "../events.ts";
import type { RequestPolicy } from "../options.ts";
import type {
  Dialer,
  HistoryLog,
  LongWriter,
  PeerBook,
  PeerLink,
  Replication,
  Settled,
} from "../ports.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";
import { isOfStore, STORE_PAUSE_MS } from "../own_store.ts";
import { PeerLine } from "./peer_line.ts";
import { type PullMemory, PullRun } from "../pull/pull.ts";
import { Pusher } from "../push/pusher.ts";
import { noPulls, type PeerReport, type PeerStatus } from "../report.ts";

/** What talking to a peer needs. */
export interface PeerSessionDeps {
  readonly deviceId: DeviceId;
  readonly log: HistoryLog;
  readonly book: PeerBook;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onEvent: SyncListener;
  /** Most entries in one message, at least 1. */
  readonly limit: number;
  readonly request: RequestPolicy;
  /** Starts what stores a long pull. */
  readonly openWriter?: (() => Promise<LongWriter>) | undefined;
  /** Serves the peers that speak protocol 2. @default {none does} */
  readonly replication?: Replication | undefined;
}

/** How a peer is synced with. */
export interface SyncWay {
  readonly push: boolean;
  /** How long to leave the peer alone after a first failure. */
  readonly retryMs: number;
  /** Whether this device leaves afterwards: what was begun must come to its end. */
  readonly isLast: boolean;
  /** Longest time until it is reached. @default {as long as dialling takes} */
  readonly connectMs?: number | undefined;
}

/** Longest time that a peer which fails again and again is left alone. */
const LONGEST_BACKOFF_MS = 15 * 60_000;
const MAX_CALLBACKS = 3;

/** What is known of one peer. A sync and a push may run at the same time, two of a kind never do. */
export class PeerSession {
  readonly peer: PeerId;
  readonly #deps: PeerSessionDeps;
  readonly #line: PeerLine;
  readonly #backoff: Backoff;
  #endedAt = -Infinity;
  /** Syncs since the last success that were made because it had connected. */
  #callbacks = 0;
  #busy = false;
  readonly #pusher: Pusher;
  readonly #pullMemory: PullMemory = {
    limit: undefined,
    stuck: undefined,
    trusted: undefined,
    restartedAt: undefined,
    suspectedAt: undefined,
    detour: undefined,
  };

  /** Starts without a link and with no failures. */
  constructor(record: PeerRecord, deps: PeerSessionDeps) {
    this.peer = record.peer;
    this.#line = new PeerLine(record, deps);
    this.#deps = deps;
    this.#backoff = new Backoff(deps);
    const connect = (signal: AbortSignal): Promise<PeerLink> => this.#line.connect(signal);
    this.#pusher = new Pusher({ ...deps, peer: record.peer, connect }, deps);
  }

  /** Takes over what is known now. An address that is new makes the peer worth a try at once. */
  update(record: PeerRecord): void {
    if (this.#line.update(record)) this.forgive();
  }

  /** Forgets the failures: the peer has shown that it is there. */
  forgive(): void {
    this.#backoff.forgive();
    this.#pusher.forgive();
  }

  /**
   * Whether to sync because it has connected. Not once more after three such syncs have failed: a
   * peer that connects and then fails each time has to wait for its turn like any other.
   */
  takeCallback(): boolean {
    return ++this.#callbacks <= MAX_CALLBACKS;
  }

  /** Whether a sync is under way or waits for its turn. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Whether it failed so lately that it is left alone for now. */
  get backingOff(): boolean {
    return this.#backoff.remainingMs > 0;
  }

  /** Whether the last sync failed. */
  get failing(): boolean {
    return this.#backoff.failures > 0;
  }

  /** Whether a connection is open. */
  get connected(): boolean {
    return this.#line.isOpen;
  }

  /** Whether the last sync went well and its connection is closed: one that is dialled is likely there. */
  get isAsleep(): boolean {
    const isWell = !this.failing && this.#endedAt > -Infinity;
    return isWell && !this.connected && !this.#busy && !this.backingOff;
  }

  /** Milliseconds since the last sync ended; infinite before the first. */
  get idleMs(): number {
    return this.#deps.clock.monotonic() - this.#endedAt;
  }

  /** What is known of it, for a status display. */
  get status(): PeerStatus {
    const { deviceId, hostname, userId } = this.#line.record;
    return {
      peer: this.peer,
      deviceId,
      hostname,
      userId,
      route: this.connected ? this.#line.route : undefined,
      busy: this.#busy,
      failures: this.#backoff.failures,
      retryInMs: this.#backoff.remainingMs,
      held: this.#pusher.held,
    };
  }

  /**
   * Pulls, and pushes if told to, even if the pull failed: the peer may have a damaged log and a
   * good disk. What goes wrong stands in the report.
   *
   * @throws `signal.reason` once the signal is aborted; nothing else
   */
  async sync(way: SyncWay, signal: AbortSignal): Promise<PeerReport> {
    const report = await this.#sync(way, signal);
    signal.throwIfAborted();
    // A peer that refuses our entries may still have some for us: only a failed pull counts.
    this.#judge(report.pullError, way.retryMs);
    this.#deps.onEvent({ type: "peer-done", report });
    return report;
  }

  /** Makes it busy until the returned function is called: from the moment that its turn is awaited. */
  reserve(): () => void {
    this.#busy = true;
    return () => {
      this.#busy = false;
      this.#endedAt = this.#deps.clock.monotonic();
    };
  }

  /**
   * Sends what is new over the open connection, if there is one. While a push is under way, it only
   * makes sure that the log is looked at once more. Never rejects.
   */
  async pushNow(signal: AbortSignal): Promise<void> {
    if (!this.connected || this.#pusher.backingOff) return;
    if (this.#deps.replication?.serves(this.peer)) return;
    await this.#pusher.push(signal).catch(() => {}); // only an abort rejects
  }

  async #sync(way: SyncWay, signal: AbortSignal): Promise<PeerReport> {
    const { push } = way;
    const { deviceId, hostname } = this.#line.record;
    const base = { peer: this.peer, deviceId, hostname };
    try {
      await this.#line.reach(signal, way.connectMs);
    } catch (error) {
      const failure = toError(error);
      if (!signal.aborted) {
        this.#deps.onEvent({
          type: "pull-failed",
          peer: this.peer,
          totals: noPulls(),
          error: failure,
        });
      }
      const nothing = { pull: noPulls(), push: undefined, pushError: undefined };
      return { ...base, ...nothing, route: undefined, pullError: failure };
    }
    // Now, as a first sync may take hours and be cut off.
    this.#line.remember();
    await this.#deps.replication?.identified(this.peer, signal);
    if (this.#deps.replication?.serves(this.peer)) {
      const { isComplete, ...done } = await this.#exchange(this.#deps.replication, way, signal);
      // Version 1 does it if the other one was given up meanwhile, or nobody is left to go on.
      const goesOn = isComplete || !way.isLast && this.#deps.replication.serves(this.peer);
      if (goesOn || !this.connected) return { ...base, route: this.#line.route, ...done };
    }
    const pulled = await this.#pull(signal);
    const pushed = push && !this.#pusher.backingOff ? await this.#push(signal) : undefined;
    return {
      ...base,
      route: this.#line.route,
      ...pulled,
      push: pushed?.push,
      pushError: pushed?.pushError,
    };
  }

  /** By protocol 2, which goes on by itself: a round only waits until it has caught up. */
  async #exchange(
    replication: Replication,
    { push: given, isLast: last }: SyncWay,
    signal: AbortSignal,
  ): Promise<
    Pick<PeerReport, "pull" | "pullError" | "push" | "pushError"> & Pick<Settled, "isComplete">
  > {
    const { peer } = this;
    // A daemon's round is not held up by what the peer takes in.
    const until = { given: given && last, last };
    const { received, inserted, sent, isComplete } = await replication.settle(peer, until, signal);
    const totals = { ...noPulls(), received, inserted, ignored: received - inserted };
    this.#deps.onEvent({ type: "pulled", peer, route: this.#line.route, totals });
    const push = sent === 0
      ? undefined
      : { pending: true, sent, inserted: undefined, ignored: undefined, skipped: 0 };
    return { pull: totals, pullError: undefined, push, pushError: undefined, isComplete };
  }

  async #pull(signal: AbortSignal): Promise<Pick<PeerReport, "pull" | "pullError">> {
    const { peer } = this;
    const { onEvent, limit, request } = this.#deps;
    const connect = (inner: AbortSignal): Promise<PeerLink> => this.#line.connect(inner);
    const deps = { ...this.#deps, peer, connect, onLogLost: () => this.#pusher.startOver() };
    const run = new PullRun(deps, { limit, request }, this.#pullMemory);
    try {
      await run.run(signal);
      onEvent({ type: "pulled", peer, route: this.#line.route, totals: run.totals });
      return { pull: run.totals, pullError: undefined };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toError(thrown);
      onEvent({ type: "pull-failed", peer, totals: run.totals, error });
      return { pull: run.totals, pullError: error };
    }
  }

  async #push(signal: AbortSignal): Promise<Pick<PeerReport, "push" | "pushError">> {
    const { totals, error } = await this.#pusher.push(signal);
    return { push: totals, pushError: error };
  }

  #judge(error: Error | undefined, retryMs: number): void {
    if (error !== undefined) {
      const capMs = isOfStore(error) ? STORE_PAUSE_MS : LONGEST_BACKOFF_MS;
      this.#backoff.failed({ baseMs: retryMs, capMs });
      return;
    }
    this.#callbacks = 0;
    this.#backoff.forgive();
  }
}
